"""The house itself: who may import whom, the lock, what stands in the files, and the wheel."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sim.run import RESULT_VERSION

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("scenarios", "sim", "metrics", "platform_api")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
NOT_OURS = {".git", ".venv", "runs", "build", "dist", "node_modules", "__pycache__"}


def run(*command: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, capture_output=True, encoding="utf-8", check=False)


def our_files() -> Iterator[Path]:
    """What git tracks or would track; in an unpacked archive without git, every file of ours."""
    listed = run("git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed.returncode == 0:
        yield from (ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())
        return
    for path in ROOT.rglob("*"):
        if path.is_file() and not NOT_OURS & set(path.relative_to(ROOT).parts):
            yield path


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:  # a picture
        return ""


# ---- who may import whom ------------------------------------------------------------------------------


def test_imports_point_one_way() -> None:
    linted = run(
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))",
        cwd=ROOT,
    )
    assert linted.returncode == 0, linted.stdout


SLOW_TO_IMPORT = "duckdb fastapi networkx numba numpy prometheus_client pydantic scipy simpy"


def loaded_by(module: str) -> set[str]:
    """Which of the slow libraries an import of `module` brings in, in a process of its own."""
    program = f"import sys, {module}; print(*set('{SLOW_TO_IMPORT}'.split()) & set(sys.modules))"
    imported = run(sys.executable, "-W", "error", "-c", program, cwd=ROOT)
    assert imported.returncode == 0, imported.stderr
    return set(imported.stdout.split())


@pytest.mark.parametrize("module", PACKAGES)
def test_importing_a_package_loads_no_library(module: str) -> None:
    assert loaded_by(module) == set()


def test_the_command_line_starts_without_the_service_and_the_engines() -> None:
    assert loaded_by("platform_api.cli") <= {"numpy", "pydantic"}


def third_party_imports() -> set[str]:
    names = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    names.add(str(node.module).partition(".")[0])
    return names - set(sys.stdlib_module_names) - set(PACKAGES)


def declared(requirements: list[str]) -> dict[str, Requirement]:
    return {str(canonicalize_name(r.name)): r for r in map(Requirement, requirements)}


FOR_USERS = ("class", "dask", "optimise")
"""Extras that the program itself imports, where somebody asks for what they do."""


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    distributions = importlib.metadata.packages_distributions()
    imported = {str(canonicalize_name(distributions[name][0])) for name in third_party_imports()}
    # needed without an import of ours: time zones where the system has none, uvicorn's faster loop and parser
    unseen = {"tzdata", "uvloop", "httptools"}
    extras = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *(each for name in FOR_USERS for each in extras[name])]
    # FastAPI's and pydantic's own foundations move with them
    assert imported - {"starlette", "pydantic-core"} == set(declared(asked)) - unseen
    for name in FOR_USERS:  # what an extra adds is tested too
        assert set(extras[name]) <= set(extras["test"])


# ---- the lock -----------------------------------------------------------------------------------------


def lock_lines() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.lstrip().startswith("#")]


def applies_here(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()


def test_lock_pins_every_requirement_within_its_bounds() -> None:
    pinned = {str(canonicalize_name(r.name)): str(r.specifier)[2:] for r in lock_lines() if applies_here(r)}
    extras = [r for extra in PROJECT["optional-dependencies"].values() for r in extra]
    for name, wanted in declared([*PROJECT["dependencies"], *extras]).items():
        if applies_here(wanted):
            assert wanted.specifier.contains(pinned[name], prereleases=True), (str(wanted), pinned[name])


def test_lock_names_versions_and_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|index-url|find-links|file:|@ ", text)
    assert all(len(r.specifier) == 1 and str(r.specifier).startswith("==") for r in lock_lines())


# ---- what is in the files -----------------------------------------------------------------------------

# one character of each is in brackets, so that this file does not contain what it forbids
FORBIDDEN = {
    "a path of one machine": r"/[r]oot/|/[h]ome/\w+/|/[w]ork/|C:\\[U]sers",
    "a package index": r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(org|com)|[d]eb\.debian\.org",
}


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:100]}"
        for path in our_files()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if re.search(pattern, line)
    ]
    assert found == []


def pages() -> list[Path]:
    return sorted(path for path in our_files() if path.suffix == ".md")


def test_every_link_in_the_documents_leads_to_a_file() -> None:
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)\s]*)?\)")
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in link.findall(text_of(page))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_path_named_in_the_documents_exists() -> None:
    """`sim/log.py` in back quotes is a promise; placeholders, wildcards and what a run makes are not."""
    tops = "|".join([*PACKAGES, "tests", "docs", "benchmarks", "examples", "script"])
    named = re.compile(rf"`((?:{tops})/[\w./-]*\w/?)(?:::\w+)?`")
    missing = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in pages()
        for path in named.findall(text_of(page))
        if not (ROOT / path).exists()
    ]
    assert missing == []


def test_every_document_is_reached_from_the_index() -> None:
    index = text_of(ROOT / "docs" / "README.md")
    documents = {str(page.relative_to(ROOT / "docs")) for page in pages() if (ROOT / "docs") in page.parents}
    assert {d for d in documents - {"README.md"} if f"({d})" not in index} == set()


def test_the_changelog_tells_of_this_version() -> None:
    changelog = text_of(ROOT / "CHANGELOG.md")
    assert f"## [{PROJECT['version']}]" in changelog
    assert f"Result version: {RESULT_VERSION}." in changelog


# ---- the wheel ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q"]
    built = run(*pip, "--no-deps", "--no-build-isolation", "-w", out, ROOT)
    assert built.returncode == 0, built.stderr
    return next(out.glob("cuakhau-*.whl"))


def empty_environment(folder: Path, *install: str | Path) -> Path:
    made = run(sys.executable, "-m", "venv", folder)
    assert made.returncode == 0, made.stderr
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    installed = run(python, "-m", "pip", "--disable-pip-version-check", "install", "-q", *install)
    assert installed.returncode == 0, installed.stderr
    return python


@pytest.mark.slow
def test_the_wheel_carries_its_data_and_works_in_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Our four packages come from the wheel alone; third-party ones are borrowed from this environment."""
    python = empty_environment(tmp_path / "env", "--no-deps", wheel)
    borrowed = Path(str(importlib.metadata.distribution("click").locate_file("")))
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    (Path(own) / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    listed = run(python.with_name("cuakhau"), "list", cwd=elsewhere)
    assert listed.returncode == 0, listed.stderr
    assert "lang-son-2025-03-12" in listed.stdout
    where = run(python, "-c", "import scenarios; print(scenarios.__file__)", cwd=elsewhere)
    assert Path(where.stdout.strip()).is_relative_to(own)


@pytest.mark.long
def test_the_wheel_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path / "env", "-c", ROOT / "requirements.lock", wheel)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [
        python.with_name("cuakhau"),
        "run",
        "lang-son-2025-03-12",
        "--replications",
        "2",
        "--out",
        "out",
    ]
    finished = run(*command, cwd=elsewhere)
    assert finished.returncode == 0, finished.stderr
    assert any((elsewhere / "out").iterdir())
    verified = run(python.with_name("cuakhau"), "verify", "--case", "yard", "--jobs", "1", cwd=elsewhere)
    assert verified.returncode == 0, verified.stderr
