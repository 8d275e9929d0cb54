"""One replication of a run over HTTP: stories, histograms, the record by page."""

import copy
import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from platform_api import errors
from platform_api.examples import SMALL_SCENARIO
from tests.platform_api.conftest import MakeApp, app_in, client_of
from tests.platform_api.helpers import assert_problem, order_and_wait


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """A client, and a run of two replications with records and an attribute."""
    shares = {
        name: {"value": share, "range": ["10 %", "90 %"], "source": "assumption", "owner": "customs"}
        for name, share in (("fruit", "40 %"), ("other", "60 %"))
    }
    written: dict[str, Any] = copy.deepcopy(SMALL_SCENARIO)
    written["flows"]["truck"]["attributes"] = {"goods": shares}
    written["steps"]["scale"] = written["steps"]["papers"] | {"label": {"vi": "Cân xe", "en": "Scale"}}
    written["flows"]["truck"]["route"] = ["papers", "scale"]
    with client_of(app_in(tmp_path_factory.mktemp("looking"))) as client:
        run = order_and_wait(client, scenario=written, seed=1, replications=2, records=True)
        assert run["state"] == "succeeded", run["problems"]
        yield client, f"/v1/runs/{run['id']}"


def pages(client: TestClient, address: str) -> Iterator[dict[str, Any]]:
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        found = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
        address = found[1] if found else ""


@pytest.mark.parametrize("table", ["visits", "entities", "timetable"])
def test_the_pages_of_a_record_are_the_table_that_is_downloaded(
    looked_at: tuple[TestClient, str], table: str
) -> None:
    client, run = looked_at
    text = client.get(f"{run}/download?format=csv&table={table}&replication=2").text
    names, *expected = csv.reader(io.StringIO(text))
    found = list(pages(client, f"{run}/records?table={table}&replication=2&limit=7"))
    assert all(page["columns"] == names for page in found)
    rows = [["" if cell is None else str(cell) for cell in row] for page in found for row in page["rows"]]
    assert rows == expected
    assert [page["after"] for page in found] == list(range(0, max(1, len(expected)), 7))


def test_a_page_begins_at_a_row_and_is_the_same_however_one_came_to_it(
    looked_at: tuple[TestClient, str],
) -> None:
    client, run = looked_at
    entities = client.get(f"{run}/records?table=entities").json()
    case = entities["rows"][5][entities["columns"].index("case")]
    whole = client.get(f"{run}/records?case={case}").json()["rows"]
    by_one = list(pages(client, f"{run}/records?case={case}&limit=1"))
    assert [row for page in by_one for row in page["rows"]] == whole
    assert len(by_one) == len(whole) > 1
    everything = list(pages(client, f"{run}/records?limit=1000"))
    at = by_one[-1]["after"]  # the number of its row among all, which a page without `case` begins at too
    assert client.get(f"{run}/records?after={at}&limit=1").json()["rows"] == [everything[0]["rows"][at]]
    beyond = client.get(f"{run}/records?after={1 << 40}").json()
    assert (beyond["rows"], beyond["columns"]) == ([], everything[0]["columns"])


def test_one_entity_s_visits_are_found_by_its_case(looked_at: tuple[TestClient, str]) -> None:
    client, run = looked_at
    entities = client.get(f"{run}/records?table=entities").json()
    case = entities["rows"][3][entities["columns"].index("case")]
    (page,) = pages(client, f"{run}/records?case={case}")
    assert {row[page["columns"].index("case")] for row in page["rows"]} == {case}
    assert client.get(f"{run}/records", params={"case": "' or 1=1 --"}).json()["rows"] == []


def test_the_parts_of_a_story_add_up_to_it(looked_at: tuple[TestClient, str]) -> None:
    client, run = looked_at
    told = client.get(f"{run}/stories").json()
    assert [story["which"] for story in told["stories"]] == ["typical", "slow", "slowest"]
    for story in told["stories"]:
        assert sum(part["ms"] for part in story["parts"]) == story["ms"]
        assert all(f"step.{part['step']}" in told["names"] for part in story["parts"] if part["step"])
    address = told["stories"][0]["address"]
    other = client.get(f"{run}/stories", params={"replication": 2}).json()["stories"]
    assert [each["ms"] for each in other] != [each["ms"] for each in told["stories"]]
    asked = client.get(f"{run}/stories", params={"entity": address}).json()["stories"][-1]
    assert asked | {"which": "typical"} == told["stories"][0]
    entities = client.get(f"{run}/records?table=entities&limit=1000").json()
    stays = {row[entities["columns"].index("stay_seconds")] for row in entities["rows"]}
    assert told["stories"][0]["ms"] / 1000 in stays


