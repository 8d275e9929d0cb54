"""Dates and times of day in columns of their own, columns that are ignored, quotes that are not closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.recorded.findings import LogError
from metrics.recorded.log import Recorded
from metrics.recorded.read import Asked, read
from tests.metrics.recorded.broken import HEADER, csv, rows, workbook

KEY = b"k" * 32


def log_of(folder: Path, content: bytes | str, suffix: str = ".csv") -> Recorded:
    file = folder / f"so{suffix}"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(file, Asked(KEY)).log


def times(log: Recorded) -> list[list[int]]:
    return [log.started.tolist(), log.ended.tolist()]


def kinds(log: Recorded) -> set[str]:
    return {finding.kind for finding in log.findings}


def apart(sep: str = "/") -> list[list[str]]:
    """The healthy log with the date in a column of its own: date, plate, step, begin, end."""
    made = []
    for plate, step, begin, end in rows():
        year, month, day = begin[:10].split("-")
        made.append([sep.join((day, month, year)), plate, step, begin[11:16], end[11:16]])
    return made


ONE = "Ngày,Biển số,Công đoạn,Giờ bắt đầu,Giờ kết thúc"


def test_a_date_beside_clock_times_is_read_as_one_column_of_both(tmp_path: Path) -> None:
    healthy = times(log_of(tmp_path, csv(rows())))
    log = log_of(tmp_path, csv(apart(), ONE))
    assert times(log) == healthy
    assert not kinds(log)
    short = [[*row[:3], *(t.replace(":", "h") for t in row[3:])] for row in apart(".")]
    assert times(log_of(tmp_path, csv(short, ONE))) == healthy


def test_two_dates_and_two_clock_times_are_paired_in_their_order(tmp_path: Path) -> None:
    made = [[r[1], r[2], r[3], r[0], r[4], r[0]] for r in apart()]
    head = "Biển số,Công đoạn,Bắt đầu,Ngày bắt đầu,Kết thúc,Ngày kết thúc"
    log = log_of(tmp_path, csv(made, head))
    assert times(log) == times(log_of(tmp_path, csv(rows())))
    assert not kinds(log)


def test_one_clock_time_an_event(tmp_path: Path) -> None:
    made = [[r[0], r[4], r[1], r[2]] for r in apart()]
    log = log_of(tmp_path, csv(made, "Ngày,Giờ,Biển số,Công đoạn"))
    assert log.ended.tolist() == log_of(tmp_path, csv(rows())).ended.tolist()


def test_one_row_a_truck(tmp_path: Path) -> None:
    made = [[f"{1 + k % 9:02d}/03/2025", f"12C-{k}", "22:10", "23:50", "00:40"] for k in range(40)]
    log = log_of(tmp_path, csv(made, "Ngày,Biển số,Vào cổng,Soi chiếu,Ra cổng"))
    assert [step.label for step in log.steps] == ["Vào cổng", "Soi chiếu", "Ra cổng"]
    assert "next_day" in kinds(log)
    assert set((log.left - log.arrived).tolist()) == {150 * 60_000}


def test_a_clock_that_turns_midnight_beside_one_date_is_of_the_next_day(tmp_path: Path) -> None:
    made = apart()
    made[6][3], made[6][4] = "23:50", "00:20"
    log = log_of(tmp_path, csv(made, ONE))
    told = next(f for f in log.findings if f.kind == "next_day")
    assert (told.count, told.of, told.example) == (1, 40, "8")
    assert 30 * 60_000 in (log.ended - log.started).tolist()
    assert "reversed" not in kinds(log)


def test_a_workbook_with_dates_and_times_of_day_apart(tmp_path: Path) -> None:
    made: list[list[object]] = [
        [f"12C-{k:05d}", "Soi", 45_729.0 + k % 9, 0.3125 + k / 1000] for k in range(30)
    ]
    log = log_of(
        tmp_path, workbook([["Biển số", "Công đoạn", "Ngày", "Giờ kết thúc"], *made], dates=True), ".xlsx"
    )
    first = log.ended.min()
    assert (first % 86_400_000) // 60_000 == 450
    assert "no_clock" not in kinds(log)


def test_a_log_without_any_time_of_day_says_so(tmp_path: Path) -> None:
    made = [[r[1], r[2], r[0]] for r in apart()]
    assert "no_clock" in kinds(log_of(tmp_path, csv(made, "Biển số,Công đoạn,Ngày")))


def test_clock_times_without_any_date_are_refused_with_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "so.csv"
    file.write_text(csv([r[1:] for r in apart()], HEADER), encoding="utf-8")
    with pytest.raises(LogError) as refused:
        read(file, Asked(KEY, told={"started": "Bắt đầu", "ended": "Kết thúc"}))
    assert "add a column with the date" in refused.value.text("en")


def test_columns_that_nothing_is_read_of_are_listed(tmp_path: Path) -> None:
    made = [[*row, f"ghi chú {k}", "Nguyễn Văn An"] for k, row in enumerate(rows())]
    log = log_of(tmp_path, csv(made, HEADER + ",Diễn giải,Lái xe"))
    told = {f.kind: f for f in log.findings}
    assert "Diễn giải" in told["ignored_columns"].what.vi
    assert "Lái xe" in told["personal_columns"].what.vi
    assert "Lái xe" not in told["ignored_columns"].what.vi


def test_an_unclosed_quote_swallows_no_rows(tmp_path: Path) -> None:
    healthy = log_of(tmp_path, csv(rows()))
    for line in (3, 17, 40):
        text = csv(rows()).split("\n")
        text[line] = text[line].replace(",", ',"', 1)
        log = log_of(tmp_path, "\n".join(text))
        assert times(log) == times(healthy)
        told = next(f for f in log.findings if f.kind == "unclosed_quote")
        assert (told.count, told.of, told.example) == (1, 40, str(line + 1))


def test_a_note_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    made = rows()
    made[5][1] = '"Kiểm tra\ngiấy tờ, hai\nlần"'
    log = log_of(tmp_path, csv(made))
    assert "unclosed_quote" not in kinds(log)
    assert len(log.case) == 40


def test_a_separator_too_many_is_told(tmp_path: Path) -> None:
    made = rows()
    made[5].append("ghi chú")
    told = next(f for f in log_of(tmp_path, csv(made)).findings if f.kind == "longer_row")
    assert (told.count, told.example) == (1, "7")
