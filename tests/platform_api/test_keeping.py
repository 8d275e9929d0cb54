"""What an operator does: keys, workers beside the service, clearing out, backing up, restoring."""

import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from platform_api.cli import cli
from platform_api.store.database import open_database
from tests.platform_api.conftest import MakeApp, app_in, client_of, on_both_databases
from tests.platform_api.helpers import order_and_wait, wait_for_end

pytestmark = on_both_databases


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: str) -> None:
    """Commands work on the store that `make_app` serves."""
    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CUAKHAU_DATABASE", database)


def say(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--lang", "en"])


def test_keys_are_made_listed_and_ended() -> None:
    made = say("keys", "add", "Phòng kế hoạch", "--scope", "view")
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("ck_")
    _, key, secret = made.stdout.strip().split("_", 2)
    listed = say("keys").stdout
    assert all(word in listed for word in (key, "view", "holds", "Phòng kế hoạch", "never used"))
    assert secret not in listed
    assert say("keys", "revoke", key).exit_code == 0
    assert "ended" in say("keys", "list").stdout
    for wrong in (("revoke", key), ("revoke",), ("add",)):
        assert say("keys", *wrong).exit_code == 2, wrong


def test_old_runs_and_what_belongs_to_none_are_cleared_out(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path
) -> None:
    with client_of(make_app()) as client:
        runs = [order_and_wait(client, scenario=written, replications=1)["id"] for _ in range(3)]
    orphan, leftover = tmp_path / "runs" / "nobody", tmp_path / "runs" / ".x.1.partial"
    for folder in (orphan, leftover):
        folder.mkdir()
        (folder / "file").write_bytes(b"x" * 1000)
    for path in (leftover / "file", leftover):
        os.utime(path, (0, 0))

    looked = say("gc", "--keep", "1", "--dry-run")
    assert all(name in looked.stdout for name in (*runs[:2], "nobody", ".x.1.partial"))
    assert runs[2] not in looked.stdout
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {*runs, "nobody", ".x.1.partial"}

    assert say("gc", "--keep", "1").exit_code == 0
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {runs[2]}
    assert say("gc", "--older-than", "1").stdout == ""
    assert runs[2] in say("gc", "--older-than", "0").stdout
    with client_of(make_app()) as client:
        assert client.get("/v1/runs").json() == {"runs": []}


def test_a_backup_is_taken_up_elsewhere_by_either_kind_of_database(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    copy, elsewhere = tmp_path / "copy.tar", tmp_path / "elsewhere"
    with client_of(make_app()) as client:
        ticket = order_and_wait(client, scenario=written, replications=2, records=True)
        kpis = client.get(f"/v1/runs/{ticket['id']}/kpis").json()
        done = say("backup", str(copy))  # while the service runs
        assert done.exit_code == 0, done.output
    full = say("restore", str(copy))
    assert (full.exit_code, "holds something" in full.stderr) == (2, True)

    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(elsewhere))
    monkeypatch.setenv("CUAKHAU_DATABASE", "")  # what a server held, a file takes up
    restored = say("restore", str(copy))
    assert restored.exit_code == 0, restored.output
    with client_of(app_in(elsewhere)) as client:
        assert client.get(f"/v1/runs/{ticket['id']}").json() == ticket
        assert client.get(f"/v1/runs/{ticket['id']}/kpis").json() == kpis
        order_and_wait(client, scenario=written, replications=1)  # numbers go on after the restored ones


def test_a_damaged_backup_restores_nothing(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, elsewhere = tmp_path / "copy.tar", tmp_path / "elsewhere"
    with client_of(make_app()) as client:
        order_and_wait(client, scenario=written, replications=1)
        say("backup", str(copy))
    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(elsewhere))
    monkeypatch.setenv("CUAKHAU_DATABASE", "")
    whole = copy.read_bytes()
    at = whole.index(b'"kpis"')
    for wrong in (whole[:at] + b'"kpiz"' + whole[at + 6 :], whole[:2000], b"nothing of the kind"):
        copy.write_bytes(wrong)
        refused = say("restore", str(copy))
        assert refused.exit_code == 1, refused.output
        assert list((elsewhere / "runs").glob("[!.]*")) == []


def test_a_backup_leads_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "copy.tar"
    (tmp_path / "evil").write_text("x", encoding="utf-8")
    with tarfile.open(copy, "w") as archive:
        archive.add(tmp_path / "evil", "../../evil-was-here")
    monkeypatch.setenv("CUAKHAU_DATA_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("CUAKHAU_DATABASE", "")
    assert say("restore", str(copy)).exit_code == 1
    assert not (tmp_path / "evil-was-here").exists()


@pytest.mark.slow
def test_a_worker_does_what_the_service_took(
    make_app: MakeApp, written: dict[str, Any], tmp_path: Path
) -> None:
    app = make_app()
    app.state.parts.runs.desk._closing.set()  # this service does nothing itself
    environment = os.environ | {"CUAKHAU_LANG": "en"}
    command = [sys.executable, "-m", "platform_api", "worker"]
    worker = subprocess.Popen(
        command, env=environment, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2]
    )
    try:
        with client_of(app) as client:
            run = client.post("/v1/runs", json={"scenario": written, "replications": 2}).json()["id"]
            assert wait_for_end(client, run)["state"] == "succeeded"
            assert client.get(f"/v1/runs/{run}/kpis").json()["digest"]
    finally:
        worker.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert worker.wait(20) == 0
        assert time.monotonic() - began < 15


def test_a_database_of_a_later_version_is_left_alone(database: str, tmp_path: Path) -> None:
    opened = open_database(database or f"sqlite:///{tmp_path / 'cuakhau.db'}")
    with opened.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.dispose()
    for words in (("keys",), ("gc",), ("serve", "--host", "0.0.0.0")):
        told = say(*words)
        assert told.exit_code == 2, told.output
        assert "newer version" in told.stderr
        assert "9999" in told.stderr
