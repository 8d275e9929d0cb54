"""The scenarios of the library answer their questions: bands hold, levers move what they should.

A band is judged on the mean of a few replications with a fixed seed; of rare things there are more of them.
"""

from __future__ import annotations

from functools import cache

import pytest

from platform_api.results import Result
from platform_api.runner import run_scenario
from scenarios.library import load, names

SEED = 2025
RARE = {"soc-incidents": 8, "soft-atm": 8, "lang-son-channels": 4, "telehealth": 4, "video-conference": 4}
"""Replications where little happens in one."""

QUICK = 10.0
"""A natural horizon takes no longer on the compiled engine [s]."""

LONG = {"lang-son-700k"}
"""A year of 700,000 trucks is for another test."""


def answer(name: str, overrides: tuple[str, ...] = (), replications: int = 1) -> Result:
    return run_scenario(load(name, overrides).resolved, seed=SEED, replications=replications, jobs=1)


@cache
def seen(name: str) -> Result:
    return answer(name, replications=RARE.get(name, 1))


def value(result: Result, kpi: str, **labels: str) -> float:
    mean = result.kpi(kpi, **labels).mean
    assert mean is not None
    return mean


@pytest.mark.parametrize("name", names())
def test_a_scenario_says_what_it_expects_and_why(name: str) -> None:
    bands = load(name).resolved.expected
    assert len(bands) >= 2
    assert all(band.reason.vi != band.reason.en for band in bands)
    assert len({(band.kpi, *band.labels.items()) for band in bands}) == len(bands)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in names() if name not in LONG])
def test_bands_hold_fits_come_out_and_the_natural_horizon_is_quick(name: str) -> None:
    result = seen(name)
    outside = [(b.kpi, b.labels, b.mean, b.low, b.high) for b in result.expected if not b.inside]
    assert outside == []
    assert [figure.kpi for figure in result.published if figure.mean is None] == []
    assert result.timing.engine_s / result.replications < QUICK
    assert result.deadlock == ()
    for figure in result.published:
        if (
            figure.mark == "fitted"
        ):  # within a tenth: so near one replication lies to the mean that was fitted
            assert figure.mean == pytest.approx(figure.published, rel=0.1), figure.kpi


# ---- what each is about ----
DIGITAL = tuple(
    f"flows.{flow}.attributes.record={{paper: 0 %, digital: 100 %}}" for flow in ("import", "export")
)


@pytest.mark.slow
def test_with_every_record_digital_the_paper_gate_is_the_gate_of_the_bulletin_and_saves_4_to_6_hours() -> (
    None
):
    before, after, bulletin = (
        seen("lang-son-paper"),
        answer("lang-son-paper", DIGITAL),
        seen("lang-son-2025-03-12"),
    )
    stay = [value(run, "dwell_mean", direction="import") / 3600 for run in (before, after, bulletin)]
    assert stay[1] == pytest.approx(stay[2], rel=0.02)
    assert 4 < stay[0] - stay[1] < 6.5
    parts = [value(run, "procedure_time_mean", direction="import") / 3600 for run in (before, after)]
    assert 0 < parts[1] < stay[1] < parts[0] < stay[0]


@pytest.mark.slow
def test_more_inspection_finds_more_and_keeps_more_waiting() -> None:
    red = ("flows.import.attributes.channel.hidden={green: 1 %, yellow: 19 %, red: 80 %}",)
    usual, strict = seen("lang-son-channels"), answer("lang-son-channels", red, RARE["lang-son-channels"])
    assert value(strict, "detection_share") > value(usual, "detection_share") + 0.2
    shock = ("flows.import.attributes.channel.none={green: 7.34 %, yellow: 73.45 %, red: 19.21 %}",)
    slow = answer("lang-son-channels", shock)
    for busy in ("scanners", "inspection_teams"):
        assert value(slow, "utilisation", resource=busy) > value(usual, "utilisation", resource=busy) + 0.1


@pytest.mark.slow
def test_more_lanes_of_ours_do_not_move_the_fruit_that_the_other_side_does_not_take() -> None:
    usual = seen("kim-thanh-2021-01")
    lanes = answer("kim-thanh-2021-01", ("resources.lanes_out.capacity=4",))
    quota = answer("kim-thanh-2021-01", ("steps.call.most=15",))
    crossed = [value(run, "crossed", goods="dragon_fruit") for run in (usual, lanes, quota)]
    assert crossed[1] == pytest.approx(crossed[0], rel=0.01)
    assert crossed[2] > 1.3 * crossed[0]


@pytest.mark.slow
def test_empties_take_the_outbound_lanes() -> None:
    few = answer("kim-thanh-2021-01", ("flows.import.arrivals.demand=50 %",))
    usual = seen("kim-thanh-2021-01")
    lanes = [value(run, "utilisation", resource="lanes_out") for run in (usual, few)]
    assert lanes[0] - lanes[1] == pytest.approx(
        150 * 2.5 / (2 * 720), abs=0.03
    )  # 150 fewer a day, 2.5 min each


