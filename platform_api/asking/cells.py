"""What people type into a questionnaire: numbers, units, days, hours; what cannot be meant is said."""

from __future__ import annotations

import re

from metrics.recorded.personal import plain
from scenarios.errors import Flaw
from scenarios.resolved import DAY, Label

UNITS = {
    "s": ("s", "giay", "sec", "second", "seconds"),
    "min": ("min", "phut", "minute", "minutes", "p", "ph", "mins"),
    "h": ("h", "gio", "hour", "hours", "g", "tieng"),
    "d": ("d", "ngay", "day", "days"),
}
"""Units of time, as people write them without marks."""

MS = {"s": 1000.0, "min": 60_000.0, "h": 3_600_000.0, "d": float(DAY)}

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORDS = {
    **{f"t{n}": n - 2 for n in range(2, 8)},
    **{f"thu {n}": n - 2 for n in range(2, 8)},
    **{name: n for n, name in enumerate(("thu hai", "thu ba", "thu tu", "thu nam", "thu sau", "thu bay"))},
    **{name: n for n, name in enumerate(WEEK)},
    **{
        name: n
        for n, name in enumerate(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        )
    },
    "cn": 6,
    "chu nhat": 6,
}
EVERY_DAY = ("", "hang ngay", "moi ngay", "ca tuan", "every day", "daily", "all")

_TIME = re.compile(r"(\d{1,2})(?:\s*(?::|h|g|giờ|gio)\s*(\d{1,2})?)?(?::\d{2})?", re.IGNORECASE)
_EXCEL_TIME = re.compile(r"18(?:99-12-3[01]|99-12-31)[ T](\d{2}:\d{2}):\d{2}.*|1900-01-01[ T](\d{2}:\d{2}).*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:.*")


def flaw(value: str, vi: str, en: str, vi_do: str, en_do: str) -> Flaw:
    """Something that cannot be meant."""
    return Flaw(value, Label(vi, en), Label(vi_do, en_do))


def number(cell: str) -> tuple[float, str]:
    """A number and the unit typed behind it, if any: `12`, `1,5`, `90 phút`, `30 %`.

    Raises
    ------
    Flaw
        If it is none, or could be two.
    """
    text = cell.strip().replace("\N{NO-BREAK SPACE}", " ")
    _refuse_what_excel_made(text)
    if re.search(r"\d\D*(?:-|–|—|~|đến|to|/)\s*\d", text):
        raise flaw(
            cell, "có hai số trong một ô", "has two numbers in one cell",
            "hãy ghi số nhỏ ở ô đầu, số thường gặp ở ô giữa, số lớn ở ô cuối",
            "put the smallest into the first cell, the usual one into the middle, the largest into the last",
        )  # fmt: skip
    found = re.fullmatch(r"(-?\d+(?:[.,]\d+)*)\s*([^\d\s].*)?", text)
    if not found:
        raise flaw(
            cell, "không phải là số", "is no number",
            "hãy chỉ ghi số, như 12 hoặc 1,5; lời giải thích ghi ở cột cuối",
            "write a number only, such as 12 or 1.5; remarks go into the last column",
        )  # fmt: skip
    digits, unit = found[1], (found[2] or "").strip()
    if digits.startswith("-"):
        raise flaw(
            cell, "nhỏ hơn không", "is below zero", "hãy ghi số từ 0 trở lên", "write a number from 0 on"
        )
    return _read(cell, digits), unit


def _read(cell: str, digits: str) -> float:
    """Decimal comma or point; what may be a thousand as well as a fraction is asked again."""
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
        whole = re.sub(r"[.,]", "", digits)
        part = f"{float(digits.replace(',', '.')):g}"
        raise flaw(
            cell, f"có thể là {whole} hoặc {part.replace('.', ',')}", f"may be {whole} or {part}",
            f"hãy ghi {whole} nếu là hàng nghìn, hoặc {part.replace('.', ',')} (tối đa hai số lẻ)",
            f"write {whole} if thousands are meant, else {part} (at most two decimals)",
        )  # fmt: skip
    if len(re.findall(r"[.,]", digits)) > 1:
        if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
            last = max(digits.rfind("."), digits.rfind(","))
            grouped = len(set(re.findall(r"[.,]", digits))) == 1
            cut = len(digits) if grouped else last
            return float(re.sub(r"[.,]", "", digits[:cut]) + digits[cut:].replace(",", "."))
        raise flaw(
            cell, "không phải là số", "is no number", "hãy ghi như 1250 hoặc 1,5", "write it as 1250 or 1.5"
        )
    return float(digits.replace(",", "."))


