"""A real PostgreSQL server of a test, in a folder of its own, reached by a socket in it."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType


def _programs() -> Path:
    """Where initdb and pg_ctl are: beside `postgres`, or where Debian puts the newest version."""
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    assert versions, "the server 'postgres' is missing; script/setup test installs it"
    return versions[-1]


class PostgresServer:
    """Started on entry, stopped on exit."""

    def __init__(self) -> None:
        self.folder = Path(
            tempfile.mkdtemp(prefix="pg-")
        )  # short: the name of a socket has 107 letters at most
        self.programs = _programs()
        self._numbers = itertools.count(1)

    def __enter__(self) -> PostgresServer:
        if os.getuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        self._run(
            "initdb", "--username=cuakhau", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"
        )
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self) -> None:
        """Stop at once, as a power cut would."""
        self._run("pg_ctl", "--mode=immediate", "stop", check=False)

    def start(self) -> None:
        """Start, also again after `stop`."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "--wait", f"--log={self.folder}/log", f"--options={options}", "start")

    def new_database(self) -> str:
        """The address of a database that nobody has used."""
        name = f"test{next(self._numbers)}"
        psql = [str(self.programs / "psql"), "-h", str(self.folder), "-U", "cuakhau", "-d", "postgres"]
        subprocess.run([*psql, "-q", "-c", f"CREATE DATABASE {name}"], check=True, capture_output=True)
        return f"postgresql+psycopg://cuakhau@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(self.programs / program), f"--pgdata={self.folder}/data", *arguments]
        user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        subprocess.run(
            command,
            check=check,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
        )
