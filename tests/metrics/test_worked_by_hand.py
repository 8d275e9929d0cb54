"""Each KPI that reads easily wrong, worked by hand. Times are in hours of the window."""

import math

import pytest

from metrics.kpis import compute, find, over_replications
from metrics.statistics import pooled_quantile
from scenarios.resolved import Need
from tests.metrics.builder import Record, category, flow, number, scenario, step

DIRECTION = {"direction": category("export", "import")}
GATE = {"gate": category("huu_nghi", "tan_thanh"), **DIRECTION}


def gate(attributes=DIRECTION, **fields):
    return scenario({"road": step()}, {"truck": flow(["road"], attributes)}, **fields)


def truck(record, arrived, left=None, *, wait=0, **fields):
    visit = ("road", max(0, arrived), max(0, arrived), max(0, arrived) + wait, left)
    return record.entity(arrived, [visit], left=left, **{"direction": "export"} | fields)


def value(record, name, *, end, **labels):
    return find(compute(record.scenario, record.log(end)), name, **labels).value


def hours(record, name, *, end, **labels):
    return value(record, name, end=end, **labels) / 3600


class TestE1:
    """The window 07–18 h: T1 of the opening backlog, 20 h old, crosses 09:00; T2 comes 08:00, crosses 11:00;
    T3 comes 16:00, crosses next day 07:30. Hours count from 07:00."""

    def record(self, *, drained):
        record = Record(gate(window=11, targets={"dwell": 4}))
        truck(record, -20, 2, source="backlog")
        truck(record, 1, 4)
        truck(record, 9, 24.5 if drained else None)
        return record

    def test_the_window_tells_who_crossed_and_beside_it_who_is_left(self):
        record = self.record(drained=True)
        assert hours(record, "dwell_mean", end=25) == 12.5
        assert value(record, "dwell_n", end=25) == 2
        assert value(record, "closing_backlog", end=25) == 1
        assert hours(record, "backlog_age_mean", end=25) == 2

    def test_the_cohort_drained(self):
        record = self.record(drained=True)
        assert hours(record, "dwell_restricted", end=25) == 9.25
        assert value(record, "unfinished_share", end=25) == 0

    def test_stopped_early_the_unfinished_count_up_to_the_edge(self):
        record = self.record(drained=False)
        assert hours(record, "dwell_restricted", end=11) == 2.5
        assert value(record, "unfinished_share", end=11) == 0.5

    def test_a_truck_whose_answer_is_not_known_is_in_neither_part_of_the_target(self):
        assert value(self.record(drained=False), "within_target", end=11) == 1


def test_e2_mean_backlog_is_weighted_by_time():
    record = Record(gate(window=24))
    gone = [12] * 8 + [16] * 4 + [None] * 3
    for came, left in zip([-1] * 10 + [10] * 5, gone, strict=True):
        truck(record, came, left, source="backlog" if came < 0 else "x0")
    assert value(record, "backlog_mean", end=24) == pytest.approx(182 / 24, rel=1e-15)
    assert value(record, "backlog_max", end=24) == 15
    assert value(record, "backlog_at", end=24, at="2025-03-12T20:00") == 3
    assert value(record, "opening_backlog", end=24) == 10


def test_e3_utilisation_with_a_loss_and_overtime():
    record = Record(gate(window=24, resources={"officers": "customs"}, agencies={"customs": "VN"}))
    record.set("scheduled", 0, (0, 0), (8, 2), (12, 0))
    record.set("capacity", 0, (0, 0), (8, 2), (10, 1), (12, 0))
    record.usage["officers"] = [(8, 2), (9.5, 1), (12.5, 0)]
    for labels in ({"resource": "officers"}, {"agency": "customs"}):
        assert value(record, "utilisation", end=24, **labels) == 5.5 / 8
        assert value(record, "availability", end=24, **labels) == 6 / 8
        assert value(record, "utilisation_available", end=24, **labels) == 5.5 / 6
        assert hours(record, "overtime", end=24, **labels) == 0.5


DAY_A = [*[1.0] * 18, 2.0, 2.2]
DAY_B = [*[1.0] * 18, 2.2, 2.3]
DAY_C = [*[1.0] * 10, 3, 4, 5, 6, 7, 8, 8.5, 8.8, 9.0, 9.5]


def day(dwells):
    record = Record(gate(window=24, targets={"dwell": 4}))
    for dwell in dwells:
        truck(record, 0, dwell)
    return compute(record.scenario, record.log(24))