def _refuse_what_excel_made(text: str) -> None:
    if text.startswith("#"):
        raise flaw(
            text, "là lỗi của Excel (công thức hỏng hoặc cột quá hẹp)",
            "is an error of Excel's (a broken formula)", "hãy xóa công thức và gõ số vào ô",
            "take the formula out and type the number",
        )  # fmt: skip
    if _DATE.fullmatch(text):
        raise flaw(
            text, "đã bị Excel đổi thành ngày", "was turned into a date by Excel",
            "hãy đặt ô ở dạng Văn bản (Text) rồi gõ lại", "set the cell to the format Text and type it again",
        )  # fmt: skip


def unit_of(word: str) -> str | None:
    """The unit of time that a word means."""
    return next((unit for unit, words in UNITS.items() if plain(word) in words), None)


def time_of_day(cell: str) -> int:
    """A time of day [min after midnight], 0 … 1440: `7:00`, `07h30`, `18 giờ`.

    Raises
    ------
    Flaw
        If there is no such time.
    """
    text = cell.strip()
    excel = _EXCEL_TIME.fullmatch(text)
    if excel:
        told = excel[1] or excel[2]
        text = "24:00" if told == "00:00" and "12-31" in text else told
    elif re.fullmatch(r"0?\.\d+", text):  # a fraction of a day, as a workbook keeps times
        minutes = round(float(text) * 1440)
        text = f"{minutes // 60}:{minutes % 60:02d}"
    else:
        _refuse_what_excel_made(text)
    found = _TIME.fullmatch(text)
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (99, 99)
    if found and (minutes > 59 or hours * 60 + minutes > 1440):
        raise flaw(
            cell, "là giờ không có: một ngày từ 00:00 đến 24:00",
            "is no time of day: a day goes from 00:00 to 24:00",
            "hãy ghi như 07:00; ca qua nửa đêm ghi 22:00 ở 'từ' và 06:00 ở 'đến'",
            "write it as 07:00; a night shift as from 22:00 to 06:00",
        )  # fmt: skip
    if not found:
        raise flaw(
            cell, "không phải là giờ", "is no time of day", "hãy ghi như 07:00 hoặc 7h30", "write it as 07:00"
        )
    return hours * 60 + minutes


def days(cell: str) -> tuple[int, ...]:
    """Days of the week, 0 for Monday: `T2-T6`, `T7, CN`, `mon-fri`; all of them if nothing is said.

    Raises
    ------
    Flaw
        If they are none.
    """
    text = " ".join(plain(cell).replace("_", " ").split()) if cell.strip() else ""
    if text in EVERY_DAY:
        return tuple(range(7))
    found: set[int] = set()
    for part in re.split(r"\s*[,;+&]\s*|\s+va\s+|\s+and\s+", _unmarked(cell)):
        ends = [WORDS.get(end.strip()) for end in re.split(r"\s*(?:-|–|—|\bden\b|\bto\b)\s*", part)]
        if len(ends) > 2 or any(end is None for end in ends):
            raise flaw(
                cell, "không phải là ngày trong tuần", "is no day of the week",
                "hãy ghi như T2-T6, T7 hoặc CN; cả tuần thì để trống",
                "write it as mon-fri or sat; every day: leave it empty",
            )  # fmt: skip
        first, last = int(ends[0] or 0), int(ends[-1] or 0)
        found |= {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    return tuple(sorted(found))


def _unmarked(text: str) -> str:
    """Lower case without Vietnamese marks, signs kept."""
    import unicodedata

    apart = unicodedata.normalize("NFD", text.strip().casefold().replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c))
