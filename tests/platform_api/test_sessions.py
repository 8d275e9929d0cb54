"""Live sessions over HTTP: played, stopped, stepped, changed, taken back, watched, restarted."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from platform_api import errors
from scenarios.library import load_text
from sim.run import run
from sim.timetable import Row
from tests.platform_api.conftest import MakeApp, client_of, on_both_databases
from tests.platform_api.helpers import assert_problem
from tests.platform_api.serving import Serving
from tests.platform_api.test_faults import round_for_ever
from tests.platform_api.test_guard import bearing, table_of

HOUR = 3_600_000


def opened(client: Any, written: dict[str, Any], **order: Any) -> str:
    answer = client.post("/v1/sessions", json={"scenario": written, "seed": 5} | order)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/sessions/{answer.json()['id']}"
    name: str = answer.json()["id"]
    return name


def act(client: Any, session: str, **what: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/sessions/{session}/acts", json=what)
    assert answer.status_code == 200, answer.text
    acted: dict[str, Any] = answer.json()
    return acted


def test_a_session_stands_still_until_it_is_told(client: TestClient, written: dict[str, Any]) -> None:
    session = opened(client, written, at=2 * HOUR)
    told = client.get(f"/v1/sessions/{session}").json()
    assert (told["session"]["at"], told["session"]["plays"]) == (2 * HOUR, False)
    assert told["session"]["clock"] == "2025-03-12T02:00:00Z"  # 7 o'clock in Việt Nam, and two hours
    assert told["names"]["steps"] == ["papers"]
    time.sleep(0.4)
    assert client.get(f"/v1/sessions/{session}").json() == told
    assert [each["id"] for each in client.get("/v1/sessions").json()["sessions"]] == [session]


def test_it_plays_at_the_speed_it_is_told_and_pauses(client: TestClient, written: dict[str, Any]) -> None:
    session = opened(client, written)
    began = time.monotonic()
    act(client, session, do="play", speed=600.0)
    time.sleep(1.0)
    at = act(client, session, do="pause")["session"]["at"]
    took = time.monotonic() - began
    assert 600 * 1000 * 0.8 <= at <= 600 * 1000 * took * 1.1
    assert client.get(f"/v1/sessions/{session}").json()["session"]["at"] == at


def test_each_step_is_told_in_a_sentence_of_both_languages(
    client: TestClient, written: dict[str, Any]
) -> None:
    session = opened(client, written)
    kinds = set()
    for _ in range(12):
        for happened in act(client, session, do="step")["happened"]:
            assert all(happened["told"].values())
            assert "{" not in happened["told"]["vi"]
            kinds.add(happened["kind"])
    assert {"came", "started", "left"} & kinds
    before = client.get(f"/v1/sessions/{session}").json()["session"]["at"]
    assert act(client, session, do="step", step="minute")["session"]["at"] == before + 60_000


@on_both_databases
def test_a_session_replays_to_the_digest_of_a_run_told_beforehand(
    make_app: MakeApp, written: dict[str, Any]
) -> None:
    with client_of(make_app()) as client:
        session = opened(client, written)
        act(client, session, do="seek", to=HOUR)
        act(client, session, do="intervene", what="capacity", target="officer", value=3)
        act(client, session, do="step", step="minute")
        act(client, session, do="intervene", what="slow", target="papers", value=2000)
        act(client, session, do="intervene", what="demand", target="truck", value=2500)
        act(client, session, do="seek", to=HOUR // 2)
        act(client, session, do="seek", to=3 * HOUR)
        effect = client.get(f"/v1/sessions/{session}/effect").json()
        assert effect["entities"] > 5
        assert effect["at"] == 3 * HOUR
        assert len(effect["times"]) == len(effect["inside_with"]) == len(effect["inside_without"]) > 100
        later = client.get(f"/v1/sessions/{session}/effect?until={5 * HOUR}").json()
        assert (later["at"], later["times"][-1] > 3 * HOUR) == (5 * HOUR, True)
        assert later["entities"] > effect["entities"]
        assert client.get(f"/v1/sessions/{session}").json()["session"]["at"] == 3 * HOUR
        past = client.get(f"/v1/sessions/{session}/entities/0").json()["visits"]
        assert past
        assert all(visit["joined"] <= visit["left"] <= 3 * HOUR for visit in past)
        assert client.get(f"/v1/sessions/{session}/entities/99999").json()["visits"] == []
        replay = client.get(f"/v1/sessions/{session}/replay").json()
    rows = [Row(**row) for row in replay["interventions"]]
    assert [(row.time, row.what, row.value) for row in rows] == [
        (HOUR, "capacity", 3), (HOUR + 60_000, "slow", 2000), (HOUR + 60_000, "demand", 2500)
    ]  # fmt: skip
    scenario = load_text(json.dumps(written)).resolved
    assert replay["digest"] == run(scenario, 5, interventions=rows).digest
    with client_of(make_app()) as client:  # after a restart it stands where it stood
        again = client.get(f"/v1/sessions/{session}").json()["session"]
        assert (again["at"], len(again["interventions"]), again["plays"]) == (3 * HOUR, 3, False)
        assert client.get(f"/v1/sessions/{session}/replay").json() == replay
        act(client, session, do="seek", to=HOUR, forget=True)
        assert client.get(f"/v1/sessions/{session}").json()["session"]["interventions"] == []
        assert client.delete(f"/v1/sessions/{session}").status_code == 204
        assert_problem(client.get(f"/v1/sessions/{session}"), errors.UNKNOWN_SESSION)
    with client_of(make_app()) as client:
        assert client.get("/v1/sessions").json() == {"sessions": []}


def test_a_scenario_that_goes_round_for_ever_takes_no_place(make_app: MakeApp) -> None:
    with client_of(make_app(max_sessions=1)) as client:
        order = {"scenario": round_for_ever(), "seed": 1, "at": HOUR}
        for _ in range(2):
            assert_problem(client.post("/v1/sessions", json=order), errors.WRONG_SCENARIO)
        assert client.get("/v1/sessions").json() == {"sessions": []}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"do": "fly"}, "do"),
        ({"do": "seek"}, "to"),
        ({"do": "intervene", "what": "capacity"}, "target"),
        ({"do": "intervene", "what": "capacity", "target": "nobody", "value": 1}, "target"),
        ({"do": "intervene", "what": "weather", "target": "truck", "value": 1}, "what"),
        ({"do": "intervene", "what": "demand", "target": "truck", "value": 10_001}, "target"),
        ({"do": "intervene", "what": "demand", "target": "officer", "value": 1}, "target"),
        ({"do": "play", "speed": 0}, "speed"),
        ({"do": "play", "speed": 1e9}, "speed"),
        ({"do": "seek", "to": 1 << 60}, "to"),
        ({}, "do"),
    ],
)
def test_a_wrong_act_is_told_and_changes_nothing(
    client: TestClient, written: dict[str, Any], body: dict[str, Any], place: str
) -> None:
    session = opened(client, written)
    before = client.get(f"/v1/sessions/{session}").json()
    problem = assert_problem(client.post(f"/v1/sessions/{session}/acts", json=body), errors.WRONG_REQUEST)
    assert place in [item.place for item in problem.problems]
    assert client.get(f"/v1/sessions/{session}").json() == before


def test_there_are_only_so_many_and_only_who_teaches_may(make_app: MakeApp, written: dict[str, Any]) -> None:
    app = make_app(require_keys=True, max_sessions=1)
    with client_of(app) as client:
        keys = {s: bearing(table_of(app).add(s, s)[1]) for s in ("view", "run", "teach", "admin")}
        order = {"scenario": written}
        answers = {s: client.post("/v1/sessions", json=order, headers=key) for s, key in keys.items()}
        assert [a.status_code for a in answers.values()] == [403, 403, 201, 503]
        session = answers["teach"].json()["id"]
        assert client.get(f"/v1/sessions/{session}", headers=keys["view"]).status_code == 200
        other = bearing(table_of(app).add("other", "teach")[1])
        body = {"do": "pause"}
        refused = client.post(f"/v1/sessions/{session}/acts", json=body, headers=other)
        assert_problem(refused, errors.NOT_ALLOWED)
        assert (
            client.post(f"/v1/sessions/{session}/acts", json=body, headers=keys["admin"]).status_code == 200
        )


# ---- watching, on a real server
class Watcher:
    """Follows a session and keeps the state as its events tell it."""

    def __init__(self, address: str, session: str, heard: str = "") -> None:
        self.address, self.session, self.heard = address, session, heard
        self.visits: dict[tuple[int, int], tuple[int, int]] = {}
        self.state: dict[str, Any] = {}
        self.kinds: list[str] = []
        self.times: list[float] = []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self) -> None:
        with contextlib.suppress(httpx2.TransportError):  # the server has stopped
            self._listen()

    def _listen(self) -> None:
        headers = {"Last-Event-ID": self.heard} if self.heard else {}
        with httpx2.Client(base_url=self.address, timeout=30) as client:
            address = f"/v1/sessions/{self.session}/events"
            with client.stream("GET", address, headers=headers) as answer:
                for event in self._events(answer.iter_lines()):
                    self._take(event)
                    if self.stopped.is_set():
                        return

    @staticmethod
    def _events(lines: Iterator[str]) -> Iterator[dict[str, str]]:
        event: dict[str, str] = {}
        for line in lines:
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                yield event
                event = {}

    def _take(self, event: dict[str, str]) -> None:
        data = json.loads(event["data"])
        self.heard = event["id"]
        self.kinds.append(event["event"])
        self.times.append(time.monotonic())
        if event["event"] == "snapshot":
            self.visits = {}
        rows = data.pop("visits", []) + data.pop("changed", [])
        for entity, step in data.pop("gone", []):
            del self.visits[entity, step]
        self.visits |= {(entity, step): (phase, since) for entity, step, phase, since in rows}
        self.state = data


@pytest.mark.slow
def test_who_watches_sees_what_is_there_also_after_coming_back(
    tmp_path: Path, written: dict[str, Any]
) -> None:
    busy = written | {"resources": {"officer": {"label": {"vi": "C", "en": "C"}, "capacity": 3}}}
    busy["flows"] = {"truck": written["flows"]["truck"] | {"arrivals": {"rate": "50 /h"}}}
    serving = Serving(tmp_path)
    try:
        session = opened(serving.client, busy)
        watcher = Watcher(serving.address, session)
        act(serving.client, session, do="play", speed=3600.0)
        time.sleep(1.5)
        watcher.stopped.set()
        watcher.thread.join(10)
        act(serving.client, session, do="step", step="minute")
        back = Watcher(serving.address, session, heard=watcher.heard)
        back.visits = dict(watcher.visits)
        act(serving.client, session, do="pause")
        deadline = time.monotonic() + 10
        while not back.heard.endswith(
            f"-{serving.client.get(f'/v1/sessions/{session}').json()['state']['number']}"
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        told = serving.client.get(f"/v1/sessions/{session}").json()["state"]
        assert {(e, s): (p, t) for e, s, p, t in told["visits"]} == back.visits
        assert {name: told[name] for name in back.state} == back.state
        assert watcher.kinds[0] == "snapshot"
        assert set(watcher.kinds[1:]) == {"delta"}
        assert "snapshot" not in back.kinds, "what was missed is told again, not everything"
        back.stopped.set()
    finally:
        serving.close()


# ---- bounds


def crowd(written: dict[str, Any], per_hour: int) -> dict[str, Any]:
    """A scenario in which ever more stand in a queue."""
    flow = written["flows"]["truck"] | {"arrivals": {"rate": f"{per_hour} /h"}}
    return written | {"name": "crowd", "window": "10 d", "flows": {"truck": flow}}


@pytest.mark.parametrize(
    ("settings", "order", "said"),
    [
        ({"max_session_days": 3}, {}, "10 simulated days"),
        ({"max_entities": 500}, {}, "expected entities"),
        ({"max_session_megabytes": 20}, {"at": 200 * HOUR}, "memory"),
    ],
)
def test_what_a_session_may_have_is_told(
    make_app: MakeApp, written: dict[str, Any], settings: dict[str, Any], order: dict[str, Any], said: str
) -> None:
    with client_of(make_app(**settings)) as client:
        order = {"scenario": crowd(written, 400), "seed": 1} | order
        problem = assert_problem(client.post("/v1/sessions", json=order), errors.BEYOND_LIMITS)
        assert said in problem.problems[0].message.en
        assert client.get("/v1/sessions").json() == {"sessions": []}


def test_what_one_act_cannot_reach_another_does(
    client: TestClient, written: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(client, crowd(written, 500))
    monkeypatch.setattr("platform_api.sessions.ACT_WITHIN", 0.0)
    seeking = {"do": "seek", "to": 100 * HOUR}
    stood = -1
    for _ in range(3):
        refused = client.post(f"/v1/sessions/{session}/acts", json=seeking)
        problem = assert_problem(refused, errors.BEYOND_LIMITS)
        at = client.get(f"/v1/sessions/{session}").json()["session"]["at"]
        assert stood < at < 100 * HOUR
        assert f"{at} ms" in problem.problems[0].message.en
        stood = at
    monkeypatch.setattr("platform_api.sessions.ACT_WITHIN", 60.0)
    assert act(client, session, **seeking)["session"]["at"] == 100 * HOUR


def test_who_is_hard_to_move_keeps_nobody_waiting(make_app: MakeApp, written: dict[str, Any]) -> None:
    app = make_app()
    with client_of(app) as client:
        heavy = opened(client, crowd(written, 2_000), at=20 * HOUR)
        light = [opened(client, written, seed=seed) for seed in range(3)]
        act(client, heavy, do="play", speed=86_400.0)
        for session in light:
            act(client, session, do="play", speed=60.0)
        kept = app.state.parts.sessions
        gaps, began = [], time.monotonic()
        last = {name: (began, kept.get(name).number) for name in light}
        while time.monotonic() < began + 2.5:
            for name, (at, number) in last.items():
                if kept.get(name).number != number:
                    gaps.append(time.monotonic() - at)
                    last[name] = (time.monotonic(), kept.get(name).number)
            time.sleep(0.005)
        moved = client.get(f"/v1/sessions/{heavy}").json()["session"]["at"]
    gaps.sort()
    assert moved > 20 * HOUR
    assert gaps[len(gaps) // 2] < 0.5
    assert len(gaps) > 3 * 5
