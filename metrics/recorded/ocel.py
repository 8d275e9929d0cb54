"""Events of an object-centric log (OCEL 2.0, JSON), read as a stream: one object or event at a time.

An event belongs to the first object that it names; the others (consignments, declarations) are what that one
carries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from metrics.recorded.collect import NONE, Collector, outcome_of, pool_and_unit
from metrics.recorded.findings import unreadable
from metrics.recorded.log import MISSING
from metrics.recorded.stamps import Stamps

PORTION = 1 << 20


def collect(file: Path, into: Collector, zone: str) -> None:
    """Hand all events over.

    Raises
    ------
    LogError
        If it is no OCEL 2.0, or is cut short.
    """
    stamp = Stamps(["2025-03-12T07:00:00"], zone).read
    try:
        for section, each in _items(file):
            if section == "objects":
                _object(each, into)
            else:
                _event(each, into, stamp)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unreadable(
            file.name, str(error), "không phải OCEL 2.0 (JSON) đọc được: hỏng hoặc bị cắt ngang",
            "is no OCEL 2.0 (JSON) that can be read: damaged or cut short",
            "hãy xuất lại tệp dạng OCEL 2.0 JSON", "export it again as OCEL 2.0 JSON",
        ) from None  # fmt: skip


def _items(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(section, item) of the lists `objects` and `events`, whichever comes first."""
    decoder = json.JSONDecoder()
    with file.open(encoding="utf-8-sig") as opened:
        text, done, section = opened.read(PORTION), False, ""
        while True:
            if not section:
                places = {name: text.find(f'"{name}"') for name in ("objects", "events")}
                found = min((at for at in places.values() if at >= 0), default=-1)
                if found >= 0 and "[" in text[found:]:
                    section = next(name for name, at in places.items() if at == found)
                    text = text[text.index("[", found) + 1 :]
                    continue
                if done:
                    return
                text = text[-20:] if found < 0 else text[found:]
            else:
                text = text.lstrip(" \t\r\n,")
                if text.startswith("]"):
                    section, text = "", text[1:]
                    continue
                try:
                    item, end = decoder.raw_decode(text)
                    if not done and end >= len(text) - 1:
                        raise ValueError("perhaps not whole")
                    text = text[end:]
                    yield section, item
                    continue
                except ValueError:
                    if done:
                        raise
            more = opened.read(PORTION)
            text, done = text + more, not more


def _object(each: dict[str, Any], into: Collector) -> None:
    told = {one["name"]: one["value"] for one in each.get("attributes", [])}
    if (
        "flow" not in told
        and any(link.get("qualifier") for link in each.get("relationships", [])) is False
        and "/" in each["id"]
    ):
        return
    case = into.case(str(each["id"]), str(told.get("flow") or each["type"]))
    for name, value in told.items():
        if name not in ("flow", "outcome"):
            into.attribute(case, name, str(value))


def _event(each: dict[str, Any], into: Collector, stamp: Any) -> None:
    told = {one["name"]: one["value"] for one in each.get("attributes", [])}
    owners = [link["objectId"] for link in each.get("relationships", [])]
    into.rows += 1
    case = into.case(str(owners[0]), "") if owners else NONE
    pool, unit = pool_and_unit(str(told.get("resource", "")))
    ended = stamp(str(each["time"]))
    started = stamp(str(told["started"])) if "started" in told else MISSING
    outcome = outcome_of(str(told.get("outcome", "")))
    begun = started if started != MISSING else ended
    joined = begun - round(float(told["wait_seconds"]) * 1000) if "wait_seconds" in told else MISSING
    step = into.step(str(told.get("step") or each["type"]), str(each["type"]))
    into.visit(
        case, step, 1, 1, into.pool(pool), into.units(unit), into.agencies(str(told.get("agency", ""))),
        outcome, joined, started, ended, into.rows,
    )  # fmt: skip
