"""Answers and records in the forms that other programs read; what the command and the service hand out.

Every form is a stream of bytes whose memory does not grow with the number of rows. What is asked for is
checked before the first byte: what is streamed then fails only if the disk does.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_api.texts import Language, both
from scenarios.resolved import Label, Resolved

if TYPE_CHECKING:
    from metrics.exports.source import Source
    from metrics.simulated import Simulated
    from platform_api.results import Result

PORTION = 1 << 16
"""Bytes of a file that are handed over at a time."""

RECORD_TABLES = ("visits", "entities", "timetable")
RESULT_TABLES = ("kpis", "study", "published", "series")
TABLES = (*RESULT_TABLES, *RECORD_TABLES)


class CannotExport(Exception):
    """What is asked for cannot be given: why, and what to do."""

    def __init__(self, key: str, **values: object) -> None:
        self.message: Label = both(f"error.{key}", **values)
        self.remedy: Label = both(f"error.{key}.remedy", **values)
        super().__init__(f"{self.message.en}; {self.remedy.en}")


@dataclass(frozen=True, slots=True)
class Order:
    """What is exported.

    record : the folder of one replication's record · seed, replication, until : of the run, where it is
    simulated again · table : which, where the form holds one table; None: as usual · step : between samples
    in simulated time [ms]; None: as fits · kinds : flow → kind of object, instead of what the rules say
    (`metrics.exports.objects`)
    """

    scenario: Resolved
    record: Path | None = None
    result: Result | None = None
    language: Language = "vi"
    table: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    replication: int = 0
    until: int | None = None  # [ms]
    step: int | None = None

    @property
    def source(self) -> Source:
        """The record, to be read.

        Raises
        ------
        CannotExport
            If there is none.
        """
        from metrics.exports.source import Source

        if self.record is None:
            raise CannotExport("export_no_record")
        return Source(self.record, self.scenario, self.language)


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which something is exported; `make` checks, then gives the bytes."""

    suffix: str
    media_type: str
    make: Callable[[Order], Iterator[bytes]]
    binary: bool = False
    needs_run: bool = True
    has_tables: bool = False
    replays: bool = False  # simulates (again) rather than reads: it needs a seed, not a record


def stream(form: str, order: Order) -> Iterator[bytes]:
    """What is asked for, as bytes.

    Raises
    ------
    CannotExport
        If the form is not known, or something that it needs is not there; before the first byte.
    OSError
        If a temporary file cannot be written.
    """
    if form not in FORMS:
        raise CannotExport("export_form", value=form, known=", ".join(FORMS))
    if order.table is not None and order.table not in TABLES:
        raise CannotExport("export_table", value=order.table, known=", ".join(TABLES))
    return FORMS[form].make(order)


def form_of(file: Path) -> str | None:
    """The form that a file's name asks for."""
    fitting = [name for name, form in FORMS.items() if file.name.lower().endswith(form.suffix)]
    return max(fitting, key=lambda name: len(FORMS[name].suffix), default=None)


# ---- tables -------------------------------------------------------------------------------------------


def _csv(order: Order) -> Iterator[bytes]:
    from metrics.exports import tables

    table = order.table or _usual_table(order)
    if table in RECORD_TABLES:
        return tables.write_csv(order.source, table)
    return _result_as_csv(_result_of(order), table)


def _result_as_csv(result: Result, table: str) -> Iterator[bytes]:
    from platform_api.answer import as_csv

    columns, rows = result_table(result, table)
    yield as_csv([columns, *rows]).encode()


def _parquet(order: Order) -> Iterator[bytes]:
    from metrics.exports import tables

    table = order.table or _usual_table(order)
    if table in RECORD_TABLES:
        source = order.source
        return _through_a_file(lambda file: tables.write_parquet(source, file, table))
    columns, rows = result_table(_result_of(order), table)
    return _through_a_file(lambda file: tables.write_rows(columns, rows, file))


def _xlsx(order: Order) -> Iterator[bytes]:
    from metrics.exports import sheets

    wanted = [order.table] if order.table else list(RESULT_TABLES if order.result else RECORD_TABLES)
    read = [_sheet(order, table) for table in wanted]
    return _through_a_file(lambda file: sheets.write(read, file))


def _sheet(order: Order, table: str) -> Any:
    from metrics.exports import tables
    from metrics.exports.sheets import Sheet

    if table in RECORD_TABLES:
        return Sheet(table, *tables.rows(order.source, table))
    return Sheet(table, *result_table(_result_of(order), table))


def _usual_table(order: Order) -> str:
    return "kpis" if order.result is not None else "visits"


def _result_of(order: Order) -> Result:
    if order.result is None:
        raise CannotExport("export_no_result")
    return order.result


def result_table(result: Result, table: str) -> tuple[list[str], list[list[Any]]]:
    """The names of columns and the rows of a table of a result."""
    columns, tell = _RESULT[table]
    labels = list(dict.fromkeys(name for row in _rows_of(result, table) for name in row.labels))
    told = [
        [*(row.labels.get(name) for name in labels), *cells]
        for row in _rows_of(result, table)
        for cells in tell(row)
    ]
    return [*(f"label_{name}" for name in labels), *columns], told


