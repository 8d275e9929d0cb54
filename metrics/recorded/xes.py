"""Events of a XES log (IEEE 1849), also compressed; read as a stream."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import IO
from xml.parsers import expat

from metrics.recorded.collect import ENDED, NONE, Collector, pool_and_unit, transition_of
from metrics.recorded.findings import unreadable
from metrics.recorded.log import MISSING
from metrics.recorded.stamps import Stamps

OF_TRACES = ("concept:name", "flow", "outcome", "parent", "arrived", "left")


def collect(file: Path, into: Collector, zone: str) -> None:
    """Hand all events over.

    Raises
    ------
    LogError
        If it is no XES, or is cut short.
    """
    reader = _Reader(into, Stamps(["2025-03-12T07:00:00"], zone).read)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.buffer_text = True
    try:
        with _opened(file) as opened:
            parser.ParseFile(opened)
    except (expat.ExpatError, EOFError, gzip.BadGzipFile) as error:
        raise unreadable(
            file.name, str(error), "không phải XES đọc được: hỏng hoặc bị cắt ngang",
            "is no XES that can be read: damaged or cut short",
            "hãy xuất lại tệp", "export the file again", getattr(error, "lineno", None),
        ) from None  # fmt: skip


def _opened(file: Path) -> IO[bytes]:
    with file.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return gzip.open(file) if packed else file.open("rb")  # type: ignore[return-value]


class _Reader:
    """What is open while the file is read."""

    def __init__(self, into: Collector, stamp: Callable[[str], int]) -> None:
        self.into, self.stamp = into, stamp
        self.trace: dict[str, str] | None = None
        self.event: dict[str, str] | None = None
        self.events: list[dict[str, str]] = []
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "trace":
            self.trace, self.events = {}, []
        elif tag == "event":
            self.event = {}
        elif "key" in attributes:
            self.depth += 1
            held = self.event if self.event is not None else self.trace
            if held is not None and self.depth == 1:
                held[attributes["key"]] = attributes.get("value", "")

    def end(self, tag: str) -> None:
        if tag == "event" and self.event is not None:
            self.events.append(self.event)
            self.event = None
        elif tag == "trace":
            self._hand_over()
            self.trace = None
        elif tag in ("string", "date", "int", "float", "boolean", "id", "list", "container"):
            self.depth = max(0, self.depth - 1)

    def _hand_over(self) -> None:
        into, trace = self.into, self.trace or {}
        case = into.case(trace.get("concept:name", ""), trace.get("flow", ""))
        for name, value in trace.items():
            if case != NONE and name not in OF_TRACES:
                into.attribute(case, name.removeprefix("attribute_").removeprefix("case:"), value)
        for event in self.events:
            into.rows += 1
            into.event(case, *self._step(event), self._transition(event), self._time(event), into.rows)

    def _step(self, event: dict[str, str]) -> tuple[int, int, int, int]:
        into, label = self.into, event.get("concept:name", "")
        pool, unit = pool_and_unit(event.get("org:resource", ""))
        step = into.step(event.get("step") or label, label)
        return step, into.pool(pool), into.units(unit), into.agencies(event.get("org:group", ""))

    def _transition(self, event: dict[str, str]) -> int:
        told = event.get("lifecycle:transition")
        return ENDED if told is None else transition_of(told)

    def _time(self, event: dict[str, str]) -> int:
        return self.stamp(event["time:timestamp"]) if "time:timestamp" in event else MISSING