def test_who_came_is_listed_the_longest_stay_first(looked_at: tuple[TestClient, str]) -> None:
    client, run = looked_at
    whole = client.get(f"{run}/entities?limit=1000").json()
    stays = [each["ms"] for each in whole["entities"]]
    assert (len(stays), stays) == (whole["count"], sorted(stays, reverse=True))
    told = client.get(f"{run}/stories").json()["stories"]
    assert {each["address"] for each in told} <= {each["address"] for each in whole["entities"]}
    assert whole["entities"][0]["ms"] == told[-1]["ms"]
    first = client.get(f"{run}/entities?limit=3")
    assert first.json()["entities"] == whole["entities"][:3]
    rest = client.get(first.links["next"]["url"]).json()["entities"]
    assert rest == whole["entities"][3:6]
    number = whole["entities"][-1]["address"].partition("#")[2]
    sought = client.get(f"{run}/entities", params={"q": number}).json()["entities"]
    assert sought
    assert all(each["address"].endswith(f"#{number}") for each in sought)
    assert client.get(f"{run}/entities?q=nobody").json()["count"] == 0


def test_a_part_of_a_story_is_told_in_words(looked_at: tuple[TestClient, str]) -> None:
    client, run = looked_at
    told = client.get(f"{run}/stories").json()
    for part in told["stories"][0]["parts"]:
        label = told["names"][f"step.{part['step']}"]
        assert label["vi"] in part["told"]["vi"]
        assert label["en"] in part["told"]["en"]


def test_a_histogram_counts_everybody_who_crossed_once(looked_at: tuple[TestClient, str]) -> None:
    client, run = looked_at
    told = client.get(f"{run}/histogram?bins=12&replication=2").json()
    assert (len(told["edges"]), [len(bars["counts"]) for bars in told["bars"]]) == (13, [12])
    goods = client.get(f"{run}/histogram?bins=12&replication=2&by=goods").json()
    assert [bars["value"] for bars in goods["bars"]] == ["fruit", "other"]
    both = zip(*(bars["counts"] for bars in goods["bars"]), strict=True)
    assert [sum(each) for each in both] == told["bars"][0]["counts"]
    entities = client.get(f"{run}/records?table=entities&limit=1000&replication=2").json()
    at = {name: entities["columns"].index(name) for name in ("left", "outcome", "stay_seconds")}
    stays = [
        row[at["stay_seconds"]] / 3600
        for row in entities["rows"]
        if row[at["outcome"]] == "completed" and row[at["left"]] < "2025-03-12T17:00"
    ]
    assert sum(told["bars"][0]["counts"]) == len(stays)
    assert told["edges"][0] == pytest.approx(min(stays))
    assert told["edges"][-1] == pytest.approx(max(stays))


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("/stories?replication=3", errors.WRONG_REQUEST),
        ("/stories?entity=nobody", errors.WRONG_REQUEST),
        ("/histogram?by=colour", errors.WRONG_REQUEST),
        ("/histogram?bins=0", errors.WRONG_REQUEST),
        ("/records?table=keys", errors.WRONG_REQUEST),
        ("/records?replication=3", errors.WRONG_REQUEST),
    ],
)
def test_what_is_not_there_is_told(looked_at: tuple[TestClient, str], part: str, kind: errors.Kind) -> None:
    client, run = looked_at
    assert_problem(client.get(run + part), kind)


def test_a_run_without_a_record_says_so(make_app: MakeApp, written: dict[str, Any]) -> None:
    with client_of(make_app()) as client:
        run = order_and_wait(client, scenario=written, replications=1)["id"]
        problem = assert_problem(client.get(f"/v1/runs/{run}/records"), errors.WRONG_REQUEST)
        assert "records: true" in problem.problems[0].remedy.en
        assert client.get(f"/v1/runs/{run}/stories").status_code == 200
        assert_problem(client.get("/v1/runs/nobody/stories"), errors.UNKNOWN_RUN)