def _rows_of(result: Result, table: str) -> Any:
    return {
        "kpis": result.kpis, "study": result.trs, "published": result.published, "series": result.series
    }[table]  # fmt: skip


def _told(*names: str) -> Callable[[Any], list[list[Any]]]:
    return lambda row: [[getattr(row, name) for name in names]]


_KPI = ("name", "unit", "n", "mean", "half_width", "level", "p10", "p90", "observed")
_PUBLISHED = ("kpi", "mark", "published", "unit", "mean", "half_width", "p10", "p90", "inside", "source")
_STATISTICS = ("mean", "sd", "p5", "p25", "p50", "p75", "p90", "p95", "max")
_STUDY = ("begin", "end", "n", "replications", *(f"{name}_seconds" for name in _STATISTICS))


def _study_cells(row: Any) -> list[list[Any]]:
    counted = [row.begin, row.end, row.n, row.replications]
    return [counted + [row.statistics.get(n) for n in _STATISTICS] + [row.half_width, row.share_waiting]]


def _series_cells(row: Any) -> list[list[Any]]:
    points = zip(row.times, row.mean, row.p10, row.p90, strict=True)
    return [[row.name, row.unit, time / 1000, mean, p10, p90] for time, mean, p10, p90 in points]


_RESULT: dict[str, tuple[tuple[str, ...], Callable[[Any], list[list[Any]]]]] = {
    "kpis": (_KPI, _told(*_KPI)),
    "study": ((*_STUDY, "half_width_seconds", "share_waiting_ratio"), _study_cells),
    "published": (_PUBLISHED, _told(*_PUBLISHED)),
    "series": (("name", "unit", "time_seconds", "mean", "p10", "p90"), _series_cells),
}


# ---- logs ---------------------------------------------------------------------------------------------


def _xes(order: Order) -> Iterator[bytes]:
    from metrics.exports import xes

    return xes.write(order.source)


def _xes_gz(order: Order) -> Iterator[bytes]:
    return _zipped(_xes(order))


def _ocel(order: Order) -> Iterator[bytes]:
    from metrics.exports import ocel

    source = order.source
    unknown = sorted(order.kinds.keys() - order.scenario.flows.keys())
    if unknown:
        raise CannotExport("export_flow", value=unknown[0], known=", ".join(order.scenario.flows))
    return ocel.write(source, order.kinds)


def _openmetrics(order: Order) -> Iterator[bytes]:
    from metrics.exports import openmetrics
    from metrics.simulated import Simulated

    if order.record is None and order.seed is None:
        raise CannotExport("export_no_record")
    series = Simulated(_as_run(order), order.step)
    return _first_measured(lambda: _measure(order, series), lambda: openmetrics.write(series))


def _first_measured(measure: Callable[[], None], write: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    measure()
    yield from write()


def _as_run(order: Order) -> Resolved:
    from sim.run import shorten

    return order.scenario if order.until is None else shorten(order.scenario, order.until)


def _measure(order: Order, series: Simulated) -> None:
    """From a run in pieces, which is the run that was, else from the record as a whole."""
    from sim import files
    from sim.pieces import whole
    from sim.run import run

    if order.seed is None:
        assert order.record is not None
        series.take(whole(files.load(order.record)))
        return
    done = run(_as_run(order), order.seed, order.replication, keep="statistics", take=series.take)
    if order.result is not None and done.digest != order.result.digest[order.replication]:
        raise CannotExport("export_digest", version=order.result.provenance.package_version)


def _bpmn(order: Order) -> Iterator[bytes]:
    from platform_api.bpmn import draw

    return iter([draw(order.scenario, order.language).encode()])


def _zipped(portions: Iterator[bytes]) -> Iterator[bytes]:
    """The same, compressed as by gzip; without a time in it, so that equal logs are equal files."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for portion in portions:
        if packed := packer.compress(portion):
            yield packed
    yield packer.flush()


def _through_a_file(write: Callable[[Path], None]) -> Iterator[bytes]:
    """What can only be written as a whole: into a temporary file, then from there."""
    with _temporary() as file:
        write(file)
        with file.open("rb") as written:
            while portion := written.read(PORTION):
                yield portion


@contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cuakhau-export-") as folder:
        yield Path(folder) / "export"


FORMS: dict[str, Form] = {
    "csv": Form(".csv", "text/csv; charset=utf-8", _csv, has_tables=True),
    "xlsx": Form(
        ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx, binary=True,
        has_tables=True,
    ),
    "parquet": Form(".parquet", "application/vnd.apache.parquet", _parquet, binary=True, has_tables=True),
    "xes": Form(".xes", "application/xml", _xes),
    "xes.gz": Form(".xes.gz", "application/gzip", _xes_gz, binary=True),
    "ocel": Form(".ocel.json", "application/json", _ocel),
    "openmetrics": Form(
        ".om", "application/openmetrics-text; version=1.0.0; charset=utf-8", _openmetrics, replays=True
    ),
    "bpmn": Form(".bpmn", "application/xml", _bpmn, needs_run=False),
}  # fmt: skip
"""Every form, by the name that asks for it."""
