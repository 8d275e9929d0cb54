"""How compiled functions are made, and where what numba compiled is kept. Import it lazily: it loads numba.

Numba's own cache does not notice an edit in another module, and asks where a file lies; ours is a folder
named by a hash of every source that is compiled, so that equal sources share it wherever they are installed.
`NUMBA_DISABLE_JIT=1` runs the same functions as plain Python.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit, types
from numba.core import codegen
from numba.core.caching import CacheImpl
from numba.core.caching import _CacheLocator as CacheLocator
from numba.cpython.unsafe import numbers

from sim import hints

DONE = "complete"
"""The file in the folder of compiled code that is written last."""

ROOT = Path(__file__).parents[1]
SOURCES = (
    "scenarios/grid.py", "sim/jit.py", "sim/hints.py", "sim/packed.py", "sim/digest.py", "sim/draws.py",
    "sim/tally.py", "sim/engines/kernel/*.py",
)  # fmt: skip
"""What is compiled, below the root of the packages."""


def sources_hash(root: Path = ROOT) -> str:
    """A hash of every source that is compiled, and of the Python and the numba that compile it."""
    found = hashlib.blake2b(f"{sys.version} {numba.__version__}".encode(), digest_size=8)
    for pattern in SOURCES:
        for file in sorted(root.glob(pattern)):
            found.update(file.read_bytes())
    return found.hexdigest()


def cache_root() -> Path:
    """Where compiled code is kept: CUAKHAU_CACHE_DIR, else the user's folder for such things."""
    if given := os.environ.get("CUAKHAU_CACHE_DIR"):
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "cuakhau"


def _cache_folder() -> Path:
    """The folder for these sources; one for this process alone where none can be written."""
    named = cache_root() / sources_hash()
    try:
        named.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=named):
            return named
    except OSError:
        return Path(tempfile.mkdtemp(prefix="cuakhau-"))


class ByContent(CacheLocator):
    """Where numba keeps our functions: in the folder named by their sources, so they are fresh."""

    def get_cache_path(self) -> str:
        return str(folder())

    def get_source_stamp(self) -> str:
        return ""

    def get_disambiguator(self) -> str:
        return ""

    @classmethod
    def from_function(cls, py_func: Any, _file: str) -> ByContent | None:
        """Ours; where other functions of this process are kept is numba's affair."""
        return cls() if py_func.__module__.startswith("sim.") else None


numba.config.CACHE_DIR = str(_cache_folder())  # type: ignore[attr-defined]
numba.config.CACHE_LOCATOR_CLASSES = ",".join(  # type: ignore[attr-defined]
    [f"{__name__}.ByContent", *(kind.__name__ for kind in CacheImpl._locator_classes)]
)


def folder() -> Path:
    """Where the code compiled from these sources is."""
    return Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]


def is_compiled() -> bool:
    """Whether functions are compiled at all, and not run as plain Python."""
    return not numba.config.DISABLE_JIT  # type: ignore[attr-defined]


def is_warm() -> bool:
    """Whether everything was compiled here before, from these very sources (see `sim.warm`)."""
    return not is_compiled() or (folder() / DONE).exists()


