"""`cuakhau class` as a trainer runs it: refused without a lesson, killed, started again."""

import ipaddress
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from platform_api.cli import cli
from platform_api.commands.class_ import own_address

COMMAND = "from platform_api.cli import main; main()"


def test_an_unknown_lesson_is_refused_with_those_there_are() -> None:
    told = CliRunner().invoke(cli, ["class", "nope"])
    assert told.exit_code == 2
    assert "what-a-gate-is" in told.output


def test_the_address_of_this_machine_is_one() -> None:
    assert str(ipaddress.ip_address(own_address())) == own_address()


class Class:
    """The command in a process of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.told = folder / "told"
        with self.told.open("w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", COMMAND, "class", "--host", "127.0.0.1", "--port", str(port)],
                stdout=out, stderr=out, cwd=Path(__file__).parents[2],
                env=os.environ | {"CUAKHAU_DATA_DIR": str(folder / "data"), "CUAKHAU_LANG": "en"},
            )  # fmt: skip
        deadline = time.monotonic() + 240
        while "Ctrl-C stops" not in (said := self.told.read_text(encoding="utf-8")):
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        self.address, self.code = self._found(r"(http://\S+)/join\?code=(\w+)")
        (self.key,) = self._found(r"#key=(\S+)")

    def _found(self, pattern: str) -> tuple[str, ...]:
        found = re.search(pattern, self.told.read_text(encoding="utf-8"))
        assert found is not None
        return found.groups()


@pytest.mark.long
def test_a_killed_class_is_taken_up_again_and_its_old_key_holds_no_longer(tmp_path: Path) -> None:
    first = Class(tmp_path, 0)
    try:
        at = f"{first.address}/v1/classes/{first.code}"
        joined = httpx2.post(f"{at}/seats", json={"nickname": "Lan"})
        seat = {"Cookie": joined.headers["set-cookie"].partition(";")[0]}
        trainer = {"Authorization": f"Bearer {first.key}"}
        assert httpx2.get(at, headers=trainer).status_code == 200
        assert httpx2.get(at).status_code == 401  # on this machine too
        order = {"do": "stage", "stage": "play"}
        assert httpx2.post(f"{at}/acts", json=order, headers=trainer, timeout=60).status_code == 200
    finally:
        first.process.kill()
        first.process.wait(10)
    again = Class(tmp_path, int(first.address.rpartition(":")[2]))
    try:
        assert (again.address, again.code) == (first.address, first.code)
        assert httpx2.get(f"{at}/me", headers=seat, timeout=60).json()["nickname"] == "Lan"
        assert httpx2.get(at, headers=trainer).status_code == 401
        assert httpx2.get(at, headers={"Authorization": f"Bearer {again.key}"}).status_code == 200
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(30) in (0, 130)
    finally:
        again.process.kill()
        again.process.wait(10)