def test_e4_p95_of_a_day_is_not_the_p95_of_all_trucks():
    days = {number_: day(dwells) for number_, dwells in enumerate((DAY_A, DAY_B, DAY_C))}
    p95 = next(r for r in over_replications(days) if r.name == "dwell_p95" and not r.labels)
    assert p95.summary.mean == pytest.approx(4.4 * 3600)
    assert (p95.summary.p10, p95.summary.p90) == (2.0 * 3600, 9.0 * 3600)
    assert p95.observed == 60
    target = next(r for r in over_replications(days) if r.name == "within_target" and not r.labels)
    assert target.summary.mean == pytest.approx(52 / 60)


def test_e4_pooled():
    import numpy as np

    days = [np.array([round(h * 10) for h in d], dtype=np.int64) for d in (DAY_A, DAY_B, DAY_C)]
    assert pooled_quantile(days, 95)[0] == 85


def test_p95_of_nineteen_trucks_is_not_given():
    values = day(DAY_A[:19])
    assert find(values, "dwell_p95").value is None
    assert find(values, "dwell_p95").n == 19
    assert find(values, "dwell_p50").value == 3600


def test_e5_of_a_pooled_stratum_quantiles_are_recomputed():
    """Two gates of 20 trucks: the P95 over both is neither gate's P95 nor their mean."""
    record = Record(gate(GATE))
    for dwell in range(1, 21):
        truck(record, 0, dwell / 10, gate="huu_nghi")
        truck(record, 0, 2 + dwell / 5, gate="tan_thanh")
    assert hours(record, "dwell_p95", end=24, gate="huu_nghi") == 1.9
    assert hours(record, "dwell_p95", end=24, gate="tan_thanh") == 5.8
    assert hours(record, "dwell_p95", end=24) == 5.6  # the second gate's P90
    for labels, mean, p95 in (
        ({"gate": "huu_nghi"}, 1.05, 1.9),
        ({"gate": "tan_thanh"}, 4.1, 5.8),
        ({}, 2.575, 5.6),
    ):
        assert hours(record, "buffer_time", end=24, **labels) == pytest.approx(p95 - mean)
        assert value(record, "buffer_index", end=24, **labels) == pytest.approx((p95 - mean) / mean)


class TestE6:
    """Truck A waits 0.5 h and is served 1.5 h, B waits 9 h and is served 1 h."""

    def record(self):
        parts = {
            "tests": step("parallel", branches=("sample", "papers")),
            "sample": step(),
            "papers": step(),
        }
        ways = {"sample": None, "papers": None}
        record = Record(scenario(parts, {"truck": flow(["tests"], DIRECTION, following=ways)}))
        a = record.entity(0, [("tests", 0, 0, 0.5, 2)], left=2, direction="export")
        record.visit(a, ("papers", 0.5, 0.5, 0.5, 2))
        sample = record.entity(0.5, [("sample", 0.5, 0.5, 1.75, 1.8)], left=1.8, parent=a, direction="export")
        assert record.entities[sample]["parent"] == a
        b = record.entity(0, [("tests", 0, 0, 9, 10)], left=10, direction="export")
        record.visit(b, ("papers", 9, 9, 9, 10))
        return record

    def test_share_waiting_is_a_ratio_of_sums(self):
        assert value(self.record(), "share_waiting", end=24) == pytest.approx(9.5 / 12)

    def test_the_sample_that_ends_before_the_papers_adds_nothing(self):
        record = self.record()
        assert hours(record, "wait_mean", end=24) == 9.5 / 2
        assert hours(record, "service_mean", end=24) == 2.5 / 2

    def test_samples_are_not_counted(self):
        assert value(self.record(), "arrived", end=24) == 2

    def test_share_delayed(self):
        assert value(self.record(), "share_delayed", end=24, step="tests") == 1
        assert value(self.record(), "share_delayed", end=24, step="papers") == 0
        assert value(self.record(), "share_delayed", end=24, step="sample") == 1

    def test_visits_are_those_that_were_begun(self):
        assert value(self.record(), "visits", end=24, step="tests") == 2
        assert value(self.record(), "visits", end=8, step="tests") == 1
        assert value(self.record(), "visits", end=24, step="sample") == 1


