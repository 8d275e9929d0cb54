"""What a client has is not sent again, and each form of a thing has a tag of its own."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.platform_api.helpers import order_and_wait

DAY = "/v1/scenarios/lang-son-2025-03-12"


@pytest.mark.parametrize(
    "path",
    [
        DAY,
        f"{DAY}/written",
        f"{DAY}/resolved",
        f"{DAY}/picture",
        "/v1/scenarios",
        "/v1/runs",
        "/openapi.json",
    ],
)
def test_what_is_still_so_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert "no-cache" in again.headers["Cache-Control"]
        assert again.headers["X-Request-Id"]
    other = client.get(path, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_every_form_has_its_own_tag_and_each_will_do_to_change_it(
    client: TestClient, written: dict[str, Any]
) -> None:
    client.post("/v1/scenarios", json=written | {"name": "mine"})
    mine = "/v1/scenarios/mine"
    forms = ["", "/written", "/resolved", "/picture?language=vi", "/picture?language=en"]
    tags = [client.get(mine + form).headers["ETag"] for form in forms]
    assert len(set(tags)) == len(tags)
    other = written | {"name": "mine", "window": "5 h"}
    changed = client.put(mine, json=other, headers={"If-Match": tags[1]})
    assert changed.status_code == 200
    old = client.get(mine, headers={"If-None-Match": tags[0]})
    assert (old.status_code, old.headers["ETag"]) == (200, changed.headers["ETag"])


def test_what_a_run_answers_has_tags(client: TestClient, written: dict[str, Any]) -> None:
    run = order_and_wait(client, scenario=written, replications=1)["id"]
    for part in ("", "/kpis", "/trs", "/report", "/files", "/files/kpis.json"):
        tag = client.get(f"/v1/runs/{run}{part}").headers["ETag"]
        again = client.get(f"/v1/runs/{run}{part}", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
    some = client.get(f"/v1/runs/{run}/files/kpis.json", headers={"Range": "bytes=0-3"})
    assert (some.status_code, len(some.content)) == (206, 4)
    assert client.get("/v1/runs/nobody", headers={"If-None-Match": "*"}).status_code == 404
