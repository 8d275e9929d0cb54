"""Scenarios by name or file: read, varied, resolved.

`load("lang-son-700k", ["flows.truck.arrivals.demand=120 %"])` gives a scenario that can be run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scenarios.errors import Flaw, Problem, ScenarioError, suggestion
from scenarios.files import Origin, base_of, is_file, names, opened
from scenarios.findings import Findings
from scenarios.overrides import outside_range, overridden, split, stacked
from scenarios.paths import parsed
from scenarios.resolved import Label, Resolved
from scenarios.since import AS_OF, SINCE, of_its_day, together
from scenarios.yaml import read

__all__ = [
    "Loaded", "Overrides", "folder_of", "json_schema", "load", "load_known", "load_text", "names",
]  # fmt: skip

Overrides = Iterable[str] | Mapping[str, Any]
"""`a.b=c` texts, or dotted paths with their values."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that can be run, and what it was made of."""

    resolved: Resolved
    written: dict[str, Any]  # plain data, base and overrides applied
    warnings: tuple[Problem, ...]
    text: str  # the file, as written


def load(name_or_path: str | Path, overrides: Overrides = (), *, until: str | None = None) -> Loaded:
    """A scenario of the library by its name, or of a file, with overrides.

    `until` is another end of the run: a duration instead of the window, or `empty`.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    with opened(str(name_or_path)) as origin:
        return _load(origin, overrides, until, str(name_or_path))


def load_known(name: str, overrides: Overrides = (), texts: Mapping[str, str] | None = None) -> Loaded:
    """As `load`; with texts it is one of these by its name, else one of the library, and never a file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    if texts is None:
        return load(name, overrides)
    if name in texts:
        return load_text(texts[name], overrides)
    if name not in names():
        raise ScenarioError([_unknown(name, [*texts, *names()]).at("scenario")])
    return load(name, overrides)


def folder_of(name_or_path: str, texts: Mapping[str, str] | None = None) -> Path | None:
    """The folder of a scenario's file; None of one that is no file, or must not be."""
    path = Path(name_or_path)
    return path.resolve().parent if texts is None and is_file(path) else None


def _unknown(name: str, known: list[str]) -> Flaw:
    said = Label(vi=f"là '{name}', không có ở đây", en=f"is '{name}', which is not known here")
    return Flaw(name, said, suggestion(name, known))


def load_text(
    text: str | bytes, overrides: Overrides = (), *, until: str | None = None, folder: Path | None = None
) -> Loaded:
    """A scenario from its text; without a folder it reads no files: no lists, no bases but the library's.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    return _load(Origin(text, folder), overrides, until, None)


def _load(origin: Origin, overrides: Overrides, until: str | None, file: str | None) -> Loaded:
    from scenarios.resolve import resolve  # pydantic's models take a while to build

    try:
        written, findings = _written(origin)
        written = of_its_day(written, _asked_day(overrides), findings)
        written = varied(written, overrides, findings)
        written = _until(written, until)
        cut_short = until is not None and until.strip() != "empty"
        resolved = resolve(written, findings, origin.folder, cut_short=cut_short)
    except ScenarioError as error:
        raise ScenarioError(error.problems, error.file or file) from None
    text = origin.text if isinstance(origin.text, str) else origin.text.decode("utf-8-sig")
    return Loaded(resolved, written, tuple(findings.warnings), text)


# ---- a file on top of what it is based on ----


def _written(origin: Origin) -> tuple[dict[str, Any], Findings]:
    """Plain data of a scenario, with its base and its own overrides; and where problems in it are noted."""
    document = read(origin.text)
    findings = Findings(document.marks)
    data = _mapping(document.data, findings)
    base = {key: value for key, value in data.items() if key not in ("based_on", "overrides")}
    if data.get("based_on") is not None:
        base = _base(str(data["based_on"]), origin, findings)
        data = data | {SINCE: together(base.get(SINCE), data.get(SINCE))}
    return stacked(_with_overrides(base, data.get("overrides"), findings), data), findings


def _mapping(data: Any, findings: Findings) -> dict[str, Any]:
    """The data, if it is meant to be a scenario; what other files hold may be secret and is not shown."""
    from scenarios.schema import Scenario

    known = {*Scenario.model_fields, "based_on", "overrides", SINCE}
    if isinstance(data, dict) and (not data or data.keys() & known):
        return data
    said = Label(vi="không phải là một kịch bản", en="is not a scenario")
    findings.wrong((), "", said, Label(vi="hãy bắt đầu bằng 'name: …'", en="begin with 'name: …'"))
    raise ScenarioError(findings.problems)


def _base(name: str, origin: Origin, findings: Findings) -> dict[str, Any]:
    base: dict[str, Any] = {}
    with findings.at("based_on"), base_of(name, origin) as under:
        base, inner = _written(under)
        inner.raise_if_any()
        findings.changes += inner.changes
    findings.raise_if_any()
    return base


def _with_overrides(base: dict[str, Any], given: Any, findings: Findings) -> dict[str, Any]:
    """The base with the `overrides:` of a file."""
    if not isinstance(given, dict | None):
        findings.wrong(("overrides",), given, *_NO_MAPPING)
    for path, value in (given or {}).items() if isinstance(given, dict) else ():
        with findings.at("overrides", path):
            base, change = overridden(base, path, value)
            findings.changes.append(change)
            findings.marks[parsed(path)] = findings.marks[change.path] = findings.marks[("overrides", path)]
    return base


_NO_MAPPING = (
    Label(vi="phải là một nhóm 'đường.dẫn: giá trị'", en="must be a mapping of 'dotted.path: value'"),
    Label(
        vi="hãy viết 'overrides: {flows.truck.arrivals.demand: 120 %}'",
        en="write 'overrides: {flows.truck.arrivals.demand: 120 %}'",
    ),
)

# ---- what a command or a request changes ----


def varied(data: dict[str, Any], overrides: Overrides, findings: Findings) -> dict[str, Any]:
    """The data with the overrides from outside; a value outside a believed range is doubtful, not wrong.

    A wrong override is noted and left out, so that what else is wrong can be told with it.
    """
    for path, value in _pairs(overrides, findings):
        with findings.at("--override", path):
            data, change = overridden(data, path, value, path)
            findings.changes.append(change)
            warning = outside_range(change)
            if warning is not None:
                findings.doubt(change.path, value, warning, _WHAT_IF)
    return data


_WHAT_IF = Label(vi="hãy đọc kết quả như câu hỏi 'nếu như'", en="read the result as a what-if")


def _asked_day(overrides: Overrides) -> Any:
    """An `as_of` from outside: it decides what else is otherwise, so it is looked for before the others."""
    asked = None
    for path, value in _pairs(overrides, Findings()):
        asked = value if path.strip() == AS_OF else asked
    return asked


def _pairs(overrides: Overrides, findings: Findings) -> list[tuple[str, Any]]:
    if isinstance(overrides, Mapping):
        return list(overrides.items())
    pairs = []
    for text in overrides:
        with findings.at("--override"):
            pairs.append(split(text))
    return pairs


def _until(data: dict[str, Any], until: str | None) -> dict[str, Any]:
    """Another end: a duration instead of the window, or `empty`."""
    if until is None:
        return data
    if until.strip() == "empty":
        return data | {"until": "empty", "at_most": data.get("at_most", "366 d")}
    rest = {key: value for key, value in data.items() if key not in ("until", "at_most")}
    return rest | {"window": until}


# ---- for editors ----


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of the written form, for editors (`cuakhau schema`)."""
    from scenarios.editor import editor_schema

    return editor_schema()
