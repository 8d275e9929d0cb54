"""Messages over platforms: how many, how long until they are answered, how many are sent again or fail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.declare import Measured, Scalar, Stratum, kpi, ratio
from metrics.kpis_flow import OURS
from metrics.replication import Replication
from metrics.visits import Mask, reached
from sim.log import EMPTY, VISIT_OUTCOMES, Column

BY = ("platform",)
NEEDS = ("flow:messages",)
TIMES = ("n", "mean", "p50", "p95", "max")
_ANSWERED, _TOO_LATE = VISIT_OUTCOMES.index("completed"), VISIT_OUTCOMES.index("reneged")


@dataclass(frozen=True, slots=True)
class Messages:
    """Every message of a platform, one element each; times are EMPTY where not reached [ms].

    sent : when it was first sent · answered : when its answer came in time · failed : when the last try
    failed · again : whether it was sent more than once
    """

    sent: Column
    answered: Column
    failed: Column
    again: Mask


def read_messages(run: Replication, platform: str) -> Messages:
    """The tries of each message, found by who sends it and when it was first sent."""
    visits, steps = run.log.visits, [run.scenario.steps[name] for name in run.log.names.steps]
    told = [s.message if s.message is not None and platform in s.platforms else None for s in steps]
    written = {message.of: n for n, message in enumerate(m for m in told if m is not None)}
    last = {of: max(m.tried for m in told if m is not None and m.of == of) for of in written}
    of = np.array([-1 if m is None else written[m.of] for m in told], np.int64)[visits["step"]]
    first = _at(run, [m is not None and m.part == "sent" and m.tried == 1 for m in told])
    second = _at(run, [m is not None and m.part == "sent" and m.tried == 2 for m in told])
    final = _at(run, [m is not None and m.tried == last[m.of] for m in told])
    answer = _at(run, [m is not None and m.part == "answer" for m in told])

    span = run.log.end - run.log.begin + 1
    key = (visits["entity"] * (len(told) + 1) + of) * span + (visits["joined"] - run.log.begin)
    order = np.flatnonzero(first)[np.argsort(key[first], kind="stable")]
    starts = key[order]

    def noted(rows: Mask) -> Column:
        """When each message had its row of this kind end."""
        times = np.full(len(order), EMPTY, np.int64)
        times[np.searchsorted(starts, key[rows], side="right") - 1] = visits["ended"][rows]
        return times

    again = np.zeros(len(order), np.bool_)
    again[np.searchsorted(starts, key[second], side="right") - 1] = True
    outcome = visits["outcome"]
    return Messages(
        visits["joined"][order], noted(answer & (outcome == _ANSWERED)),
        noted(final & (outcome == _TOO_LATE)), again,
    )  # fmt: skip


def _at(run: Replication, chosen: list[bool]) -> Mask:
    """Which visits are at the chosen steps."""
    mine: Mask = np.array(chosen, np.bool_)[run.log.visits["step"]]
    return mine


def _sent_in_window(run: Replication, messages: Messages) -> Mask:
    return run.within(messages.sent)


@kpi(
    unit="1",
    by=BY,
    needs=NEEDS,
    vi="Số bản tin",
    en="Messages",
    meaning="Messages first sent over the platform in the window; a message that is sent again is one.",
    nghia="Số bản tin gửi lần đầu qua nền tảng trong kỳ; bản tin gửi lại vẫn tính là một.",
    source=OURS,
)
def messages_sent(run: Replication, of: Stratum) -> Scalar:
    n = int(np.count_nonzero(_sent_in_window(run, read_messages(run, of.name))))
    return Scalar(n, n)


@kpi(
    unit="ratio",
    better="lower",
    by=BY,
    needs=NEEDS,
    vi="Bản tin gửi lại",
    en="Sent again",
    meaning="Of the messages first sent in the window, the share that was sent more than once.",
    nghia="Trong số bản tin gửi lần đầu trong kỳ, tỷ lệ phải gửi hơn một lần.",
    source=OURS,
)
def message_retried(run: Replication, of: Stratum) -> Scalar:
    messages = read_messages(run, of.name)
    mine = _sent_in_window(run, messages)
    n = int(np.count_nonzero(mine))
    return ratio(int(np.count_nonzero(mine & messages.again)), n, n)


@kpi(
    unit="ratio",
    better="lower",
    by=BY,
    needs=NEEDS,
    vi="Bản tin lỗi",
    en="Failed messages",
    meaning="Of the messages first sent in the window that were answered or given up, the share that was "
    "given up after its last try (messages, not tries).",
    nghia="Trong số bản tin gửi lần đầu trong kỳ đã được trả lời hoặc đã bỏ, tỷ lệ phải bỏ sau lần gửi cuối "
    "(tính theo bản tin, không theo lần gửi).",
    source=OURS,
)
def message_failed(run: Replication, of: Stratum) -> Scalar:
    messages = read_messages(run, of.name)
    failed = reached(messages.failed)
    over = _sent_in_window(run, messages) & (failed | reached(messages.answered))
    n = int(np.count_nonzero(over))
    return ratio(int(np.count_nonzero(over & failed)), n, n)


@kpi(
    unit="s",
    better="lower",
    by=BY,
    needs=NEEDS,
    stats=TIMES,
    vi="Độ trễ bản tin",
    en="Message latency",
    meaning="From first sending a message to its answer, tries that failed and pauses included; of those "
    "answered in the window.",
    nghia="Từ lúc gửi bản tin lần đầu đến khi được trả lời, kể cả các lần gửi hỏng và thời gian nghỉ; tính "
    "cho bản tin được trả lời trong kỳ.",
    source=OURS,
)
def message_latency(run: Replication, of: Stratum) -> Measured:
    messages = read_messages(run, of.name)
    mine = run.within(messages.answered)
    return messages.answered[mine] - messages.sent[mine]


@kpi(
    unit="s",
    better="lower",
    by=BY,
    needs=NEEDS,
    stats=TIMES,
    vi="Thời gian ở nền tảng",
    en="Time at the platform",
    meaning="From sending to being handled by the platform: its queue, an outage and the handling, without "
    "the answer; of the tries handled in the window.",
    nghia="Từ lúc gửi đến khi nền tảng xử lý xong: hàng chờ, sự cố và xử lý, không kể chờ trả lời; tính cho "
    "các lần gửi được xử lý trong kỳ.",
    source=OURS,
)
def message_handling(run: Replication, of: Stratum) -> Measured:
    steps = [run.scenario.steps[name] for name in run.log.names.steps]
    sent = [s.message is not None and s.message.part == "sent" and of.name in s.platforms for s in steps]
    visits = run.log.visits
    mine = _at(run, sent) & (visits["outcome"] == _ANSWERED) & run.within(visits["ended"])
    taken: Column = visits["ended"][mine] - visits["joined"][mine]
    return taken
