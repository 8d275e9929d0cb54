"""Prometheus: the service's own metrics, and the latest results of named scenarios as gauges (KPIS rule 0.6).

Every name, unit and label set is stated once, in `SHOWN`. Nothing here knows a run, an entity or a seed, so
the number of series stays bounded whatever is simulated.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder
from prometheus_client.registry import Collector

__all__ = ["SHOWN", "CollectorRegistry", "ModelCollector", "Shown", "Telemetry", "render"]

MODEL = "cuakhau_model_"
MODEL_BUDGET = 1_800
"""Most series of results; the service's own stay below 150, so that a scrape stays below 2,000."""

OUTCOMES = ("succeeded", "failed", "cancelled")
METHODS = ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH")
RUN_BUCKETS = (0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600)
REQUEST_BUCKETS = (0.02, 0.2, 2.0)

CAPS = {"gate": 4, "direction": 2, "agency": 10, "platform": 5, "zone": 3, "payment": 4}
"""Most values of a label; the rest is summed up as `other` where a sum makes sense, else left out."""

By = tuple[tuple[str, ...], ...]
GATES: By = (("gate", "direction"), ("gate",), ("direction",), ())
ALONE: By = (("direction",), ("payment",), ())
AGENCY: By = (("agency",),)
ZONE: By = (("zone",),)
PLATFORM: By = (("platform",),)
WHOLE: By = ((),)
UNTOLD: By = ()

OF_ORDERS = "orders_placed"
"""A result with this figure is of orders: forty series must do, so what other figures tell as well is left to
the results, and money is told as a whole."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of the results and how it is shown: with the first label set of `by` that the result has."""

    kpi: str
    metric: str  # without the prefix; ends in its unit
    by: By
    help: str
    adds_up: bool = False  # the sum over labels means something
    of: Literal["mean", "half_width"] = "mean"
    times: int = 1  # base units of Prometheus in a unit of the indicator
    in_all: bool = False  # one series: the sum over the labels of `by`
    orders: By | None = None  # `by` in results of orders, where it is another


