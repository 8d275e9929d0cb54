"""What may be wrong with an answer, and what to do about it: (message, remedy), in a clerk's words."""

from __future__ import annotations

from platform_api.asking import cells
from scenarios.resolved import Label


def _said(vi: str, en: str, vi_do: str, en_do: str) -> tuple[Label, Label]:
    flaw = cells.flaw("", vi, en, vi_do, en_do)
    return flaw.message, flaw.remedy


UNASKED = _said(
    "không phải câu hỏi của kịch bản này", "is no question of this scenario",
    "hãy giữ nguyên cột A; kịch bản đã đổi thì in lại phiếu",
    "leave column A as it is; print it again if the scenario changed",
)  # fmt: skip
ALL_THREE = _said(
    "còn trống trong khi ô bên cạnh đã ghi", "is empty while the cells beside it are not",
    "hãy ghi đủ cả ba; lúc nào cũng thế thì ghi ba số bằng nhau; không biết thì để trống cả ba",
    "fill in all three; if it is always the same, the same number three times; if it is not known, none",
)  # fmt: skip
ORDER = _said(
    "không theo thứ tự: số đầu phải nhỏ nhất, số cuối lớn nhất",
    "are not in order: the first must be the smallest, the last the largest",
    "hãy xem có ghi ngược ô không", "look whether they were put into each other's cells",
)  # fmt: skip
NO_TIME = _said(
    "là 0: việc nào cũng mất thời gian", "is 0: everything takes some time",
    "hãy ghi thời gian lâu nhất, hoặc để trống cả ba", "write the longest time, or leave all three empty",
)  # fmt: skip
WHOLE = _said(
    "không phải số nguyên", "is no whole number", "hãy ghi số nguyên, như 4; thời gian lẻ ghi thành hai ca",
    "write a whole number, such as 4; part time is a shift of its own",
)  # fmt: skip
PERCENT = _said("lớn hơn 100 %", "is above 100 %", "hãy ghi từ 0 đến 100", "write 0 to 100")
BOTH_HOURS = _said(
    "còn trống: thiếu giờ bắt đầu hoặc giờ kết thúc", "is empty: the begin or the end is missing",
    "hãy ghi cả hai giờ, như 07:00 và 18:00", "write both, such as 07:00 and 18:00",
)  # fmt: skip
NO_HOURS = _said(
    "trùng với giờ bắt đầu", "is the time of the beginning", "cả ngày đêm thì ghi từ 00:00 đến 24:00",
    "day and night is from 00:00 to 24:00",
)  # fmt: skip
HOW_MANY = _said(
    "còn trống: ca này có bao nhiêu người", "is empty: how many are there in this shift",
    "hãy ghi ít nhất, thường, nhiều nhất; ca không có thì xóa cả giờ",
    "write fewest, usual and most; or take the hours out too",
)  # fmt: skip
WHICH_SHIFT = _said(
    "còn trống: ca từ mấy giờ đến mấy giờ", "is empty: from when to when is this shift",
    "hãy ghi giờ của ca, như 07:00 và 18:00", "write the hours of the shift, such as 07:00 and 18:00",
)  # fmt: skip
HOW_LONG = _said(
    "còn trống: làm giấy mất bao lâu", "is empty: how long does it take on paper",
    "hãy ghi nhanh nhất, thường, lâu nhất", "write fastest, usual and slowest",
)  # fmt: skip
WAIT_OR_PAPER = _said(
    "không rõ là chờ hay làm giấy", "is neither to wait nor to work on paper",
    "hãy chọn trong danh sách của ô", "choose from the list of the cell",
)  # fmt: skip
