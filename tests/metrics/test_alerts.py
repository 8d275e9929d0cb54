"""Alerts held against targets: worked by hand, and `for` as the real Prometheus means it."""

import json
import random
from pathlib import Path

import pytest

from metrics.alerts import Episode, Judged, by_key, episodes, joined, judge
from platform_api.prometheus import promtool

EVERY = 60.0


def held(*readings: int) -> list[tuple[float, float]]:
    return [(EVERY * number, 1.0) for number in readings]


def told(*readings: int, lasts: float = 0, keep: float = 0, last: int = 20) -> list[Episode]:
    return episodes(held(*readings), EVERY, EVERY * last, lasts, keep)


def minutes(begin: float, end: float, *, still: bool = False) -> Episode:
    return Episode(60 * begin, 60 * end, still)


def test_an_alert_fires_once_its_expression_has_held_for_so_long() -> None:
    assert told(1, 2, 3) == [minutes(1, 4)]
    assert told(1, 2, 3, lasts=120) == [minutes(3, 4)]
    assert told(1, 2, 3, lasts=90) == [minutes(3, 4)]
    assert told(1, 2, 3, lasts=180) == []
    assert told(1, 2, 5, 6, 7, lasts=60) == [minutes(2, 3), minutes(6, 8)]


def test_what_fires_at_the_last_reading_is_open() -> None:
    assert told(18, 19, 20) == [minutes(18, 20, still=True)]
    assert told(18, 19) == [minutes(18, 20)]


def test_it_may_keep_firing_for_a_while() -> None:
    assert told(1, 2, 5, keep=120) == [minutes(1, 8)]
    assert told(1, 2, 3, 5, lasts=60, keep=120) == [minutes(2, 8)]  # at 5 nothing is waited for
    assert told(19, keep=120) == [minutes(19, 20, still=True)]


@pytest.mark.parametrize("seed", range(3))
def test_prometheus_fires_at_the_same_readings(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    alerts = {"A": (0, 0), "B": (120, 0), "C": (180, 0), "D": (60, 180)}
    ups = [chance.random() < 0.7 for _ in range(60)]
    readings = [number for number, up in enumerate(ups) if up]
    rules = [
        {"alert": name, "expr": "x > 0", "for": f"{lasts}s"}
        | ({"keep_firing_for": f"{keep}s"} if keep else {})
        for name, (lasts, keep) in alerts.items()
    ]
    cases = []
    for name, (lasts, keep) in alerts.items():
        fired = told(*readings, lasts=lasts, keep=keep, last=59)
        for number in range(60):
            is_on = any(e.begin <= 60 * number < e.end or (e.open and 60 * number == e.end) for e in fired)
            wanted: list[dict[str, object]] = [{"exp_labels": {}}] if is_on else []
            cases.append({"eval_time": f"{number}m", "alertname": name, "exp_alerts": wanted})
    series = [{"series": "x", "values": " ".join(str(int(up)) for up in ups)}]
    test = {"interval": "1m", "input_series": series, "alert_rule_test": cases}
    groups = {"groups": [{"name": "g", "interval": "1m", "rules": rules}]}
    (tmp_path / "rules.yaml").write_text(json.dumps(groups), encoding="utf-8")
    whole = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yaml").write_text(json.dumps(whole), encoding="utf-8")
    assert "SUCCESS" in promtool("test", "rules", tmp_path / "test.yaml")


# ---- judged -------------------------------------------------------------------------------------------


def judged(alerts: list[Episode], breaches: list[Episode], within: float = 10) -> Judged:
    return judge(alerts, breaches, 0, 60 * 100, 60 * within)


def test_an_alert_before_the_breach_is_early_by_the_time_between() -> None:
    assert judged([minutes(10, 40)], [minutes(30, 50)]) == Judged((1200,), (), 0, 0, 1)
    assert judged([minutes(10, 22)], [minutes(30, 50)]) == Judged((1200,), (), 0, 0, 1)


def test_an_alert_with_or_after_the_breach_is_late() -> None:
    assert judged([minutes(30, 60)], [minutes(30, 50)]) == Judged((), (0,), 0, 0, 1)
    assert judged([minutes(35, 60)], [minutes(30, 50)]) == Judged((), (300,), 0, 0, 1)


def test_a_breach_without_an_alert_is_missed_and_an_alert_without_a_breach_in_vain() -> None:
    assert judged([minutes(10, 15)], [minutes(30, 50)]) == Judged((), (), 1, 1, 1)
    assert judged([minutes(60, 70)], [minutes(30, 50)]) == Judged((), (), 1, 1, 1)


def test_the_last_alert_before_the_breach_counts() -> None:
    assert judged([minutes(5, 8), minutes(20, 28)], [minutes(30, 50)]).leads == (600,)


def test_what_the_run_does_not_tell_is_neither() -> None:
    assert judged([minutes(95, 98)], []) == Judged((), (), 0, 0, 1)  # something may break after the end
    assert judged([minutes(50, 100, still=True)], []) == Judged((), (), 0, 0, 1)
    assert judged([], [minutes(0, 50)]) == Judged()  # broken from the start
    assert judged([minutes(20, 30)], [minutes(0, 50)]) == Judged((), (), 0, 0, 1)


def test_series_that_agree_in_the_shared_labels_belong_together() -> None:
    found = {
        (("gate", "a"), ("severity", "high")): [minutes(1, 3)],
        (("gate", "a"), ("severity", "low")): [minutes(2, 5)],
        (("gate", "b"),): [minutes(7, 8)],
    }
    assert by_key(found, frozenset({"gate"})) == {
        (("gate", "a"),): [minutes(1, 5)],
        (("gate", "b"),): [minutes(7, 8)],
    }
    assert joined([minutes(5, 6), minutes(1, 2), minutes(2, 4, still=True)]) == [
        minutes(1, 4, still=True),
        minutes(5, 6),
    ]


def test_counts_of_several_series_add_up() -> None:
    assert Judged((1,), (2,), 3, 4, 5).plus(Judged((6,), (), 1, 1, 1)) == Judged((1, 6), (2,), 4, 5, 6)
    assert Judged((1, 6), (2,), 4, 5, 6).broke == 7
