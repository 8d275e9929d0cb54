"""A class: joined by a code, answered from seats, played in teams; who joined can do nothing else."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from platform_api import errors
from platform_api.classroom import CODE, LETTERS, MOST_SEATS, PAUSE, Classroom, Given, Team
from tests.platform_api.conftest import MakeApp, app_in, client_of
from tests.platform_api.helpers import assert_problem
from tests.platform_api.serving import Serving
from tests.platform_api.test_guard import bearing, table_of

GATE = "what-a-gate-is"


def opened(client: Any, teams: int = 2, headers: dict[str, str] | None = None) -> str:
    answer = client.post("/v1/classes", json={"lesson": GATE, "teams": teams}, headers=headers)
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


def seated(client: Any, code: str, nickname: str = "") -> dict[str, str]:
    """A participant, by the cookie of his seat."""
    client.cookies.clear()
    answer = client.post(f"/v1/classes/{code}/seats", json={"nickname": nickname})
    assert answer.status_code == 201, answer.text
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said
    assert "samesite=strict" in said.lower()
    assert f"Path=/v1/classes/{code}" in said
    client.cookies.clear()
    return {"Cookie": said.partition(";")[0]}


def act(client: Any, code: str, **what: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/classes/{code}/acts", json=what)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def me(client: Any, code: str, seat: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"/v1/classes/{code}/me", headers=seat).json()
    return told


def answer(client: Any, code: str, seat: dict[str, str], question: str, guess: Any) -> Any:
    order = {"guess": guess, "sure": 1.0}
    return client.put(f"/v1/classes/{code}/me/answers/{question}", json=order, headers=seat)


# ---- the state alone -----------------------------------------------------------------------------------


def room(teams: int = 3) -> Classroom:
    return Classroom("BCDF", GATE, teams=[Team(number + 1) for number in range(teams)])


def test_teams_fill_evenly_each_with_all_roles_until_the_room_is_full() -> None:
    of = room()
    tokens = [of.sit("", ["a", "b"]) for _ in range(MOST_SEATS)]
    assert all(tokens)
    assert [len(of.members(team)) for team in (1, 2, 3)] == [10, 10, 10]
    assert [seat.role for seat in of.members(1)] == ["a", "b"] * 5
    assert of.sit("", ["a"]) is None


def test_what_lasts_is_everything_but_who_is_connected() -> None:
    of = room()
    made = of.sit("Lan", ["a"])
    assert made is not None
    seat, token = made
    of.to("predict", "share", 0)
    assert of.answer(seat, "share", Given("some", 0.75))
    again = Classroom.of(json.loads(json.dumps(of.document())))
    assert again.document() == of.document()
    assert again.seat_of(token) == seat
    assert token not in json.dumps(of.document())  # what is stored lets nobody in
    assert again.answered("share")[seat.number].guess == "some"


def test_answers_change_until_they_are_locked_and_levers_rest_half_an_hour() -> None:
    of = room()
    made = of.sit("", ["a"])
    assert made is not None
    seat, _ = made
    assert not of.answer(seat, "share", Given("some", 1))  # nothing is asked yet
    of.to("predict", "share", 0)
    assert of.answer(seat, "share", Given("some", 1))
    assert of.answer(seat, "share", Given("most", 1))
    assert not of.answer(seat, "longest", Given("after", 1))
    of.to("locked", None, 0)
    assert not of.answer(seat, "share", Given("little", 1))
    assert of.answered("share")[1].guess == "most"
    seat.decided = 1_000
    assert not of.may_decide(seat, PAUSE)
    assert of.may_decide(seat, 1_000 + PAUSE)


# ---- over HTTP -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with client_of(app_in(tmp_path_factory.mktemp("classes"))) as client:
        yield client


def test_a_question_goes_from_prediction_to_reveal(service: TestClient) -> None:
    code = opened(service)
    assert len(code) == CODE
    assert set(code) <= set(LETTERS)
    lan, minh = seated(service, code, "Lan"), seated(service, code, "Minh")
    assert me(service, code, lan)["stage"] == "lobby"
    assert [me(service, code, seat)["team"] for seat in (lan, minh)] == [1, 2]
    act(service, code, do="stage", stage="predict", question="longest")
    assert answer(service, code, lan, "longest", "customs").status_code == 200
    assert answer(service, code, lan, "longest", "after").status_code == 200
    assert_problem(answer(service, code, minh, "longest", "never"), errors.WRONG_REQUEST)
    told = act(service, code, do="stage", stage="predict", question="longest")
    assert (told["answered"], told["guesses"]) == (1, {})  # nobody's answer is shown before
    told = act(service, code, do="stage", stage="locked")
    assert told["guesses"] == {"after": 1}
    assert_problem(answer(service, code, minh, "longest", "customs"), errors.NOT_NOW)
    assert me(service, code, lan)["answer"] is None
    told = act(service, code, do="stage", stage="revealed")
    assert told["answer"]["right"] == "after"
    assert [team["mean"] for team in told["teams"]] == [100, None]
    mine = me(service, code, lan)
    assert (mine["given"]["points"], mine["answer"]["points"]) == (100, 100)
    assert me(service, code, minh)["given"] is None


def test_a_team_plays_its_own_run_with_the_levers_of_its_roles(service: TestClient) -> None:
    code = opened(service)
    lan, minh = seated(service, code), seated(service, code)
    act(service, code, do="stage", stage="play")
    mine = me(service, code, lan)
    lever = mine["levers"][0]
    assert lever["name"] in mine["role"]["levers"]
    decided = {"lever": lever["name"], "value": lever["units"] + 3}
    at = f"/v1/classes/{code}/me/acts"
    after = service.post(at, json=decided, headers=lan).json()
    assert after["levers"][0]["units"] == lever["units"] + 3
    assert after["run"]["decisions"] == 1
    assert not after["may_decide"]
    assert me(service, code, minh)["run"]["decisions"] == 0  # the other team's run is another
    assert_problem(service.post(at, json=decided, headers=lan), errors.NOT_NOW)
    other = {"lever": "resources.tax_officers", "value": 9}  # nobody's here
    assert_problem(service.post(at, json=other, headers=minh), errors.WRONG_REQUEST)
    act(service, code, do="stage", stage="paused")
    assert_problem(service.post(at, json=decided, headers=minh), errors.NOT_NOW)
    told = act(service, code, do="judge")
    assert told["teams"][1]["points"] == 50
    assert service.delete(f"/v1/classes/{code}").status_code == 204
    assert service.get("/v1/sessions").json()["sessions"] == []


def test_a_code_is_not_to_be_guessed_and_a_full_room_says_so(make_app: MakeApp) -> None:
    with client_of(make_app()) as client:
        code = opened(client, 8)
        for _ in range(MOST_SEATS):
            seated(client, code)
        client.cookies.clear()
        assert_problem(client.post(f"/v1/classes/{code}/seats", json={}), errors.CLASS_FULL)
        assert act(client, code, do="remove", seat=1)["seats"] == MOST_SEATS - 1
        wrong = [client.post("/v1/classes/BBBB/seats", json={}) for _ in range(5)]
        assert {each.status_code for each in wrong} == {404}
        assert_problem(client.post(f"/v1/classes/{code}/seats", json={}), errors.TOO_OFTEN)


def test_participants_can_join_and_do_nothing_else(make_app: MakeApp) -> None:
    app = make_app(require_keys=True)
    with client_of(app) as client:
        trainer = bearing(table_of(app).add("class", "teach")[1])
        code = opened(client, headers=trainer)
        lan = seated(client, code)
        assert client.get(f"/v1/classes/{code}/me", headers=lan).status_code == 200
        for path in (
            "/v1/runs", "/v1/sessions", "/v1/lessons", "/v1/scenarios", "/v1/classes", f"/v1/classes/{code}",
            f"/v1/classes/{code}/qr", f"/v1/classes/{code}/events",
        ):  # fmt: skip
            assert_problem(client.get(path, headers=lan), errors.NO_KEY)
        for method, path in (("POST", f"/v1/classes/{code}/acts"), ("DELETE", f"/v1/classes/{code}")):
            assert_problem(client.request(method, path, json={"do": "judge"}, headers=lan), errors.NO_KEY)
        assert_problem(client.get(f"/v1/classes/{code}/me"), errors.NO_KEY)
        picture = client.get(f"/v1/classes/{code}/qr", headers=trainer)
        assert picture.headers["content-type"] == "image/svg+xml"
        assert f"join?code={code}" in picture.text
        revoked = bearing(table_of(app).add("other", "teach")[1])
        assert_problem(client.get(f"/v1/classes/{code}", headers=revoked), errors.NOT_ALLOWED)


def test_a_class_outlives_the_service(tmp_path: Path) -> None:
    with client_of(app_in(tmp_path)) as client:
        code = opened(client)
        lan = seated(client, code, "Lan")
        act(client, code, do="stage", stage="play")
        lever = me(client, code, lan)["levers"][0]
        order = {"lever": lever["name"], "value": lever["units"] + 1}
        assert client.post(f"/v1/classes/{code}/me/acts", json=order, headers=lan).status_code == 200
        act(client, code, do="stage", stage="predict", question="share")
        assert answer(client, code, lan, "share", "some").status_code == 200
        before = me(client, code, lan)
    with client_of(app_in(tmp_path)) as client:
        after = me(client, code, lan)
        assert after == before
        assert act(client, code, do="stage", stage="play")["teams"][0]["run"]["decisions"] == 1
        assert me(client, code, lan)["levers"][0]["units"] == lever["units"] + 1


# ---- in a process of its own ---------------------------------------------------------------------------


def heard(
    address: str, code: str, seat: dict[str, str], until: threading.Event
) -> list[tuple[float, dict[str, Any]]]:
    """What a participant's page is told, and when."""
    found: list[tuple[float, dict[str, Any]]] = []
    at = f"{address}/v1/classes/{code}/me/events"
    with httpx2.Client(timeout=30) as client, client.stream("GET", at, headers=seat) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            if line.startswith("data: {") and len(line) > 10:
                found.append((time.monotonic(), json.loads(line[6:])))
            if until.is_set():
                return found
    return found


