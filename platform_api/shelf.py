"""The scenarios a service knows by name: the library's, which stay as they are, and those users stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from platform_api import errors
from platform_api.guard import Caller, not_yours
from platform_api.store.variant_table import Conflict, Variant, VariantTable
from platform_api.turns import once
from scenarios import library
from scenarios.errors import ScenarioError
from scenarios.resolved import Label, Resolved, scenario_hash, to_json

MOST_DIFFERENCES = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """A scenario by its name: what it says, and which version of it."""

    loaded: library.Loaded
    version: int | None  # None: of the library
    hash: str

    @property
    def tag(self) -> str:
        """What changes whenever the scenario does, for `ETag`."""
        return self.tag_of("")

    def tag_of(self, form: str) -> str:
        """The tag of one form of it; each begins with the version, by which `If-Match` knows it."""
        return f'"{self.version or 0}-{self.hash[:16]}{form and "-"}{form}"'


@once
def _of_library(name: str) -> Found:
    """The library does not change while the service runs."""
    loaded = library.load(name)
    return Found(loaded, None, scenario_hash(loaded.resolved))


@lru_cache(maxsize=64)
def _of_text(text: str) -> tuple[library.Loaded, str]:
    """What it means today, and the hash of that: what it is based on may have changed since it was stored."""
    loaded = library.load_text(text)
    return loaded, scenario_hash(loaded.resolved)


class Shelf:
    """Every scenario that can be called by name."""

    def __init__(self, table: VariantTable) -> None:
        self.table = table

    def names(self) -> list[str]:
        """Of the library, then of users."""
        return [*library.names(), *(variant.name for variant in self.table.latest())]

    def find(self, name: str, place: str = "name", version: int | None = None) -> Found:
        """A scenario by its name, the latest version unless another is asked for.

        Raises
        ------
        ApiError
            404 when there is none of that name (and version), 422 when it no longer means anything here.
        """
        try:
            if name in library.names() and version is None:
                return _of_library(name)
            variant = self.table.get(name, version)
            if variant is not None:
                loaded, identity = _of_text(variant.text)
                return Found(loaded, variant.version, identity)
        except ScenarioError as error:
            raise errors.of_scenario(error) from None
        raise errors.unknown(errors.UNKNOWN_SCENARIO, place, name, self.names())

    def varied(self, name: str, overrides: Mapping[str, Any], place: str) -> library.Loaded:
        """A scenario by its name, with overrides; a `ScenarioError` tells what is wrong with them."""
        found = self.find(name, place)
        if found.version is None:
            return library.load(name, overrides)
        return library.load_text(found.loaded.text, overrides)

    # ---- storing
    def store(self, text: str, caller: Caller) -> Found:
        """A new scenario, under the name it gives itself.

        Raises
        ------
        ApiError
            422 when it cannot be run, 409 when the name is taken.
        """
        loaded = _checked(text)
        name = loaded.resolved.name
        if name in library.names() or self.table.get(name) is not None:
            raise _taken(name)
        return self._add(loaded, text, 1, caller)

    def change(self, name: str, text: str, tag: str, caller: Caller) -> Found:
        """A new version of a stored scenario.

        Raises
        ------
        ApiError
            404, 422, 403 when somebody else stored it, 412 when the tag is not that of the latest version.
        """
        variant = self._own(name, caller)
        loaded = _checked(text)
        if loaded.resolved.name != name:
            raise _another_name(loaded.resolved.name, name)
        self._require_latest(variant, tag)
        return self._add(loaded, text, variant.version + 1, caller)

    @staticmethod
    def _require_latest(variant: Variant, tag: str) -> None:
        """By its version alone: one that means nothing here any more must be changed or deleted too."""
        if tag.strip('"').partition("-")[0] != str(variant.version):
            raise _changed(variant.name)

    def _add(self, loaded: library.Loaded, text: str, version: int, caller: Caller) -> Found:
        identity = scenario_hash(loaded.resolved)
        name, now = loaded.resolved.name, datetime.now(UTC)
        try:
            self.table.add(Variant(name, version, text, identity, caller.holder, now))
        except Conflict:
            raise _taken(name) if version == 1 else _changed(name) from None
        return Found(loaded, version, identity)

    def remove(self, name: str, tag: str | None, caller: Caller) -> None:
        """Forget a stored scenario, all versions; runs that were made of it stay."""
        variant = self._own(name, caller)
        if tag is not None:
            self._require_latest(variant, tag)
        try:
            self.table.remove(name, variant.version)
        except Conflict:
            raise _changed(name) from None

    def _own(self, name: str, caller: Caller) -> Variant:
        if name in library.names():
            raise _of_the_library(name)
        variant = self.table.get(name)
        if variant is None:
            raise errors.unknown(errors.UNKNOWN_SCENARIO, "name", name, self.names())
        if not caller.owns(variant.holder):
            raise not_yours(name)
        return variant

    def readable(self) -> Iterator[Found]:
        """The stored scenarios that still mean something here."""
        for variant in self.table.latest():
            try:
                yield self.find(variant.name)
            except errors.ApiError:
                continue


def _checked(text: str) -> library.Loaded:
    try:
        return library.load_text(text)
    except ScenarioError as error:
        raise errors.of_scenario(error) from None


# ---- differences --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two scenarios say different things; None where one says nothing."""

    path: str
    a: Any
    b: Any