class TestE7:
    """Came 05:00 (shut); border guard 07:05–07:10; registered 07:30; in parallel customs papers 07:40–08:00
    and plant quarantine 07:40–09:10; released 09:20; crossed 15:50 (the other side is full)."""

    def record(self):
        def clock(text):
            h, m = text.split(":")
            return int(h) + int(m) / 60

        steps = {
            "guard": step(agency="border_guard"),
            "register": step(agency="trader", milestones=("registered",)),
            "checks": step("parallel", branches=("papers", "plant")),
            "papers": step(agency="customs"),
            "plant": step(agency="quarantine"),
            "decision": step(milestones=("released",)),
            "border": step(agency="other_side"),
        }
        agencies = {
            "border_guard": "VN",
            "customs": "VN",
            "quarantine": "VN",
            "trader": "VN",
            "other_side": "CN",
        }
        route = ["guard", "register", "checks", "decision", "border"]
        flows = {"truck": flow(route, DIRECTION, following={"papers": None, "plant": None})}
        record = Record(scenario(steps, flows, agencies=agencies))
        rows = [
            ("guard", "05:00", "05:00", "07:05", "07:10"),
            ("register", "07:10", "07:10", "07:10", "07:30"),
            ("checks", "07:30", "07:30", "07:40", "09:10"),
            ("papers", "07:40", "07:40", "07:40", "08:00"),
            ("plant", "07:40", "07:40", "07:40", "09:10"),
            ("decision", "09:10", "09:10", "09:10", "09:20"),
            ("border", "09:20", "15:20", "15:20", "15:50"),
        ]
        visits = [(name, *map(clock, times)) for name, *times in rows]
        record.entity(5, visits, left=clock("15:50"), direction="export")
        return record

    @pytest.mark.parametrize(
        ("name", "minutes"),
        [
            ("dwell_mean", 650),
            ("arrival_to_release_mean", 260),
            ("procedure_time_mean", 135),
            ("customs_time_mean", 110),
            ("release_to_crossing_mean", 390),
            ("arrival_to_registration_mean", 150),
            ("blocked_mean", 360),
        ],
    )
    def test_intervals(self, name, minutes):
        assert value(self.record(), name, end=24) == minutes * 60

    def test_what_was_done_before_the_truck_came_is_no_procedure_at_the_gate(self):
        record = self.record()
        record.visit(0, ("register", 0, 0, 0, 1))
        assert value(record, "procedure_time_mean", end=24) == 135 * 60

    def test_services_of_agencies_are_no_elapsed_time(self):
        record = self.record()
        agencies = ("border_guard", "customs", "quarantine")
        assert [value(record, "service_mean", end=24, agency=a) / 60 for a in agencies] == [5, 20, 90]
        assert value(record, "agency_time_mean", end=24, agency="border_guard") == 130 * 60

    def test_customs_share(self):
        assert value(self.record(), "customs_share", end=24) == pytest.approx(110 / 260)


def test_a_step_where_nobody_works_is_service_and_told_apart():
    """Called after 6 h in which nobody worked, then 1 h in line and 2 h at the desk."""
    steps = {"call": step("wait", agency="customs"), "desk": step(agency="customs")}
    record = Record(scenario(steps, {"truck": flow(["call", "desk"], DIRECTION)}, agencies={"customs": "VN"}))
    record.entity(0, [("call", 0, 0, 0, 6), ("desk", 6, 6, 7, 9)], left=9, direction="export")
    for labels in ({}, {"agency": "customs"}):
        assert hours(record, "by_process_mean", end=24, **labels) == 6
        assert hours(record, "service_mean", end=24, **labels) == 8
    assert value(record, "share_waiting", end=24) == pytest.approx(1 / 9)


class TestE8:
    """100 orders due in the window: cancelled by the buyer before posting 6, by the seller 4, delivered
    by due 70, late 12, refused at the door 5, still under way past due 3; one more is not yet due."""

    def record(self):
        steps = {
            "order": step(milestones=("ordered",)),
            "post": step(milestones=("posted",)),
            "deliver": step(milestones=("delivered",)),
        }
        attributes = {"due": number("h"), "cancelled_by": category("nobody", "buyer", "seller")}
        record = Record(scenario(steps, {"order": flow(["order", "post", "deliver"], attributes)}, window=24))
        for fate, many in {"buyer": 6, "seller": 4, 9: 70, 11: 12, "refused": 5, "under_way": 3}.items():
            for _ in range(many):
                self.order(record, fate, due=10)
        self.order(record, "under_way", due=30)
        return record

    def order(self, record, fate, due):
        rows = [("order", 0, 0, 0, 0)]
        if fate in ("buyer", "seller"):
            return record.entity(0, rows, left=1, outcome="balked", due=due, cancelled_by=fate)
        rows.append(("post", 0, 0, 0, 2))
        if fate == "under_way":
            return record.entity(0, [*rows, ("deliver", 2, 2, 3, None)], due=due, cancelled_by="nobody")
        if fate == "refused":
            refused = {
                "step": "deliver",
                "joined": 2,
                "admitted": 2,
                "started": 2,
                "ended": 9,
                "outcome": "reneged",
            }
            return record.entity(
                0, [*rows, refused], left=9, outcome="turned_back", due=due, cancelled_by="nobody"
            )
        rows.append(("deliver", 2, 2, 2, fate))
        return record.entity(0, rows, left=fate, due=due, cancelled_by="nobody")

    def test_on_time(self):
        found = find(compute((record := self.record()).scenario, record.log(24)), "on_time")
        assert found.value == 70 / 94
        assert found.n == 94

    def test_lead_time_is_of_the_delivered(self):
        assert hours(self.record(), "order_lead_time_mean", end=24) == pytest.approx((70 * 9 + 12 * 11) / 82)