@pytest.mark.long
def test_thirty_participants_are_told_every_second_and_a_killed_server_loses_no_class(tmp_path: Path) -> None:
    """Thirty real listeners while four teams' runs play; then the server is killed and started again."""
    serving = Serving(tmp_path, CUAKHAU_JOBS="1")
    done = threading.Event()
    try:
        code = opened(serving.client, 4)
        seats = [seated(serving.client, code) for _ in range(MOST_SEATS)]
        act(serving.client, code, do="stage", stage="play")
        act(serving.client, code, do="play", speed=600.0)
        with ThreadPoolExecutor(MOST_SEATS) as hands:
            listening = [hands.submit(heard, serving.address, code, seat, done) for seat in seats]
            time.sleep(15)
            done.set()
            told = [each.result(30) for each in listening]
        gaps = sorted(b[0] - a[0] for each in told for a, b in pairwise(each))
        assert all(len(each) >= 8 for each in told)
        assert gaps[len(gaps) // 2] <= 1.2, gaps[-5:]  # every second
        assert gaps[len(gaps) * 99 // 100] <= 3.0, gaps[-5:]  # also where others use the machine
        assert told[0][-1][1]["run"]["at"] > told[0][0][1]["run"]["at"]  # it goes on
        act(serving.client, code, do="stage", stage="predict", question="longest")
        for seat in seats:
            assert answer(serving.client, code, seat, "longest", "after").status_code == 200
        serving.process.kill()
        serving.process.wait(10)
    finally:
        serving.close()
    again = Serving(tmp_path, CUAKHAU_JOBS="1")
    try:
        told_again = again.client.get(f"/v1/classes/{code}").json()
        assert (told_again["stage"], told_again["answered"], told_again["seats"]) == ("predict", 30, 30)
        assert {me(again.client, code, seat)["given"]["guess"] for seat in seats} == {"after"}
    finally:
        again.close()
