# mypy: disable-error-code="no-untyped-call, untyped-decorator, override"
# numba's interface for extensions has no types
"""Many arrays handed to compiled functions as one address. Import it lazily: it loads numba.

Numba passes a tuple of arrays by value: with the hundred arrays of a run, every call of a helper copies
some seven hundred numbers, and compiling each such call takes longer than the helper itself. Here addresses
and lengths stand in one table, of which compiled functions get the address; an array is read from the table
where it is used, and named there as `st.visits`, as with a named tuple.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, unbox
from numba.np import arrayobj
from numpy.typing import NDArray

from sim import jit

WORD = cgutils.intp_t


class PackedType(types.Type):
    """Names and types of the arrays, and the place of each in the table: its address, then its lengths."""

    def __init__(self, arrays: tuple[tuple[str, Any], ...]) -> None:
        self.arrays = arrays
        self.types = dict(arrays)
        self.places: dict[str, int] = {}
        words = 0
        for name, kind in arrays:
            self.places[name] = words
            words += 1 + kind.ndim
        told = ", ".join(f"{name}: {kind}" for name, kind in arrays)
        # short, since numba writes it into the name of every function that takes one
        super().__init__(f"Packed_{hashlib.blake2b(told.encode(), digest_size=8).hexdigest()}")


class Packed:
    """The table of some arrays, which it keeps alive."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._arrays = arrays
        words = [word for array in arrays.values() for word in (array.ctypes.data, *array.shape)]
        self._table = np.array(words, np.uint64)
        self.address = int(self._table.ctypes.data)
        self._numba_type_ = _type_of(arrays)


def packed(arrays: Any) -> Any:
    """A named tuple of arrays as compiled functions take it; itself where nothing is compiled.

    Every array must be contiguous, rows first.
    """
    return Packed(arrays._asdict()) if jit.is_compiled() else arrays


_TYPES: dict[tuple[Any, ...], PackedType] = {}


def _type_of(arrays: Mapping[str, NDArray[Any]]) -> PackedType:
    key = tuple((name, array.dtype, array.ndim) for name, array in arrays.items())
    if key not in _TYPES:
        kinds = []
        for name, array in arrays.items():
            if not array.flags.c_contiguous:
                raise ValueError(f"'{name}' is not contiguous")
            kinds.append((name, types.Array(jit.type_of(array).dtype, array.ndim, "C")))
        _TYPES[key] = PackedType(tuple(kinds))
    return _TYPES[key]


register_model(PackedType)(models.OpaqueModel)


@unbox(PackedType)
def _address(_kind: Any, value: Any, context: Any) -> NativeValue:
    number = context.pyapi.object_getattr_string(value, "address")
    address = context.pyapi.long_as_voidptr(number)
    context.pyapi.decref(number)
    return NativeValue(address, is_error=cgutils.is_not_null(context.builder, context.pyapi.err_occurred()))


@infer_getattr
class _Names(AttributeTemplate):
    key = PackedType

    def generic_resolve(self, kind: PackedType, name: str) -> Any:
        return kind.types.get(name)


@lower_getattr_generic(PackedType)
def _read(context: Any, builder: Any, kind: PackedType, table: Any, name: str) -> Any:
    """The array of a name, read from the table, which does not change while compiled code runs."""
    of, place = kind.types[name], kind.places[name]
    words = builder.bitcast(table, WORD.as_pointer())
    unchanging = builder.module.add_metadata([])

    def word(number: int) -> Any:
        found = builder.load(cgutils.gep_inbounds(builder, words, place + number))
        found.set_metadata("invariant.load", unchanging)
        return found

    array = context.make_array(of)(context, builder)
    shape = [word(1 + axis) for axis in range(of.ndim)]
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(of.dtype)))
    strides = [size]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    arrayobj.populate_array(
        array,
        data=builder.inttoptr(word(0), array.data.type),
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=size,
        meminfo=None,
    )
    return array._getvalue()