SHOWN = (
    Shown("arrived", "arrived_entities", GATES, "Entities that came in the window.", adds_up=True),
    Shown("crossed", "crossed_entities", GATES, "Entities that crossed in the window.", adds_up=True),
    Shown(
        "crossed", "crossed_half_width_entities", ALONE, "Half-width of the mean of crossed.", of="half_width"
    ),
    Shown("completed", "completed_entities", ALONE, "Entities that reached their end.", adds_up=True),
    Shown("lost", "lost_entities", ALONE, "Entities that gave up or were turned back.", adds_up=True),
    Shown("closing_backlog", "closing_backlog_entities", GATES, "Entities inside at the end.", adds_up=True),
    Shown("backlog_mean", "backlog_mean_entities", ALONE, "Entities inside, over time.", adds_up=True),
    Shown(
        "backlog_age_mean",
        "backlog_age_mean_seconds",
        ALONE,
        "Mean age of those inside at the end.",
        orders=UNTOLD,
    ),
    Shown("dwell_mean", "dwell_mean_seconds", GATES, "Mean time from arrival to crossing."),
    Shown(
        "dwell_mean",
        "dwell_mean_half_width_seconds",
        ALONE,
        "Half-width of the mean dwell.",
        of="half_width",
        orders=UNTOLD,
    ),
    Shown("dwell_p50", "dwell_p50_seconds", ALONE, "Median time from arrival to crossing.", orders=UNTOLD),
    Shown(
        "dwell_p95",
        "dwell_p95_seconds",
        GATES,
        "95th percentile of the time from arrival to crossing.",
        orders=UNTOLD,
    ),
    Shown("arrival_to_release_mean", "arrival_to_release_mean_seconds", ALONE, "Mean time to release."),
    Shown("procedure_time_mean", "procedure_time_mean_seconds", ALONE, "Mean time of procedures."),
    Shown("within_target", "within_target_ratio", ALONE, "Share that crossed within the target."),
    Shown("blocked_mean", "blocked_mean_seconds", ALONE, "Mean time blocked per entity.", orders=UNTOLD),
    Shown("wait_mean", "wait_mean_seconds", ALONE, "Mean waiting time per entity.", orders=UNTOLD),
    Shown("service_mean", "service_mean_seconds", ALONE, "Mean time in service per entity.", orders=UNTOLD),
    Shown("share_waiting", "share_waiting_ratio", ALONE, "Waiting as a share of waiting and service."),
    Shown("wait_mean", "agency_wait_mean_seconds", AGENCY, "Mean waiting time per entity at an agency."),
    Shown("utilisation", "utilisation_ratio", AGENCY, "Busy share of the scheduled time."),
    Shown("overtime", "overtime_seconds", AGENCY, "Unit seconds worked outside the schedule.", adds_up=True),
    Shown(
        "queue_mean",
        "queue_mean_entities",
        AGENCY,
        "Entities waiting, over time.",
        adds_up=True,
        orders=UNTOLD,
    ),
    Shown("zone_occupancy_mean", "zone_occupancy_ratio", ZONE, "Mean share of places taken."),
    Shown("zone_full_share", "zone_full_ratio", ZONE, "Share of the time without a free place."),
    Shown("platform_availability", "platform_availability_ratio", PLATFORM, "Share of the time up."),
    Shown("orders_placed", "orders_placed_entities", ALONE, "Orders placed in the window.", adds_up=True),
    Shown("order_lead_time_mean", "order_lead_time_mean_seconds", ALONE, "Mean time from order to delivery."),
    Shown("on_time", "on_time_ratio", ALONE, "Share of due orders delivered in time."),
    Shown(
        "on_time",
        "on_time_half_width_ratio",
        ALONE,
        "Half-width of the share in time.",
        of="half_width",
        orders=WHOLE,
    ),
    Shown("return_share", "return_ratio", ALONE, "Share of orders that were returned.", orders=WHOLE),
    Shown(
        "cash_in_transit",
        "cash_in_transit_vnd",
        ALONE,
        "Money collected and not yet handed over.",
        adds_up=True,
    ),
    Shown(
        "cash_in_transit_time",
        "cash_in_transit_mean_seconds",
        ALONE,
        "Mean time from collected to remitted.",
        orders=WHOLE,
    ),
    Shown("sales_value", "sales_vnd", ALONE, "Value of the orders placed.", adds_up=True, orders=WHOLE),
    Shown(
        "sales_net",
        "sales_net_vnd",
        ALONE,
        "Value delivered less value refunded.",
        adds_up=True,
        orders=WHOLE,
    ),
    Shown("refund_value", "refund_vnd", ALONE, "Value refunded.", adds_up=True, orders=WHOLE),
    Shown("waiting_cost", "waiting_cost_vnd", ALONE, "What waiting in the window cost.", adds_up=True),
    Shown("fuel_waiting", "fuel_waiting_liters", ALONE, "Fuel burnt while waiting.", adds_up=True),
    Shown("co2_waiting", "co2_waiting_grams", ALONE, "CO2 of that fuel.", adds_up=True, times=1000),
    Shown("queue_length_max", "queue_length_max_meters", ALONE, "Longest line of vehicles."),
    Shown("spoilage", "spoilage_ratio", ALONE, "Share of perishables lost on crossing."),
    Shown("spoilage_value", "spoilage_vnd", ALONE, "Value of perishables lost on crossing.", adds_up=True),
    Shown("fee_revenue", "fee_revenue_vnd", ALONE, "Fees paid.", adds_up=True),
    Shown("staff_cost", "staff_cost_vnd", AGENCY, "Pay of scheduled hours.", adds_up=True, in_all=True),
    Shown("overtime_cost", "overtime_cost_vnd", AGENCY, "Pay of overtime.", adds_up=True, in_all=True),
)

Row = Mapping[str, Any]
"""A KPI of a result: `name`, `labels`, `mean`, `half_width`."""

Sample = tuple[dict[str, str], float]