def test_e9_days_until_the_money_is_there():
    steps = {"collect": step(milestones=("collected",)), "remit": step(milestones=("remitted",))}
    record = Record(
        scenario(steps, {"order": flow(["collect", "remit"], {"value": number("VND")})}, window=240)
    )
    for collected, remitted, thousands in ((1, 4, 200), (2, 9, 600), (5, None, 100)):
        c, r = 24 * collected, None if remitted is None else 24 * remitted
        rows = [("collect", 0, 0, 0, c), ("remit", c, c, c, r)]
        record.entity(0, rows, left=r, value=thousands * 1000)
    assert hours(record, "cash_in_transit_time", end=240) / 24 == 6.0
    assert value(record, "cash_in_transit", end=240) == 530_000


def test_e11_parts_of_a_wait():
    """Admitted 16:50, office shut 17:00–07:30, platform down without fallback 08:00–08:30, started 09:10."""
    office = {"papers": step(needs=(Need((("officers", 1),)),), platforms=("net",))}
    pieces = {"resources": {"officers": None}, "platforms": ("net",), "window": 48}
    record = Record(scenario(office, {"truck": flow(["papers"], DIRECTION)}, **pieces))
    record.set("scheduled", 0, (0, 2), (17, 0), (31.5, 2))
    record.set("capacity", 0, (0, 2), (17, 0), (31.5, 2))
    record.set("platform", 0, (0, 1000), (32, 0), (32.5, 1000))
    came, started = 16 + 50 / 60, 33 + 10 / 60
    record.entity(came, [("papers", came, came, started, 34)], left=34, direction="export")
    parts = ("wait_closed_mean", "wait_outage_mean", "wait_queue_mean", "wait_mean")
    for labels in ({}, {"step": "papers"}):
        minutes = [value(record, name, end=48, **labels) / 60 for name in parts]
        assert minutes == [870, 30, 80, 980]


def test_a_visit_that_was_interrupted_counts_once_with_all_its_waits():
    """Papers waited 1 h, were done for 1 h, waited 2 h more and were done for another hour."""
    record = Record(
        scenario(
            {"papers": step(milestones=("released",))}, {"truck": flow(["papers"], DIRECTION)}, window=24
        )
    )
    segments = (
        {"joined": 1, "admitted": 1, "started": 2, "ended": 3, "outcome": "preempted"},
        {"joined": 3, "admitted": 3, "started": 5, "ended": 6, "segment": 2},
    )
    rows = [{"step": "papers", "visit": 1, **segment} for segment in segments]
    record.entity(1, rows, left=6, direction="export")
    record.entity(2, [("papers", 2, 2, 2, 3)], left=3, direction="export")
    assert hours(record, "wait_mean", end=24, step="papers") == (3 + 0) / 2
    assert hours(record, "service_mean", end=24, step="papers") == (2 + 1) / 2
    assert hours(record, "arrival_to_release_mean", end=24) == (5 + 1) / 2


def test_a_lost_officer_is_an_outage_and_a_fallback_is_none():
    def waited(fallback):
        steps = {"papers": step(needs=(Need((("officers", 2),)),), platforms=("net",), fallback=fallback)}
        pieces = {"resources": {"officers": None}, "platforms": ("net",)}
        record = Record(scenario(steps, {"truck": flow(["papers"], DIRECTION)}, **pieces))
        record.set("scheduled", 0, (0, 2))
        record.set("capacity", 0, (0, 2), (2, 1), (3, 2))
        record.set("platform", 0, (0, 0))
        record.entity(1, [("papers", 1, 1, 4, 5)], left=5, direction="export")
        return hours(record, "wait_outage_mean", end=24)

    assert waited(None) == 3
    assert waited("on_paper") == 1


def test_e12_the_bulletin_is_an_identity():
    """Turned back 4, arrived 73, exported 91, waiting 453: the opening backlog was 475."""
    record = Record(gate())
    for came, left, outcome, many in (
        (-1, 5, "completed", 91),
        (-1, 6, "turned_back", 4),
        (-1, None, None, 380),
        (3, None, None, 73),
    ):
        for _ in range(many):
            source = "backlog" if came < 0 else "x0"
            truck(record, came, left, outcome=outcome, source=source)
    names = ("opening_backlog", "arrived", "crossed", "lost", "closing_backlog")
    opening, arrived, crossed, lost, closing = (value(record, name, end=24) for name in names)
    assert (opening, arrived, crossed, lost, closing) == (475, 73, 91, 4, 453)
    assert opening + arrived == crossed + lost + closing
    assert value(record, "lost", end=24, reason="turned_back") == 4
    assert math.isclose(value(record, "throughput", end=24), 91)
