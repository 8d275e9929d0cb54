"""Every name that a scenario mentions must be declared: checked on the plain data, whatever else is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scenarios.errors import suggestion
from scenarios.findings import Findings
from scenarios.paths import Path
from scenarios.resolved import Label


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that mentions names of a section; `*` in its path is any key or index."""

    path: tuple[str, ...]
    section: str
    vi: str  # what the place does with the name
    en: str
    also: tuple[str, ...] = ()  # words with a meaning of their own there


A_WHAT = {
    "agencies": Label("cơ quan", "an agency"),
    "calendars": Label("lịch", "a calendar"),
    "resources": Label("nguồn lực", "a resource"),
    "zones": Label("khu vực", "a zone"),
    "stocks": Label("kho", "a stock"),
    "platforms": Label("nền tảng", "a platform"),
    "steps": Label("bước", "a step"),
    "flows": Label("luồng", "a flow"),
    "sources": Label("nguồn trong 'sources'", "one of 'sources'"),
}

REFERENCES = (
    Reference(("resources", "*", "agency"), "agencies", "thuộc về", "belongs to"),
    Reference(("platforms", "*", "agency"), "agencies", "thuộc về", "belongs to"),
    Reference(("steps", "*", "agency"), "agencies", "thuộc về", "belongs to"),
    Reference(("resources", "*", "calendar"), "calendars", "theo", "follows"),
    Reference(("resources", "*", "capacity", "*", "calendar"), "calendars", "theo", "follows"),
    Reference(("steps", "*", "departures"), "calendars", "khởi hành theo", "departs by"),
    Reference(("steps", "*", "carrier"), "flows", "đi nhờ", "is carried by"),
    Reference(("flows", "*", "arrivals", "appointments", "calendar"), "calendars", "theo", "follows"),
    Reference(("steps", "*", "zone"), "zones", "nằm trong", "lies in"),
    Reference(("steps", "*", "platform"), "platforms", "dựa vào", "relies on"),
    Reference(("steps", "*", "stock"), "stocks", "dùng", "uses"),
    Reference(("steps", "*", "full_to"), "steps", "dẫn tới", "goes to"),
    Reference(("steps", "*", "short_to"), "steps", "dẫn tới", "goes to"),
    Reference(("steps", "*", "failed_to"), "steps", "dẫn tới", "goes to"),
    Reference(("steps", "*", "next"), "steps", "dẫn tới", "goes to"),
    Reference(("steps", "*", "free"), "steps", "trả lại", "gives back"),
    Reference(("steps", "*", "patience", "to"), "steps", "dẫn tới", "goes to"),
    Reference(("steps", "*", "balk", "to"), "steps", "dẫn tới", "goes to"),
    Reference(("steps", "*", "options", "*"), "steps", "dẫn tới", "goes to", ("next",)),
    Reference(("steps", "*", "branches", "*"), "steps", "dẫn tới", "goes to"),
    Reference(("steps", "*", "flow"), "flows", "gửi đi", "sends"),
    Reference(("steps", "*", "of"), "steps", "chờ kết quả của", "waits for what was sent by"),
    Reference(("flows", "*", "route"), "steps", "dẫn tới", "goes to"),
    Reference(("flows", "*", "backlog", "at"), "steps", "nằm ở", "waits in"),
    Reference(("rules", "*", "agreed_by"), "agencies", "cần", "asks"),
    Reference(("rates", "of"), "flows", "tính cho", "are about"),
    Reference(("rates", "waits"), "steps", "tính cả", "count"),
    Reference(("rates", "queue", "steps"), "steps", "xếp hàng ở", "has its line at"),
    Reference(("published", "*", "source"), "sources", "dẫn", "cites"),
)

READ = {
    "queue": "steps", "backlog": "steps", "inside": "flows", "occupancy": "zones", "stock": "stocks",
    "up": "platforms", "down": "platforms", "flows": "flows",
}  # fmt: skip
"""What the words of a condition name."""
CONDITIONS = (("steps", "*", "when", "*"), ("rules", "*", "when"), ("rules", "*", "until"))
"""Where conditions stand, alone or in a list."""
DONE_TO = {"close": "steps", "open": "resources", "keep": "resources", "divert": "steps"}
"""What the effects of a rule name."""

_RESERVED = (
    Label(vi="mang tên 'next', là từ chỉ việc đi tiếp", en="is called 'next', the word for going on"),
    Label(vi="hãy đặt tên khác cho bước này", en="give the step another name"),
)