class ModelCollector(Collector):
    """The latest result of each named scenario, as gauges."""

    def __init__(self, budget: int = MODEL_BUDGET) -> None:
        self._budget = budget
        self._results: dict[str, dict[str, list[Sample]]] = {}

    def show(self, scenario: str, kpis: Sequence[Row]) -> None:
        """Put a finished result in the place of the scenario's earlier one."""
        of_orders = any(row["name"] == OF_ORDERS for row in kpis)
        samples = {shown.metric: _samples(shown, kpis, of_orders) for shown in SHOWN}
        others = {name: found for name, found in self._results.items() if name != scenario}
        self._results = {**others, scenario: samples}  # replaced as a whole: a scrape sees the old or the new

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families of one scrape: the latest finished scenarios, as many as the budget holds."""
        results = dict(self._results)
        within = _within(results, self._budget)
        for shown in SHOWN:
            yield _family(shown, {name: results[name][shown.metric] for name in within})
        left_out = GaugeMetricFamily(MODEL + "scenarios_left_out", "Scenarios beyond the limit of series.")
        left_out.add_metric([], len(results) - len(within))
        yield left_out


def _within(results: dict[str, dict[str, list[Sample]]], budget: int) -> list[str]:
    """The scenarios shown, the latest first, until the next would pass the budget."""
    names = []
    for name in reversed(results):
        budget -= sum(len(samples) for samples in results[name].values())
        if budget < 0:
            break
        names.append(name)
    return names


def _samples(shown: Shown, kpis: Sequence[Row], of_orders: bool) -> list[Sample]:
    """The values of one figure, with the finest allowed labels that the result has."""
    mine = [row for row in kpis if row["name"] == shown.kpi]
    for labels in shown.orders if of_orders and shown.orders is not None else shown.by:
        rows = [row for row in mine if set(row["labels"]) == set(labels)]
        if rows:
            samples = _capped(shown, labels, rows)
            return _summed(samples) if shown.in_all else samples
    return []


def _summed(samples: list[Sample]) -> list[Sample]:
    return [({}, sum(value for _, value in samples))] if samples else []


def _capped(shown: Shown, labels: tuple[str, ...], rows: Iterable[Row]) -> list[Sample]:
    """Samples with so many values of each label at most; the sum of the rest as `other` if it makes sense."""
    kept: dict[str, list[str]] = {label: [] for label in labels}
    samples: dict[tuple[str, ...], float] = {}
    for row in rows:
        if row[shown.of] is None:
            continue
        values = tuple(row["labels"][label] for label in labels)
        places = tuple(_place(kept[label], v, CAPS[label]) for label, v in zip(labels, values, strict=True))
        if places == values or shown.adds_up:
            samples[places] = samples.get(places, 0.0) + row[shown.of] * shown.times
    return [(dict(zip(labels, places, strict=True)), value) for places, value in samples.items()]


def _place(kept: list[str], value: str, cap: int) -> str:
    if value not in kept and len(kept) < cap:
        kept.append(value)
    return value if value in kept else "other"


def _family(shown: Shown, results: Mapping[str, list[Sample]]) -> GaugeMetricFamily:
    """One metric over all scenarios; a scenario without a label gives it the empty value."""
    names = list(
        dict.fromkeys(label for found in results.values() for labels, _ in found for label in labels)
    )
    family = GaugeMetricFamily(MODEL + shown.metric, shown.help, labels=["scenario", *names])
    for scenario, found in results.items():
        for labels, value in found:
            family.add_metric([scenario, *(labels.get(name, "") for name in names)], value)
    return family


class Telemetry:
    """What the service tells about itself, in a registry that is its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a series that nobody reads
        self.registry = registry
        self._model = ModelCollector()
        registry.register(self._model)
        self._runs = Counter("cuakhau_runs", "Runs that have ended.", ["outcome"], registry=registry)
        self._duration = Histogram(
            "cuakhau_run_duration_seconds", "Time a run was at work.", buckets=RUN_BUCKETS, registry=registry
        )
        self._events = Counter("cuakhau_events_simulated", "Events of succeeded runs.", registry=registry)
        self._reused = Counter(
            "cuakhau_results_reused", "Orders that an earlier run had answered already.", registry=registry
        )
        self._requests = Counter(
            "cuakhau_http_requests", "Answered requests.", ["route", "method", "code"], registry=registry
        )
        self._latency = Histogram(
            "cuakhau_http_request_duration_seconds", "Time to answer.", ["route"], buckets=REQUEST_BUCKETS,
            registry=registry,
        )  # fmt: skip
        for outcome in OUTCOMES:
            self._runs.labels(outcome)
        _build_info(registry)

    def follow(self, queued: Callable[[], int], running: Callable[[], int]) -> None:
        """Ask these at every scrape."""
        for name, meaning, ask in (
            ("queued", "Runs that wait their turn.", queued),
            ("running", "Runs at work.", running),
        ):
            Gauge(f"cuakhau_runs_{name}", meaning, registry=self.registry).set_function(ask)

    def show(self, scenario: str, kpis: Sequence[Row]) -> None:
        """Show the latest result of a named scenario."""
        self._model.show(scenario, kpis)

    def simulated(self, events: int) -> None:
        """Count the events of a run."""
        self._events.inc(events)

    def reused(self) -> None:
        """Count an order whose answer was there, or on its way."""
        self._reused.inc()

    def finished(self, outcome: str, seconds: float | None) -> None:
        """Count a run that has ended; `seconds` it was at work, None if it never began."""
        self._runs.labels(outcome).inc()
        if seconds is not None:
            self._duration.observe(seconds)

    def answered(self, route: str, method: str, code: int, seconds: float) -> None:
        """Count an answered request; `route` is a template such as `/v1/runs/{id}`, never an address."""
        self._requests.labels(route, method if method in METHODS else "other", str(code)).inc()
        self._latency.labels(route).observe(seconds)


def _build_info(registry: CollectorRegistry) -> None:
    info = Gauge("cuakhau_build_info", "The version that runs.", ["version", "python"], registry=registry)
    info.labels(version("cuakhau"), platform.python_version()).set(1)


def render(registry: CollectorRegistry, accept: str = "") -> tuple[bytes, str]:
    """All metrics as text, with its content type: OpenMetrics where it is asked for, else Prometheus text."""
    if "openmetrics" not in accept:
        return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type
