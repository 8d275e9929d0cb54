"""Scenarios that users have stored, every version of each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from platform_api.store.database import writing
from platform_api.store.tables import variants


@dataclass(frozen=True, slots=True)
class Variant:
    """One version of a stored scenario."""

    name: str
    version: int
    text: str
    hash: str
    holder: str
    created: datetime


class Conflict(Exception):
    """Somebody else has stored another version meanwhile."""


class VariantTable:
    """Every stored scenario."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writing = engine, writing(engine)

    def add(self, variant: Variant) -> None:
        """A new version; version 1 is a new scenario.

        Raises
        ------
        Conflict
            If the one before it is not the latest.
        """
        try:
            with self._writing.begin() as connection:
                latest = connection.execute(_latest_version(variant.name)).scalar_one() or 0
                if latest != variant.version - 1:
                    raise Conflict
                connection.execute(insert(variants).values(**asdict(variant)))
        except IntegrityError:  # two at the same moment
            raise Conflict from None

    def get(self, name: str, version: int | None = None) -> Variant | None:
        """One version, the latest unless another is asked for."""
        wanted = select(variants).where(variants.c.name == name)
        if version is not None:
            wanted = wanted.where(variants.c.version == version)
        with self._engine.connect() as connection:
            row = connection.execute(wanted.order_by(variants.c.version.desc()).limit(1)).first()
        return Variant(**row._asdict()) if row is not None else None

    def versions(self, name: str) -> list[Variant]:
        """Every version, the latest first."""
        wanted = select(variants).where(variants.c.name == name).order_by(variants.c.version.desc())
        with self._engine.connect() as connection:
            return [Variant(**row._asdict()) for row in connection.execute(wanted)]

    def latest(self) -> list[Variant]:
        """The latest version of each, by name."""
        last = select(variants.c.name, func.max(variants.c.version).label("version"))
        last_of = last.group_by(variants.c.name).subquery()
        same = (variants.c.name == last_of.c.name) & (variants.c.version == last_of.c.version)
        wanted = select(variants).join(last_of, same).order_by(variants.c.name)
        with self._engine.connect() as connection:
            return [Variant(**row._asdict()) for row in connection.execute(wanted)]

    def remove(self, name: str, version: int) -> None:
        """Every version of a scenario.

        Raises
        ------
        Conflict
            If the latest is not the one that was meant.
        """
        with self._writing.begin() as connection:
            if connection.execute(_latest_version(name)).scalar_one() != version:
                raise Conflict
            connection.execute(delete(variants).where(variants.c.name == name))


def _latest_version(name: str) -> Select[Any]:
    return select(func.max(variants.c.version)).where(variants.c.name == name)
