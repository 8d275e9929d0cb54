"""What several tests of the service say: that an answer is a proper problem, that a run has ended."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from httpx2 import Response

from platform_api import errors, wire
from platform_api.errors import Kind

ENDED = ("succeeded", "failed", "cancelled")


def assert_problem(response: Response, kind: Kind | None = None) -> wire.Problem:
    """The one shape of errors: RFC 9457, with place, value and remedy in both languages, no traceback."""
    assert response.headers["content-type"] == errors.MEDIA_TYPE, response.text
    problem = wire.Problem.model_validate_json(response.content)
    assert problem.status == response.status_code
    assert problem.type in {known.type for known in errors.KINDS}
    assert problem.title
    assert problem.instance == response.request.url.path
    assert problem.problems
    for item in problem.problems:
        assert all((item.place, item.message.vi, item.message.en, item.remedy.vi, item.remedy.en)), item
        assert len(item.value) <= 60
    assert "Traceback" not in response.text
    assert ".py" not in response.text
    if kind is not None:
        assert (problem.type, problem.status) == (kind.type, kind.status)
    return problem


def assert_stands_alone(page: str) -> None:
    """An HTML page that loads nothing and runs nothing; a name space is no address, a source may have one."""
    assert not re.search(r"<script|<link|@import|src=|url\((?!#)|href=(?![\"']https?:)", page)


def wait_for_end(client: Any, run: str, seconds: float = 60.0) -> dict[str, Any]:
    """The ticket of a run once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ticket: dict[str, Any] = client.get(f"/v1/runs/{run}").json()
        if ticket["state"] in ENDED:
            return ticket
        time.sleep(0.02)
    raise AssertionError(f"run {run} has not ended within {seconds} s")


def order_and_wait(client: Any, **order: Any) -> dict[str, Any]:
    """Order a run, wait for its end, give its ticket."""
    answer = client.post("/v1/runs", json=order)
    assert answer.status_code == 202, answer.text
    return wait_for_end(client, answer.json()["id"])


def check_metrics(text: str) -> None:
    """promtool reads the text and has nothing to say about its names, units and help."""
    beside_python = Path(sys.executable).with_name("promtool")  # where script/setup puts it
    promtool = str(beside_python) if beside_python.exists() else shutil.which("promtool")
    assert promtool, "the program 'promtool' is missing; script/setup test fetches it"
    said = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, encoding="utf-8", check=False
    )
    assert (said.returncode, said.stdout + said.stderr) == (0, "")
