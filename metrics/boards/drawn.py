"""What a Grafana board is made of, and its document as Grafana reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

SIM, MODEL, SERVICE = "cuakhau_sim_", "cuakhau_model_", "cuakhau_"

Look = Literal["timeseries", "stat", "bargauge", "heatmap", "table"]

GREEN, AMBER, RED = "green", "#EAB839", "red"


@dataclass(frozen=True, slots=True)
class Query:
    """An expression and what its lines are called; `{{agency}}` is the value of a label."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture. unit : Grafana's word for it · steps : from which value on which colour"""

    title: str  # Vietnamese
    about: str  # English
    queries: tuple[Query, ...]
    unit: str = "none"
    look: Look = "timeseries"
    width: int = 12  # of 24
    height: int = 8
    steps: tuple[tuple[float | None, str], ...] = ((None, GREEN),)
    decimals: int | None = None

    @property
    def source(self) -> str:
        """Which of the two data sources it asks."""
        return "simulated" if SIM in self.queries[0].expr else "live"


@dataclass(frozen=True, slots=True)
class Board:
    """A page of panels. choices : label to choose a value of → the metric that has it"""

    uid: str
    title: str
    about: str
    panels: tuple[Panel, ...]
    choices: dict[str, str] = field(default_factory=dict)
    simulated: bool = True

    def document(self) -> dict[str, Any]:
        """As Grafana reads it."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.about,
            "tags": ["cuakhau"],
            "schemaVersion": 38,
            "version": 1,
            "editable": True,
            "graphTooltip": 1,
            "timezone": "",
            "refresh": "" if self.simulated else "10s",
            "time": {"from": "now-1h", "to": "now"},
            "templating": {"list": list(self._variables())},
            "panels": _placed(self.panels),
        }

    def _variables(self) -> Iterator[dict[str, Any]]:
        yield _source("live", "Prometheus (dịch vụ · service)")
        if self.simulated:
            yield _source("simulated", "Prometheus (thời gian mô phỏng · simulated time)")
            yield _window()
        for label, metric in self.choices.items():
            yield _choice(label, metric)


def _source(name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "type": "datasource", "query": "prometheus", "current": {}}


def _window() -> dict[str, Any]:
    options = ["1h", "2h", "6h", "1d", "7d"]
    return {
        "name": "window", "label": "Tính trên · Over", "type": "custom", "query": ",".join(options),
        "current": {"text": "2h", "value": "2h"},
        "options": [{"text": each, "value": each, "selected": each == "2h"} for each in options],
    }  # fmt: skip


def _choice(label: str, metric: str) -> dict[str, Any]:
    several = label != "scenario"
    return {
        "name": label, "label": CHOICES[label], "type": "query", "refresh": 2, "sort": 1,
        "datasource": _datasource("simulated"),
        "query": {"query": f"label_values({metric}, {label})", "refId": label},
        "includeAll": several, "multi": several,
        "current": {"text": "All", "value": "$__all"} if several else {},
    } | ({"allValue": ".*"} if several else {})  # fmt: skip


CHOICES = {
    "scenario": "Kịch bản · Scenario",
    "gate": "Cửa khẩu · Gate",
    "direction": "Chiều · Direction",
    "agency": "Cơ quan · Agency",
    "payment": "Thanh toán · Payment",
}


def _datasource(name: str) -> dict[str, str]:
    return {"type": "prometheus", "uid": f"${{{name}}}"}


def _placed(panels: Sequence[Panel]) -> list[dict[str, Any]]:
    """Panels from left to right, then in the next row."""
    placed, x, y, tallest = [], 0, 0, 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > 24:
            x, y, tallest = 0, y + tallest, 0
        placed.append(
            _panel(number, panel) | {"gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height}}
        )
        x, tallest = x + panel.width, max(tallest, panel.height)
    return placed


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "unit": panel.unit,
        "thresholds": {"mode": "absolute", "steps": [{"value": at, "color": c} for at, c in panel.steps]},
    }
    if panel.decimals is not None:
        defaults["decimals"] = panel.decimals
    if panel.look == "timeseries" and len(panel.steps) > 1:
        defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}
    if panel.look in ("stat", "bargauge"):
        defaults["color"] = {"mode": "thresholds"}
    return {
        "id": number,
        "type": panel.look,
        "title": panel.title,
        "description": panel.about,
        "datasource": _datasource(panel.source),
        "targets": [_target(chr(65 + i), query, panel) for i, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _options(panel.look),
    }


def _target(letter: str, query: Query, panel: Panel) -> dict[str, Any]:
    target = {
        "refId": letter, "expr": query.expr, "legendFormat": query.legend or "__auto",
        "datasource": _datasource(panel.source),
    }  # fmt: skip
    if panel.look == "heatmap":
        return target | {"format": "heatmap"}
    return target | ({"instant": True, "range": False} if panel.look in ("stat", "bargauge", "table") else {})


def _options(look: Look) -> dict[str, Any]:
    reduce = {"reduceOptions": {"calcs": ["lastNotNull"]}}
    match look:
        case "stat":
            return reduce | {"colorMode": "value", "graphMode": "none"}
        case "bargauge":
            return reduce | {"orientation": "horizontal", "displayMode": "basic"}
        case "heatmap":
            return {"calculate": False, "yAxis": {"unit": "s"}}
        case "table":
            return {"showHeader": True}
        case _:
            return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