def differences(a: Resolved, b: Resolved) -> list[Difference]:
    """Where two resolved scenarios differ, by dotted path; the first of them if there are very many."""
    one, other = (dict(_leaves(json.loads(to_json(each)))) for each in (a, b))
    paths = [*one, *(path for path in other if path not in one)]
    found = (Difference(path, one.get(path), other.get(path)) for path in paths)
    different = [each for each in found if each.a != each.b]
    return different[:MOST_DIFFERENCES]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    else:
        yield path, value


# ---- what is said -------------------------------------------------------------------------------------


def _taken(name: str) -> errors.ApiError:
    message = Label(vi=f"đã có kịch bản tên '{name}'", en=f"there is a scenario '{name}' already")
    remedy = Label(
        vi="hãy đổi 'name', hoặc sửa kịch bản đã lưu bằng PUT",
        en="change 'name', or change the stored one by PUT",
    )
    return errors.fault(errors.NAME_TAKEN, "name", name, message, remedy)


def _another_name(given: str, name: str) -> errors.ApiError:
    message = Label(
        vi=f"tên là '{given}', địa chỉ là '{name}'", en=f"is '{given}', the address says '{name}'"
    )
    remedy = Label(vi="hãy để hai tên như nhau", en="let the two be equal")
    return errors.fault(errors.WRONG_REQUEST, "name", given, message, remedy)


def _of_the_library(name: str) -> errors.ApiError:
    message = Label(
        vi="thuộc thư viện, không sửa hay xoá được", en="belongs to the library and stays as it is"
    )
    remedy = Label(
        vi="hãy lưu một biến thể: based_on kịch bản này, với tên mới",
        en="store a variant: based_on this one, with a name of its own",
    )
    return errors.fault(errors.NOT_ALLOWED, "name", name, message, remedy)


def _changed(name: str) -> errors.ApiError:
    message = Label(vi="đã được sửa từ lúc bạn đọc", en="was changed since you read it")
    remedy = Label(
        vi="hãy đọc lại (GET), xem khác biệt, rồi gửi với ETag mới",
        en="read it again (GET), look at the differences, and send it with the new ETag",
    )
    return errors.fault(errors.CHANGED, "header If-Match", name, message, remedy)


def no_tag(name: str) -> errors.ApiError:
    """A change must say which version it changes."""
    message = Label(vi="bị thiếu", en="is missing")
    remedy = Label(
        vi="hãy gửi ETag đã đọc, để không đè lên sửa đổi của người khác",
        en="send the ETag that you read, so that nobody's change is overwritten",
    )
    return errors.fault(errors.TAG_NEEDED, "header If-Match", name, message, remedy)


def too_long(name: str) -> errors.ApiError:
    """A way of so many steps is not drawn."""
    message = Label(vi="có quá nhiều bước nối nhau", en="has too many steps in a row")
    remedy = Label(vi="hãy chia nhỏ kịch bản", en="divide the scenario")
    return errors.fault(errors.BEYOND_LIMITS, "picture", name, message, remedy)
