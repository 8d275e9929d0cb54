# mypy: disable-error-code="no-untyped-call, untyped-decorator"
# numba's inside has no types
"""What the compiler is told of the kernel that numba has no option for. Import it lazily: it loads numba.

Three things, each of which leaves every result as it is: indices are never negative; what is read and written
under different names lies apart, so that writing one field does not make all others be read again; and which
helpers are rare, so that the ways to them are laid apart. For each a function of numba is replaced while we
compile and nobody else does; what numba has no longer is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.compiler_lock import global_compiler_lock
from numba.np import arrayobj

RARE: set[tuple[str, str]] = set()
"""Helpers that are seldom called: module and name."""


@contextmanager
def given() -> Iterator[None]:
    """Compile with what is told here."""
    with global_compiler_lock:
        usual = [(owner, name, getattr(owner, name)) for owner, name in OURS if hasattr(owner, name)]
        for owner, name, _ in usual:
            setattr(owner, name, OURS[owner, name])
        try:
            yield
        finally:
            for owner, name, function in usual:
                setattr(owner, name, function)


def _as_it_is(context: Any, builder: Any, kind: Any, index: Any, _size: Any) -> Any:
    """An index, without asking whether it counts from the end."""
    return context.cast(builder, index, kind, types.intp if kind.signed else types.uintp)


# ---- what lies apart -----------------------------------------------------------------------------------
def tag(builder: Any, access: Any, name: str) -> None:
    """Of a load or a store: it touches nothing that is accessed under another name (LLVM's `tbaa`)."""
    module, zero = builder.module, cgutils.intp_t(0)
    kind = module.add_metadata([name, module.add_metadata(["cuakhau"]), zero])
    access.set_metadata("tbaa", module.add_metadata([kind, kind, zero]))


_usual_load: Any = getattr(arrayobj, "load_item", None)
_usual_store: Any = getattr(arrayobj, "store_item", None)


def _load(context: Any, builder: Any, array: Any, place: Any) -> Any:
    """An item of an array: apart from arrays of other types, and from fields of records."""
    if not isinstance(array.dtype, types.Integer):
        return _usual_load(context, builder, array, place)
    found = builder.load(place, align=None if array.aligned else 1)
    tag(builder, found, str(array.dtype))
    return context.data_model_manager[array.dtype].from_data(builder, found)


def _store(context: Any, builder: Any, array: Any, value: Any, place: Any) -> Any:
    if not isinstance(array.dtype, types.Integer):
        return _usual_store(context, builder, array, value, place)
    data = context.data_model_manager[array.dtype].as_data(builder, value)
    tag(builder, builder.store(data, place, align=None if array.aligned else 1), str(array.dtype))
    return None


# ---- what is rare --------------------------------------------------------------------------------------
_usual_declare: Any = getattr(BaseContext, "declare_function", None)


def _declare(context: Any, module: Any, described: Any) -> Any:
    """A function as LLVM is to know it: cold, if it is rare."""
    function = _usual_declare(context, module, described)
    if (described.modname, described.qualname) in RARE and not described.inline:
        function.attributes.add("cold")
        function.attributes.add("noinline")
    return function


OURS: dict[tuple[Any, str], Any] = {
    (arrayobj, "fix_integer_index"): _as_it_is,
    (arrayobj, "load_item"): _load,
    (arrayobj, "store_item"): _store,
    (BaseContext, "declare_function"): _declare,
}
"""What is replaced while we compile: where, its name, by what."""
