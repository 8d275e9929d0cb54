"""Scenarios by name or file: read, varied, resolved.

`load("lang-son-700k", ["flows.truck.arrivals.demand=120 %"])` gives a scenario that can be run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from scenarios import schema
from scenarios.errors import Flaw, Problem, ScenarioError, suggestion
from scenarios.findings import Findings
from scenarios.overrides import outside_range, overridden, split, stacked
from scenarios.paths import parsed
from scenarios.resolve import resolve
from scenarios.resolved import Label, Resolved
from scenarios.yaml import LARGEST, Document, read

Overrides = Iterable[str] | Mapping[str, Any]
"""`a.b=c` texts, or dotted paths with their values."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that can be run, and what it was made of."""

    resolved: Resolved
    written: dict[str, Any]  # plain data, base and overrides applied
    warnings: tuple[Problem, ...]
    text: str  # the file, as written


@dataclass(frozen=True, slots=True)
class _Made:
    """Plain data with all that it is based on."""

    data: dict[str, Any]
    folder: Path  # of the file that lists are relative to
    text: str
    document: Document


def names() -> tuple[str, ...]:
    """The scenarios of the library."""
    found = (item.name for item in files("scenarios").joinpath("library").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def load(name_or_path: str | Path, overrides: Overrides = (), *, until: str | None = None) -> Loaded:
    """A scenario of the library, or of a file, with overrides; `until` is shorter for `window=…`.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    with ExitStack() as stack:
        file = _find(name_or_path, None, stack)
        return _load(_read(file), file.parent, str(name_or_path), overrides, until, (file.stem,), stack)


def load_text(
    text: str | bytes, overrides: Overrides = (), *, until: str | None = None, folder: Path | None = None
) -> Loaded:
    """A scenario from its text; without a folder it can neither list arrivals in a file nor be based on one.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    with ExitStack() as stack:
        return _load(text, folder, None, overrides, until, (), stack)


def _load(
    text: str | bytes,
    folder: Path | None,
    file: str | None,
    overrides: Overrides,
    until: str | None,
    chain: tuple[str, ...],
    stack: ExitStack,
) -> Loaded:
    try:
        made = _based(text, folder, chain, stack)
        findings = Findings(dict(made.document.marks))
        data = _varied(made.data, _pairs(overrides), findings)
        data = data if until is None else _until(data, until)
        resolved = resolve(data, findings, made.folder)
    except ScenarioError as error:
        raise ScenarioError(error.problems, error.file or file) from None
    return Loaded(resolved, data, tuple(findings.warnings), made.text)


# ---- what a scenario is made of ----


def _based(text: str | bytes, folder: Path | None, chain: tuple[str, ...], stack: ExitStack) -> _Made:
    """Plain data of a text, on top of what it is based on, with its own overrides."""
    document = read(text)
    data, here = _mapping(document), folder or _nowhere()
    base = data.get("based_on")
    plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    if base is None:
        own = {key: value for key, value in data.items() if key not in ("based_on", "overrides")}
        return _Made(_overridden_by(own, data, document), here, plain, document)
    with ExitStack() as inner:
        file = _base_file(str(base), folder, chain, inner, document)
        under = _based(_read(file), file.parent, (*chain, file.stem), stack)
    whole = _overridden_by(under.data, data, document)
    return _Made(stacked(whole, data), under.folder, plain, document)


def _mapping(document: Document) -> dict[str, Any]:
    if isinstance(document.data, dict):
        return document.data
    raise ScenarioError([_problem(
        document, (), document.data,
        Label(vi="không phải là một kịch bản", en="is not a scenario"),
        Label(vi="hãy bắt đầu bằng 'name: …', 'title: …'", en="begin with 'name: …', 'title: …'"),
    )])  # fmt: skip


def _overridden_by(base: dict[str, Any], data: dict[str, Any], document: Document) -> dict[str, Any]:
    """The base with the `overrides:` of a file."""
    given = data.get("overrides")
    if given is not None and not isinstance(given, dict):
        raise ScenarioError([_problem(
            document, ("overrides",), given,
            Label(vi="phải là một nhóm 'đường.dẫn: giá trị'", en="must be a mapping of 'dotted.path: value'"),
            Label(vi="hãy viết 'overrides: {flows.truck.arrivals.demand: 120 %}'",
                  en="write 'overrides: {flows.truck.arrivals.demand: 120 %}'"),
        )])  # fmt: skip
    findings = Findings(dict(document.marks))
    for path, value in (given or {}).items():
        with findings.at("overrides", path):
            base = overridden(base, path, value)
    findings.raise_if_any()
    return base


def _base_file(
    name: str, folder: Path | None, chain: tuple[str, ...], stack: ExitStack, document: Document
) -> Path:
    """The file of a base, unless that leads in a circle."""
    findings = Findings(dict(document.marks))
    with findings.at("based_on"):
        file = _find(name, folder, stack)
        if file.stem in chain:
            raise _circle([*chain, file.stem])
        return file
    findings.raise_if_any()
    raise AssertionError("a base is found or refused")


def _circle(chain: list[str]) -> Flaw:
    shown = " → ".join(chain)
    return Flaw(
        chain[-1],
        Label(vi=f"dẫn thành vòng: {shown}", en=f"leads in a circle: {shown}"),
        Label(vi="hãy dựa vào một kịch bản không dựa vào kịch bản này",
              en="base it on a scenario that is not based on this one"),
    )  # fmt: skip


# ---- overrides from outside ----


def _pairs(overrides: Overrides) -> list[tuple[str, Any]]:
    if isinstance(overrides, Mapping):
        return list(overrides.items())
    findings, pairs = Findings(), []
    for text in overrides:
        with findings.at("--override"):
            pairs.append(split(text))
    findings.raise_if_any()
    return pairs


def _varied(data: dict[str, Any], pairs: list[tuple[str, Any]], findings: Findings) -> dict[str, Any]:
    """The data with the overrides of a command or a request."""
    for path, value in pairs:
        with findings.at("--override", path):
            warning = outside_range(data, path, value)
            data = overridden(data, path, value)
            if warning is not None:
                remedy = Label(vi="kết quả là một câu hỏi 'nếu như'", en="read the result as a what-if")
                findings.doubt(parsed(path), value, warning, remedy)
    findings.raise_if_any()
    return data


def _until(data: dict[str, Any], until: str) -> dict[str, Any]:
    """Another end: a duration instead of the window, or `empty`."""
    rest = {key: value for key, value in data.items() if key not in ("window", "until", "at_most")}
    if until == "empty":
        return data | {"until": "empty", "at_most": data.get("at_most", "365 d")}
    return rest | {"window": until, "until": "window"}


# ---- files ----


def _find(name: str | Path, folder: Path | None, stack: ExitStack) -> Path:
    """A file: of the library by its name, else by its path (of a base: within the folder of the variant).

    Raises
    ------
    Flaw
        If there is none (within `findings`), with the nearest name.
    ScenarioError
        The same for a name that a person typed.
    """
    text = str(name)
    if text in names():
        return stack.enter_context(as_file(files("scenarios").joinpath("library", f"{text}.yaml")))
    beside = [Path(text)] if folder is None else [folder / text, folder / f"{text}.yaml"]
    for path in beside:
        if _is_file(path) and (folder is None or path.resolve().is_relative_to(folder.resolve())):
            return path
    flaw = Flaw(
        text,
        Label(vi=f"là '{text}', không có trong thư viện và không phải là tệp",
              en=f"is '{text}', which is neither in the library nor a file"),
        suggestion(text, names()),
    )  # fmt: skip
    if folder is None:
        raise ScenarioError([flaw.at("scenario")])
    raise flaw


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file system takes
        return False


def _read(file: Path) -> bytes:
    """A file's bytes, one more than are allowed at most.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        flaw = Flaw(
            file,
            Label(vi=f"không đọc được: {reason}", en=f"cannot be read: {reason}"),
            Label(vi="hãy xem tệp và quyền đọc", en="look at the file and who may read it"),
        )
        raise ScenarioError([flaw.at("")], str(file)) from None


def _nowhere() -> Path:
    """A folder without files, for texts that come from no file."""
    return Path(__file__).parent / "library"


def _problem(document: Document, path: tuple[str, ...], value: Any, message: Label, remedy: Label) -> Problem:
    findings = Findings(dict(document.marks))
    findings.wrong(path, value, message, remedy)
    return findings.problems[0]


# ---- for editors ----


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of the written form, for editors (`cuakhau schema`)."""
    made = schema.Scenario.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Cửa Khẩu scenario"} | made
