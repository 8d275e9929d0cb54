"""What does not stop a run but is worth a word: overload, labels, numbers without a source."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.library import load, load_text
from scenarios.offered import offered_load
from scenarios.resolved import DAY, from_json, to_json

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

ONE_DESK = """
name: desk
title: {vi: Quầy, en: Desk}
question: {vi: Đủ người chưa?, en: Are there enough?}
start: 2025-03-12
window: 10 d
sources: {lesson: {text: Made for teaching}}
calendars: {day: {label: {vi: Ngày, en: Day}, weekly: {mon-sun: "07:00-19:00"}}}
resources: {desk: {label: {vi: Quầy, en: Desk}, capacity: 2, calendar: day, source: lesson}}
steps:
  serve: {label: {vi: Phục vụ, en: Serve}, resources: desk, time: TIME, source: lesson}
  again:
    label: {vi: Làm lại, en: Again}
    shares: {yes: 20 %, no: 80 %, source: lesson}
    options: {yes: serve, no: next}
    labels: {yes: {vi: Phải làm lại, en: Once more}, no: {vi: Đạt, en: In order}}
flows:
  truck:
    label: {vi: Xe, en: Truck}
    route: [serve, again]
    attributes: {goods: {fruit: 25 %, timber: 75 %, source: lesson}}
    arrivals: {per_day: 96 /d, source: lesson}
"""


def load_of(time):
    return offered_load(load_text(ONE_DESK.replace("TIME", time)).resolved)["desk"]


def test_load_is_work_by_scheduled_time():
    # 96 trucks a day, 1/(1 - 0.2) visits each, 12 min, for 2 desks of 12 h: 96 * 1.25 * 0.2 h / 24 h
    assert load_of("12 min") == pytest.approx(1.0, rel=1e-6)
    assert load_of("{mean: 12 min, cv: 1}") == pytest.approx(1.0, rel=1e-3)
    assert load_of("{values: [6 min, 14 min], shares: [25 %, 75 %]}") == pytest.approx(1.0, rel=1e-6)


def test_load_follows_attributes():
    assert load_of("{by: goods, fruit: 24 min, timber: 8 min}") == pytest.approx(1.0, rel=1e-6)


def test_load_of_the_common_workload_is_what_its_file_says():
    stations = offered_load(load(ROOT / "benchmarks" / "gate.yaml").resolved)
    assert 0.665 < min(stations.values()) < max(stations.values()) < 0.785


def test_branches_count_like_other_steps():
    visits = offered_load(load(HERE / "valid" / "parallel.yaml").resolved)["officers"]
    # 1 + 10 + 5/0.9 + 5 + 5 + 0.5 minutes of 40 officers, 300 times a day
    assert visits == pytest.approx(300 * (1 + 10 + 5 / 0.9 + 5 + 5 + 0.5) / (40 * 1440), rel=1e-6)


def test_a_pool_that_is_asked_for_too_much_is_a_doubt():
    (warning,) = load_text(ONE_DESK.replace("TIME", "15 min")).warnings
    assert str(warning).startswith("resources.desk is asked for 125% of its time")
    assert "125%" in warning.message.vi
    assert load_text(ONE_DESK.replace("TIME", "11 min")).warnings == ()


MESSAGES = """
name: net
title: {vi: Mạng, en: Net}
question: {vi: Đủ nhanh chưa?, en: Is it quick enough?}
start: 2025-03-12
window: 10 d
sources: {lesson: {text: Made for teaching}}
platforms:
  net: {label: {vi: Mạng, en: Net}, rate: RATE, source: lesson}
  idle: {label: {vi: Mạng khác, en: Other net}, rate: 1 /s, source: lesson}
steps:
  tell: {kind: message, label: {vi: Báo, en: Tell}, platform: net, latency: 1 s, source: lesson}
flows:
  truck: {label: {vi: Xe, en: Truck}, route: tell, arrivals: {per_day: 96 /d, source: lesson}}
"""


def test_a_platform_that_gets_more_messages_than_it_handles_is_a_doubt():
    enough = load_text(MESSAGES.replace("RATE", "8 /h")).resolved
    assert offered_load(enough)["net.messages"] == pytest.approx(0.5)
    told = {str(warning) for warning in load_text(MESSAGES.replace("RATE", "2 /h")).warnings}
    assert any("platforms.net.rate gets 200%" in one for one in told)


def test_a_limit_of_messages_that_nobody_sends_is_a_doubt():
    (warning,) = load_text(MESSAGES.replace("RATE", "8 /h")).warnings
    assert warning.place == "platforms.idle.rate"


@pytest.mark.parametrize(
    ("rate", "at_once", "each"),
    [("600 /min", 1, 100), ("7 /min", 1, 8571), ("3000 /s", 3, 1), ("450 /s", 9, 20), ("1 /d", 1, DAY)],
)
def test_a_rate_is_kept_within_one_in_a_thousand_in_whole_milliseconds(rate, at_once, each):
    resolved = load_text(MESSAGES.replace("RATE", rate)).resolved
    assert resolved.resources["net.messages"].shifts[0].units == at_once
    assert resolved.tables["platforms.net.rate"] == (each,)


def test_what_has_no_label_is_a_doubt():
    text = ONE_DESK.replace("TIME", "5 min").replace("serve: {label: {vi: Phục vụ, en: Serve}, ", "serve: {")
    (warning,) = load_text(text).warnings
    assert (warning.place, warning.message.en) == ("steps", "has no label for: serve")


def test_numbers_without_a_source_are_doubted_by_section():
    text = ONE_DESK.replace("time: TIME, source: lesson", "time: {mean: 5 min, cv: 0.5}, priority: 3")
    (warning,) = load_text(text).warnings
    assert warning.place == "steps.serve"
    assert "time.mean = 5 min, time.cv = 0.5" in warning.message.en
    assert "priority" not in warning.message.en


def test_a_disruption_that_never_comes_is_a_doubt():
    text = ONE_DESK.replace("TIME", "5 min") + (
        "disruptions:\n  late: {label: {vi: Muộn, en: Late}, on: resources.desk, lose: 1, source: lesson,\n"
        "    at: [{start: START, lasts: 2 h}]}\n"
    )
    (warning,) = load_text(text.replace("START", "2026-03-12 09:00")).warnings
    assert warning.place == "disruptions.late.at[0].start"
    assert load_text(text.replace("START", "2025-03-12 09:00")).warnings == ()


LABELS = "    labels: {yes: {vi: Phải làm lại, en: Once more}, no: {vi: Đạt, en: In order}}\n"


def test_labels_of_options_are_kept():
    (yes, no) = load_text(ONE_DESK.replace("TIME", "5 min")).resolved.steps["again"].option_labels.items()
    assert (yes[0], yes[1].vi, no[0], no[1].en) == ("yes", "Phải làm lại", "no", "In order")


def test_an_option_by_shares_without_a_label_is_a_doubt():
    text = ONE_DESK.replace("TIME", "5 min")
    assert LABELS in text
    (warning,) = load_text(text.replace(LABELS, "")).warnings
    assert (warning.place, warning.message.en) == (
        "steps.again.options",
        "has no label for the options: yes, no",
    )
    (warning,) = load_text(text.replace(", no: {vi: Đạt, en: In order}", "")).warnings
    assert warning.value == "no"


def test_a_resolved_form_from_before_the_labels_is_read():
    resolved = load_text(ONE_DESK.replace("TIME", "5 min").replace(LABELS, "")).resolved
    old = to_json(resolved).replace('"option_labels":{},', "")
    assert "option_labels" not in old
    assert from_json(old) == resolved
