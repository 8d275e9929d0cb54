"""Whatever is sent: an answer that helps, and nothing left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from platform_api import errors
from tests.platform_api.conftest import MakeApp, app_in, client_of
from tests.platform_api.helpers import assert_problem
from tests.platform_api.wrong_bodies import ALL, Wrong


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[TestClient]:
    """One service for all wrong bodies: none of them may harm it."""
    with client_of(app_in(folder)) as client:
        yield client


@pytest.mark.parametrize("wrong", ALL, ids=[wrong.name for wrong in ALL])
def test_a_wrong_body_is_answered_with_place_value_and_remedy(
    wrong: Wrong, service: TestClient, folder: Path
) -> None:
    headers = {"Content-Type": wrong.media_type} if wrong.media_type else {}
    answer = service.post(wrong.path, content=wrong.body, headers=headers)
    places = [item.place for item in assert_problem(answer, wrong.kind).problems]
    assert any(place.startswith(wrong.place) for place in places), places
    assert service.get("/v1/runs").json() == {"runs": []}
    assert [path for path in folder.rglob("*") if not path.name.startswith("cuakhau.db")] == []


def test_there_are_enough_of_them() -> None:
    assert len({wrong.name for wrong in ALL}) == len(ALL)
    assert len(ALL) >= 40


def test_a_body_of_unknown_length_is_cut_off(make_app: MakeApp) -> None:
    pieces = (b"x" * 100 for _ in range(20))
    with client_of(make_app(max_body_bytes=1000)) as client:
        answer = client.post("/v1/runs", content=pieces, headers={"Content-Type": "application/json"})
    assert_problem(answer, errors.TOO_LARGE)
