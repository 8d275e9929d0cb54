"""Settings of the service: environment variables `CUAKHAU_…`, with defaults that are safe on one machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scenarios.errors import Problem
from scenarios.resolved import Label

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Addresses that only this machine reaches."""


def user_data_folder() -> Path:
    """Where this system keeps the data of a user's programs, with a folder of our own in it."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "cuakhau"


class Settings(BaseSettings):
    """What an operator may set; `docs/reference/api.md` lists them all."""

    model_config = SettingsConfigDict(env_prefix="CUAKHAU_", frozen=True, extra="forbid")

    data_dir: Path = Field(default_factory=user_data_folder, description="folder of the stored results")
    host: str = Field("127.0.0.1", description="address to listen on; this machine only")
    port: int = Field(8000, ge=0, le=65535, description="TCP port; 0: a free one")
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="largest request body [bytes]")
    max_replications: int = Field(1_000, ge=1, description="most replications of one run")
    max_entities: int = Field(2_000_000, ge=1, description="most expected entities of one replication")
    max_run_seconds: float = Field(3_600.0, gt=0, description="longest time one run may take [s]")
    max_queued: int = Field(20, ge=1, description="most runs waiting their turn")
    max_kept: int = Field(200, ge=1, description="finished runs kept; the oldest are deleted")
    database: str = Field("", description="address of the database; left out: SQLite in the data folder")
    require_keys: bool = Field(False, description="true: ask for an access key on this machine too")
    names: str = Field("", description="other host names it answers to, with commas between them")
    requests_per_second: float = Field(
        50.0, gt=0, description="of one access key; four times as many at once"
    )
    max_stored_bytes: int = Field(5_000_000_000, ge=0, description="what one holder's runs may take on disk")
    max_run_megabytes: int = Field(4_000, ge=100, description="memory of one simulating process [MB]")
    max_sessions: int = Field(60, ge=0, description="live sessions at the same time")
    max_session_hours: float = Field(
        24.0, gt=0, description="a session that nobody touches is ended after so long [h]"
    )
    max_session_megabytes: int = Field(600, ge=20, description="memory of one live session [MB]")
    max_session_days: int = Field(
        400, ge=1, description="longest run, with its lead-in and its end, that may be a live session [d]"
    )
    lease_seconds: float = Field(15.0, ge=0.5, description="how long a silent worker keeps its run [s]")
    runs_at_once: int = Field(2, ge=1, le=64, description="runs worked on at the same time")
    jobs: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="processes of one run")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that requests may carry."""
        own = () if self.host in ("0.0.0.0", "::") else (self.host,)
        return (*LOOPBACK, *own, *(name.strip().lower() for name in self.names.split(",") if name.strip()))

    @property
    def database_url(self) -> str:
        """The address of the database."""
        return self.database or f"sqlite:///{(self.data_dir / 'cuakhau.db').as_posix()}"


class SettingsError(Exception):
    """Settings that cannot be used; each problem's place is the environment variable."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problem.text("en") for problem in problems))


def load_settings(**given: Any) -> Settings:
    """The settings of the environment; what is given here comes first.

    Raises
    ------
    SettingsError
        If a variable cannot be read or is out of its bounds.
    """
    from pydantic import ValidationError

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(tuple(_problem(entry) for entry in error.errors())) from None


def _problem(entry: object) -> Problem:
    from platform_api.errors import describe

    assert isinstance(entry, dict)
    name = str(entry["loc"][0])
    known = Settings.model_fields.get(name)
    wanted = (known.description or "") if known else ""
    return Problem(
        place=f"CUAKHAU_{name.upper()}",
        value=str(entry["input"]),
        message=describe(entry),
        remedy=Label(vi=f"hãy sửa hoặc bỏ biến này ({wanted})", en=f"correct it or leave it out ({wanted})"),
    )


def require_keys_elsewhere(host: str, some_key_holds: bool) -> None:
    """Refuse to listen where other machines could reach a service that asks for keys and has none.

    Raises
    ------
    SettingsError
        If `host` is not an address of this machine alone, and there is no key.
    """
    if host in LOOPBACK or some_key_holds:
        return
    raise SettingsError(
        (
            Problem(
                place="host",
                value=host,
                message=Label(
                    vi=f"'{host}' mở dịch vụ cho máy khác, mà chưa có khoá truy cập nào",
                    en=f"'{host}' opens the service to other machines, and there is no access key yet",
                ),
                remedy=Label(
                    vi="hãy tạo khoá bằng: cuakhau keys add TÊN; hoặc dùng 127.0.0.1",
                    en="make a key with: cuakhau keys add NAME; or use 127.0.0.1",
                ),
            ),
        )
    )
