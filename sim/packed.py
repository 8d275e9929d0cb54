# mypy: disable-error-code="no-untyped-call, untyped-decorator, override"
# numba's interface for extensions has no types
"""Many arrays handed to compiled functions as one address. Import it lazily: it loads numba.

Numba passes a tuple of arrays by value: with the hundred arrays of a run, every call of a helper copies
some seven hundred numbers, and compiling each such call takes longer than the helper itself. Here addresses
and lengths stand in one table, of which compiled functions get the address; an array is read from the table
where it is used, and named there as `st.visits`, as with a named tuple.

The scalars of a run are used more than anything else: the array `x`, where there is one, has the table behind
them in itself, so that its address is that of the table and a scalar is read without another look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.imputils import lower_setattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, unbox
from numba.np import arrayobj
from numpy.typing import NDArray

from sim import hints, jit

WORD = cgutils.intp_t


SCALARS, SPACE = "x", 256
"""The array that holds the table, and how many of its last words are for it."""


LARGE = 1 << 22
"""Bytes from which an array may grow where it lies; a smaller one never changes its place or its length."""


class PackedType(types.Type):
    """Names and types of the arrays, and the place of each in the table: its address, then its lengths."""

    def __init__(self, arrays: tuple[tuple[str, Any], ...], scalars: int) -> None:
        self.arrays = arrays
        self.types = dict(arrays)
        self.places: dict[str, int] = {}
        words = scalars
        for name, kind in arrays:
            self.places[name] = words
            words += 1 + kind.ndim
        if words > scalars + SPACE and scalars:
            raise ValueError(f"{words} words do not fit into {SPACE}")
        told = ", ".join(f"{name}: {kind}" for name, kind in (*arrays, ("scalars", scalars)))
        # short, since numba writes it into the name of every function that takes one
        super().__init__(f"Packed_{hashlib.blake2b(told.encode(), digest_size=8).hexdigest()}")


class Packed:
    """The table of some arrays, which it keeps alive."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], before: Packed | None = None) -> None:
        self._arrays = arrays
        self._own = {name: _words_of(name, array, before) for name, array in arrays.items()}
        words = [word for own in self._own.values() for word in own]
        table = arrays[SCALARS][-SPACE:] if SCALARS in arrays else np.empty(len(words), np.int64)
        table[: len(words)] = words
        self._table = table
        self.address = int(arrays.get(SCALARS, table).ctypes.data)
        self._numba_type_ = _type_of(arrays)


def _words_of(name: str, array: NDArray[Any], before: Packed | None) -> tuple[int, ...]:
    """Address and lengths, which take a microsecond to ask for: of the very same array they are known."""
    stays = array.nbytes < LARGE and name != SCALARS
    if stays and before is not None and before._arrays[name] is array:
        return before._own[name]
    return (array.ctypes.data, *array.shape)


def packed(arrays: Any, before: Any = None) -> Any:
    """A named tuple of arrays as compiled functions take it; itself where nothing is compiled.

    Every array must be contiguous, rows first. `before`: what this gave for a tuple of the same names, most
    arrays of which are here again.
    """
    return Packed(arrays._asdict(), before) if jit.is_compiled() else arrays


_TYPES: dict[tuple[Any, ...], PackedType] = {}


def _type_of(arrays: Mapping[str, NDArray[Any]]) -> PackedType:
    key = tuple((name, array.dtype, array.ndim) for name, array in arrays.items())
    scalars = len(arrays[SCALARS]) - SPACE if SCALARS in arrays else 0
    if key not in _TYPES:
        kinds = []
        for name, array in arrays.items():
            if not array.flags.c_contiguous:
                raise ValueError(f"'{name}' is not contiguous")
            kinds.append((name, types.Array(_of_our_own(jit.type_of(array).dtype), array.ndim, "C")))
        _TYPES[key] = PackedType(tuple(kinds), scalars)
    return _TYPES[key]


class OwnRecord(types.Record):
    """A row of an array, no field of which shares memory with another field, or with anything else."""


def _of_our_own(kind: Any) -> Any:
    if not isinstance(kind, types.Record):
        return kind
    fields: Any = [(name, of._asdict()) for name, of in kind.fields.items()]
    return OwnRecord(fields, kind.size, kind.aligned)


register_model(OwnRecord)(models.RecordModel)
register_model(PackedType)(models.OpaqueModel)


@lower_getattr_generic(OwnRecord)
def _field(context: Any, builder: Any, kind: OwnRecord, record: Any, field: str) -> Any:
    of = kind.typeof(field)
    place = cgutils.get_record_member(builder, record, kind.offset(field), context.get_data_type(of))
    found = builder.load(place, align=None if kind.aligned else 1)
    hints.tag(builder, found, f"{kind.name} {field}")
    return context.data_model_manager[of].from_data(builder, found)


@lower_setattr_generic(OwnRecord)
def _set_field(context: Any, builder: Any, of: Any, given: Any, field: str) -> None:
    (kind, written), (record, value) = of.args, given
    of = kind.typeof(field)
    place = cgutils.get_record_member(builder, record, kind.offset(field), context.get_data_type(of))
    data = context.data_model_manager[of].as_data(builder, context.cast(builder, value, written, of))
    stored = builder.store(data, place, align=None if kind.aligned else 1)
    hints.tag(builder, stored, f"{kind.name} {field}")


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
    data = words if name == SCALARS else builder.inttoptr(word(0), array.data.type)
    shape = [word(1 + axis) for axis in range(of.ndim)]
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(of.dtype)))
    strides = [size]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    arrayobj.populate_array(
        array,
        data=data,
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=size,
        meminfo=None,
    )
    return array._getvalue()