@pytest.mark.slow
def test_drivers_who_are_told_go_elsewhere() -> None:
    told = ('flows.fruit.attributes.informed={"no": 0 %, "yes": 100 %}',)
    never = ('flows.fruit.attributes.informed={"no": 100 %, "yes": 0 %}',)
    most = [
        value(answer("kim-thanh-2021-01", how), "backlog_max", direction="export") for how in (told, never)
    ]
    assert most[0] < 0.75 * most[1]
    spread = ('flows.export.attributes.informed={"no": 0 %, "yes": 100 %}',)
    where = answer("lang-son-2021-12", spread)
    line = value(where, "closing_backlog", step="receive_tan_thanh")
    assert line < 0.8 * value(seen("lang-son-2021-12"), "closing_backlog", step="receive_tan_thanh")


@pytest.mark.slow
@pytest.mark.parametrize(("off", "piles_up"), [(1200, False), (2000, True)])
def test_laboratories_may_stop_as_long_as_what_is_left_carries_the_samples(off: int, piles_up: bool) -> None:
    """320 trucks × 5 samples = 1,600 a day of 3,200: half may stop (DOMAIN 6.E, for 320 trucks)."""
    result = answer("durian-laboratories-2025-10", (f"disruptions.suspended.lose={off}",))
    assert (value(result, "backlog_max") > 300) is piles_up


@pytest.mark.slow
def test_a_stop_that_is_called_earlier_keeps_the_line_shorter() -> None:
    early = ("rules.hold_inland.when.above=2000", "rules.hold_inland.until.below=1600")
    most = value(answer("lang-son-2021-12", early), "backlog_max")
    assert most < 0.65 * value(seen("lang-son-2021-12"), "backlog_max")


@pytest.mark.slow
def test_without_the_lane_fruit_waits_longer_and_the_rest_less() -> None:
    steps = (
        "export_release",
        "export_transfer",
        "export_exit",
        "receive_huu_nghi",
        "receive_tan_thanh",
        "receive_other",
    )
    without = answer("lang-son-fruit-lane", tuple(f"steps.{step}.priority=0" for step in steps))
    lane = seen("lang-son-fruit-lane")
    assert value(lane, "dwell_mean", goods="fruit") < value(without, "dwell_mean", goods="fruit")
    assert value(lane, "dwell_mean", goods="other") > value(without, "dwell_mean", goods="other")


@pytest.mark.slow
def test_without_paper_to_fall_back_on_an_outage_costs_more() -> None:
    steps = ("import_entry", "import_health", "import_fee", "import_tax")
    waiting = answer("lang-son-outage", tuple(f"steps.{step}.fallback=null" for step in steps))
    usual = seen("lang-son-outage")
    assert value(waiting, "dwell_mean", direction="import") > value(usual, "dwell_mean", direction="import")


@pytest.mark.slow
def test_paying_ahead_brings_less_back_and_a_cold_pack_keeps_more_fresh() -> None:
    ahead = answer("na-chi-lang-2021", ("flows.order.attributes.payment={cod: 30 %, online: 70 %}",))
    cold = answer("na-chi-lang-2021", ("flows.order.attributes.due.mean=168",))
    usual = seen("na-chi-lang-2021")
    assert value(ahead, "return_share") < value(usual, "return_share") - 0.02
    assert value(cold, "on_time") > value(usual, "on_time") + 0.02


@pytest.mark.slow
def test_who_waits_for_a_full_lorry_hands_over_less_that_is_fresh() -> None:
    full = answer(
        "ocop-export-lorry",
        ("steps.load.weight=20000", "steps.load.max_wait=48 h", "flows.lot.arrivals.demand=30 %"),
    )
    early = answer("ocop-export-lorry", ("steps.load.max_wait=6 h", "flows.lot.arrivals.demand=30 %"))
    assert value(early, "on_time") > value(full, "on_time")


@pytest.mark.slow
def test_who_registers_before_tet_is_not_turned_back() -> None:
    gates = ("huu_nghi", "tan_thanh")
    all_of_them = [f'flows.export_{gate}.attributes.registered={{"yes": 100 %, "no": 0 %}}' for gate in gates]
    registered = answer("lang-son-tet-2026", (*all_of_them, "window=14 d"))
    assert value(registered, "lost", reason="turned_back") == 0
    assert value(seen("lang-son-tet-2026"), "lost", reason="turned_back") > 500


@pytest.mark.slow
def test_six_lanes_over_there_double_what_crosses_without_any_driverless_lane() -> None:
    more = "flows.export.arrivals.demand=300 %"
    today = answer("smart-gate-agv", (more, "flows.export.attributes.carriage={driver: 100 %, agv: 0 %}"))
    planned = answer("smart-gate-agv", (more,))
    assert 2.2 * 178 < value(today, "throughput", direction="export") < 2.5 * 178
    assert 2.7 * 178 < value(planned, "throughput", direction="export") < 3.2 * 178