def check_references(data: Any, findings: Findings) -> None:
    """Note every name that is mentioned and not declared."""
    if "next" in declared(data, "steps"):
        findings.wrong(("steps", "next"), "next", *_RESERVED)
    for reference in REFERENCES:
        for path, name in _mentions(data, reference.path, ()):
            _check(data, findings, reference, path, name)
    for reference in _by_state():
        for path, name in _mentions(data, reference.path, ()):
            _check(data, findings, reference, path, name)
    for name in _fees(data):
        _check(data, findings, Reference((), "steps", "thu ở", "is paid at"), ("rates", "fees", name), name)
    for path, name in _needs(data):
        _check(data, findings, Reference((), "resources", "cần", "needs"), path, name)
    for path, key, name in _pedigrees(data, ()):
        section = "sources" if key == "source" else "agencies"
        verb = ("dẫn", "cites") if key == "source" else ("hỏi", "asks")
        _check(
            data,
            findings,
            Reference((), section, *verb, ("assumption",) if key == "source" else ()),
            path,
            name,
        )


def _by_state() -> Iterator[Reference]:
    """The places of conditions and of effects that mention names."""
    for place in CONDITIONS:
        for word, section in READ.items():
            for path in ((*place, word), (*place, "*", word)):
                yield Reference(path, section, "xét", "reads")
    for word, section in DONE_TO.items():
        for path in (("rules", "*", "do", word), ("rules", "*", "do", "*", word)):
            yield Reference(path, section, "tác động tới", "acts on")


def declared(data: Any, section: str) -> list[str]:
    """The names of a section."""
    names = data.get(section) if isinstance(data, dict) else None
    return [str(name) for name in names] if isinstance(names, dict) else []


def _check(data: Any, findings: Findings, reference: Reference, path: Path, name: str) -> None:
    known = declared(data, reference.section)
    if name in known or name in reference.also:
        return
    what = A_WHAT[reference.section]
    message = Label(
        vi=f"{reference.vi} '{name}', không phải là {what.vi}",
        en=f"{reference.en} '{name}', which is not {what.en}",
    )
    findings.wrong(path, name, message, suggestion(name, [*known, *reference.also]))


def _mentions(data: Any, pattern: tuple[str, ...], path: Path) -> Iterator[tuple[Path, str]]:
    """The names at a pattern, those of a list one by one."""
    if not pattern:
        yield from _names(data, path)
    elif pattern[0] == "*":
        for piece, inner in _items(data):
            yield from _mentions(inner, pattern[1:], (*path, piece))
    elif isinstance(data, dict) and pattern[0] in data:
        yield from _mentions(data[pattern[0]], pattern[1:], (*path, pattern[0]))


def _names(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, list):
        for i, inner in enumerate(data):
            yield from _names(inner, (*path, i))
    elif isinstance(data, str | int) and not isinstance(data, bool):
        yield path, str(data)


def _items(data: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(data, dict):
        yield from data.items()
    elif isinstance(data, list):
        yield from enumerate(data)


def _fees(data: Any) -> list[str]:
    """The steps at which fees are paid."""
    told = data.get("rates") if isinstance(data, dict) else None
    fees = told.get("fees") if isinstance(told, dict) else None
    return [str(name) for name in fees] if isinstance(fees, dict) else []


def _needs(data: Any) -> Iterator[tuple[Path, str]]:
    """Resources that steps need: a name, `{scanner: 2}` or `{any_of: …}`, alone or in a list."""
    steps = data.get("steps") if isinstance(data, dict) else None
    for step, written in _items(steps):
        if isinstance(written, dict) and "resources" in written:
            yield from _pools(written["resources"], ("steps", step, "resources"))


def _pools(written: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(written, dict):
        for key, inner in written.items():
            if key in ("any_of", "all_of"):
                yield from _pools(inner, (*path, key))
            else:
                yield (*path, key), str(key)
    elif isinstance(written, list):
        for i, inner in enumerate(written):
            yield from _pools(inner, (*path, i))
    else:
        yield from _names(written, path)


def _pedigrees(data: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Every `source:` and `owner:` of a number."""
    for piece, inner in _items(data):
        here = (*path, piece)
        if piece in ("source", "owner") and isinstance(inner, str) and path[:1] != ("published",):
            yield here, str(piece), inner
        elif path or piece not in ("sources", "title", "question", "overrides"):
            yield from _pedigrees(inner, here)