_UNCOUNTED: dict[str, Any] = {"_nrt": False}
"""The kernel allocates nothing, so arrays need no counting of references: ten times faster. The option is not
documented by numba; without it the results are the same."""
_INTERNAL: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Not called from Python: without the code for that, compilation takes a third of the time."""


def inlined(function: Callable[..., Any]) -> Any:
    """A helper that becomes part of whoever calls it."""
    return _whatever_the_number(njit(**_UNCOUNTED, **_INTERNAL, forceinline=True)(function))


def called(function: Callable[..., Any]) -> Any:
    """A helper of its own: for what is long."""
    return _whatever_the_number(njit(**_UNCOUNTED, **_INTERNAL)(function))


def seldom(function: Callable[..., Any]) -> Any:
    """A helper of its own for what is rare: the ways to it are laid apart from those that are often gone."""
    hints.RARE.add((function.__module__, function.__qualname__))
    return called(function)


def _whatever_the_number(made: Any) -> Any:
    """Compile a helper once for whole numbers, not again for each constant or width it is called with."""
    if is_compiled():
        template = made.get_call_template

        def of_plain_types(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
            return template(tuple(map(_plain, args)), {name: _plain(kind) for name, kind in kws.items()})

        made.get_call_template = of_plain_types
    return made


def _plain(kind: Any) -> Any:
    """The type of an argument; of signed whole numbers the widest."""
    plain: Any = types.unliteral(kind)  # type: ignore[no-untyped-call]
    return types.int64 if getattr(plain, "signed", False) else plain


def entry(function: Callable[..., Any]) -> Any:
    """A function that Python alone calls: kept on disk, and running beside other threads."""
    return _for_python_alone(_kept(function, nogil=True))


def brief(function: Callable[..., Any]) -> Any:
    """The same of one that is over at once: were others to run, it would wait for the lock."""
    return _for_python_alone(_kept(function, nogil=False))


def shared(function: Callable[..., Any]) -> Any:
    """A function that Python calls, and compiled functions too; kept on disk like an entry, and brief."""
    return _kept(function, nogil=False)


def _for_python_alone(made: Any) -> Any:
    if is_compiled():
        reduce = made._cache._impl.reduce
        made._cache._impl.reduce = lambda result: _without_other_form(*reduce(result))
        made.get_call_template = _refuse
    return made


def _refuse(*_: Any) -> Any:
    raise TypeError("compiled code calls an @entry, of which only machine code is kept: make it @shared")


def _kept(function: Callable[..., Any], *, nogil: bool) -> Any:
    made = njit(**_UNCOUNTED, nogil=nogil, cache=True)(function)
    if is_compiled():
        compile_it, cache = made.compile, made._cache

        def compile_without_looking(signature: Any) -> Any:
            with hints.given():
                return compile_it(signature)

        def load(signature: Any, context: Any) -> Any:
            """As numba does, without making ready to compile: it does that again when it compiles."""
            with cache._guard_against_spurious_io_errors():
                return cache._load_overload(signature, context)

        made.compile = compile_without_looking
        cache.load_overload = load
    return made


def _without_other_form(library: Any, described: Any, *rest: Any) -> tuple[Any, ...]:
    """What is kept of an entry, so that it loads in a tenth of the time and without 60 MB.

    Numba keeps code twice, as the machine runs it and as compiled callers could inline it; an entry has no
    such callers. When it loads the code, the second form only tells which names are defined.
    """
    name, kind, (machine_code, _) = library
    defined = (
        described.llvm_func_name, described.llvm_cpython_wrapper_name, described.llvm_cfunc_wrapper_name
    )  # fmt: skip
    empty = "".join(f'define void @"{symbol}"() {{ ret void }}\n' for symbol in defined)
    bitcode = codegen.ll.parse_assembly(empty).as_bitcode()  # type: ignore[attr-defined]
    return (name, kind, (machine_code, bitcode)), described, *rest


def is_entry(function: object) -> bool:
    """Whether it is compiled for Python to call."""
    options = getattr(function, "targetoptions", {})
    return bool(options) and not options.get("no_cpython_wrapper")


def type_of(argument: object) -> Any:
    """The type that numba gives an argument."""
    return numba.typeof(argument)  # type: ignore[no-untyped-call]


def _zeros_before(number: int) -> int:
    return 64 - int(number).bit_length()


def _zeros_after(number: int) -> int:
    return (int(number) & -int(number)).bit_length() - 1


leading_zeros: Any = numbers.leading_zeros if is_compiled() else _zeros_before
"""How many of 64 bits come before the first that is set; of a number that is not negative."""
trailing_zeros: Any = numbers.trailing_zeros if is_compiled() else _zeros_after
"""How many of 64 bits come after the last that is set; of a number that is not zero."""
