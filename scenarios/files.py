"""Where scenarios lie: in the package's library, in a file, or nowhere (a text from a request)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from scenarios.errors import Flaw, ScenarioError, suggestion
from scenarios.resolved import Label
from scenarios.yaml import LARGEST


@dataclass(frozen=True, slots=True)
class Origin:
    """A text, and where it comes from."""

    text: str | bytes
    folder: Path | None  # beside which bases and lists are looked for; None: nowhere
    chain: tuple[str, ...] = ()  # names of the scenarios that are based on this one, and its own


def names() -> tuple[str, ...]:
    """The scenarios of the library."""
    found = (item.name for item in files("scenarios").joinpath("library").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


@contextmanager
def opened(name_or_path: str) -> Iterator[Origin]:
    """A scenario of the library by its name, else a file by its path.

    Raises
    ------
    ScenarioError
        If there is neither, with the nearest name.
    """
    if name_or_path in names():
        with _in_library(name_or_path) as origin:
            yield origin
    elif is_file(Path(name_or_path)):
        path = Path(name_or_path)
        yield Origin(_read(path), path.resolve().parent, (path.stem,))
    elif _is_folder(Path(name_or_path)):
        raise ScenarioError([_folder(name_or_path).at("scenario")])
    else:
        raise ScenarioError([_neither(name_or_path).at("scenario")])


@contextmanager
def base_of(name: str, variant: Origin) -> Iterator[Origin]:
    """What a variant is based on: a file beside it (not elsewhere), else a scenario of the library.

    Raises
    ------
    Flaw
        If there is neither, or the way leads in a circle.
    """
    if name.removesuffix(".yaml") in variant.chain:
        raise _circle([*variant.chain, name.removesuffix(".yaml")])
    beside = _beside(name, variant.folder)
    if beside is not None:
        yield Origin(_read(beside), variant.folder, (*variant.chain, beside.stem))
    elif name in names():
        with _in_library(name) as base:
            yield Origin(base.text, base.folder, (*variant.chain, name))
    else:
        raise _neither(name)


@contextmanager
def _in_library(name: str) -> Iterator[Origin]:
    """Of an installed package the file may have to be unpacked for as long as it is used."""
    with as_file(files("scenarios").joinpath("library", f"{name}.yaml")) as path:
        yield Origin(_read(path), path.parent, (name,))


def _beside(name: str, folder: Path | None) -> Path | None:
    """The file of a base in the folder of its variant."""
    if folder is None or Path(name).name != name:
        return None
    path = folder / (name if name.endswith(".yaml") else f"{name}.yaml")
    return path if is_file(path) else None


def is_file(path: Path) -> bool:
    """Whether there is a file."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file system takes
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _read(file: Path) -> bytes:
    """A file's bytes; no more than show that it is too large.

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


def _folder(name: str) -> Flaw:
    return Flaw(
        name,
        Label(vi=f"'{name}' là thư mục, không phải tệp", en=f"'{name}' is a folder, not a file"),
        Label(vi="hãy nêu một tệp kịch bản trong đó", en="name a scenario file in it"),
    )


def _neither(name: str) -> Flaw:
    return Flaw(
        name,
        Label(
            vi=f"là '{name}', không có trong thư viện và không phải là tệp ở đây",
            en=f"is '{name}', which is neither in the library nor a file here",
        ),
        suggestion(name, names()),
    )


def _circle(chain: list[str]) -> Flaw:
    walk = " → ".join(chain)
    return Flaw(
        chain[-1],
        Label(vi=f"dẫn thành vòng: {walk}", en=f"leads in a circle: {walk}"),
        Label(
            vi="hãy dựa vào một kịch bản không dựa vào kịch bản này",
            en="base it on a scenario that is not based on this one",
        ),
    )
