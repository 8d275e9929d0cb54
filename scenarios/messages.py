"""Messages over a platform: one written step becomes its tries, their answers and the pauses between them.

A try waits for the platform (which handles so many messages at a time) and then for its answer; when its
time is out, the next one follows after a pause (law §4, Message). So engines know steps and patience only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scenarios.errors import Flaw
from scenarios.findings import Findings
from scenarios.grid import SIDE, SIZE
from scenarios.paths import Path, dotted
from scenarios.quantities import Stated
from scenarios.resolved import (
    DAY,
    By,
    Label,
    Message,
    Need,
    Platform,
    Resolved,
    Resource,
    Shift,
    Step,
    Table,
    Tree,
)
from scenarios.routes import Way
from scenarios.schema_steps import AnyStep, MessageStep
from scenarios.trees import Trees, Values

HANDLING = ".messages"
"""What the name of the resource ends in that is a platform's limit of messages."""

USUAL_TRIES, MOST_TRIES = 3, 10
FINE = 0.001
"""How far the limit of a platform may be off, since times are whole milliseconds."""

Parts = Mapping[str, Message]
"""Name of a step → what it is of a message, in the order of the file."""


def parts_of(name: str, tries: int, pauses: bool) -> dict[str, Message]:
    """The steps that a message consists of; the first has its name."""
    found: dict[str, Message] = {}
    for tried in range(1, tries + 1):
        sent = _try(name, tried)
        found[sent] = Message(name, "sent", tried)
        found[f"{sent}.answer"] = Message(name, "answer", tried)
        if pauses and tried < tries:
            found[f"{sent}.pause"] = Message(name, "pause", tried)
    return found


def _try(name: str, tried: int) -> str:
    return name if tried == 1 else f"{name}.try{tried}"


def onward(parts: Parts, following: str | None) -> dict[str, str | None]:
    """What follows each part if all goes well: the answer, then what follows the message."""
    found: dict[str, str | None] = {}
    for name, message in parts.items():
        if message.part == "sent":
            found[name] = f"{name}.answer"
        else:
            found[name] = following if message.part == "answer" else _try(message.of, message.tried + 1)
    return found


def message_steps(
    parts: Parts, first: Step, latency: Tree, pauses: Sequence[str], failed_to: str | None
) -> dict[str, Step]:
    """The parts as steps. `first` is a try without what follows its time-out; `pauses` are tables."""
    made: dict[str, Step] = {}
    for name, message in parts.items():
        told = _told(first, message)
        if message.part == "pause":
            made[name] = replace(told, kind="wait", time=pauses[message.tried - 1])
            continue
        sent = _try(message.of, message.tried)
        again = next((n for n in (f"{sent}.pause", _try(message.of, message.tried + 1)) if n in parts), None)
        told = replace(told, platforms=first.platforms, patience=first.patience)
        told = replace(told, patience_to=(again or failed_to) if first.patience is not None else None)
        if message.part == "sent":
            made[name] = replace(told, kind=first.kind, needs=first.needs, time=first.time,
                                 milestones=_marks(first, came=True))  # fmt: skip
        else:
            made[name] = replace(told, kind="wait", time=latency, milestones=_marks(first, came=False))
    return made


def _told(first: Step, message: Message) -> Step:
    """What all parts of a message have in common, and what people read."""
    vi, en = first.label.vi, first.label.en
    if message.tried > 1:
        vi, en = f"{vi}, lần {message.tried}", f"{en}, try {message.tried}"
    if message.part != "sent":
        more = {"answer": (": chờ trả lời", ": answer"), "pause": (": chờ gửi lại", ": pause")}[message.part]
        vi, en = vi + more[0], en + more[1]
    return Step(Label(vi, en), "wait", agency=first.agency, purpose=first.purpose, zone=first.zone,
                priority=first.priority, message=message)  # fmt: skip


def _marks(first: Step, *, came: bool) -> tuple[str, ...]:
    """One arrives as one comes to the step; what else it marks is reached with the answer."""
    return tuple(mark for mark in first.milestones if (mark == "arrived") == came)


# ---- from the written form ----


def written_parts(name: str, step: MessageStep) -> dict[str, Message]:
    """The parts of a message step as it is written."""
    return parts_of(name, _tries(step), step.back_off is not None)


def _tries(step: MessageStep) -> int:
    if step.time_out is None:
        return 1
    return USUAL_TRIES if step.tries is None else max(1, min(MOST_TRIES, step.tries.value))


def all_parts(name: str, step: AnyStep) -> tuple[str, ...]:
    """All steps that a written step stands for."""
    return tuple(written_parts(name, step)) if isinstance(step, MessageStep) else (name,)


def tries(name: str, step: AnyStep) -> tuple[str, ...]:
    """The steps in which somebody waits who waits for a written step."""
    return _these(name, step, ("sent",))


def slowed(name: str, step: AnyStep) -> tuple[str, ...]:
    """The steps that take longer when a written step does: no pauses."""
    return _these(name, step, ("sent", "answer"))


def _these(name: str, step: AnyStep, parts: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(step, MessageStep):
        return (name,)
    return tuple(part for part, message in written_parts(name, step).items() if message.part in parts)


def with_messages(way: Way, steps: Mapping[str, AnyStep]) -> Way:
    """The way with all parts of its messages."""
    following, branch_of = dict(way.next), dict(way.branch_of)
    for name in way.next:
        step = steps.get(name)
        if isinstance(step, MessageStep):
            parts = written_parts(name, step)
            following |= onward(parts, way.next[name])
            branch_of |= {part: way.branch_of[name] for part in parts if name in way.branch_of}
    return replace(way, next=following, branch_of=branch_of)


def resolve_message(
    name: str, step: MessageStep, first: Step, values: Values, used: bool, platform: Platform, trees: Trees
) -> dict[str, Step]:
    """All steps of a message; `first` has what every step may say that writes visits."""
    path: Path = ("steps", name)
    _check_words(path, step, trees.findings)
    latency = trees.time(step.latency, (*path, "latency"), values) if used else None
    limit = trees.constant(step.time_out.value, (*path, "time_out")) if step.time_out else None
    if step.time_out is not None:
        _check_in_time(path, step.time_out, latency, trees)
    handling = platform.handling
    first = replace(
        first, kind="wait" if handling is None else "work", platforms=(step.platform,), patience=limit,
        needs=() if handling is None else (Need(((handling, 1),)),),
        time=rate_table(step.platform) if handling else trees.constant(0, (*path, "handling")),
    )  # fmt: skip
    parts = written_parts(name, step)
    return message_steps(parts, first, latency, _pauses(step, path, trees), step.failed_to)


def _pauses(step: MessageStep, path: Path, trees: Trees) -> list[str]:
    """Tables of the pauses: each is twice the one before."""
    if step.back_off is None:
        return []
    first = step.back_off.value
    return [trees.constant(first << n, (*path, "back_off", n + 1)) for n in range(_tries(step) - 1)]


# ---- how many a platform handles ----


def rate_table(platform: str) -> str:
    """The name of the table of how long the platform handles a message."""
    return dotted(("platforms", platform, "rate"))


def handling_pool(label: Label, rate: float) -> tuple[Resource, int]:
    """So many messages at a time, each so long [ms], that the platform handles `rate` a day at most.

    As few as keep to the rate within one in a thousand, since times are whole milliseconds.

    Raises
    ------
    Flaw
        If it handles none, or more than a thousand each millisecond.
    """
    if not 0 < rate <= 1000 * DAY:
        raise Flaw(
            f"{rate:g} /d",
            Label(vi="không phải là số bản tin mà một nền tảng xử lý được",
                  en="is not a number of messages that a platform handles"),
            Label(vi="hãy viết chẳng hạn 'rate: 600 /min', hoặc bỏ 'rate' nếu không có giới hạn",
                  en="write for example 'rate: 600 /min', or leave rate out if there is no limit"),
        )  # fmt: skip
    each, at_once = DAY / rate, 1
    while round(each * at_once) < 1 or abs(round(each * at_once) / (each * at_once) - 1) > FINE:
        at_once += 1
    told = Label(vi=f"{label.vi}: bản tin", en=f"{label.en}: messages")
    return Resource(told, (Shift(None, at_once),), kind="messages"), round(each * at_once)


# ---- what cannot work ----


def _check_words(path: Path, step: MessageStep, findings: Findings) -> None:
    if step.time_out is None:
        for word in ("tries", "back_off", "failed_to"):
            if getattr(step, word) is not None:
                findings.wrong(
                    (*path, word), None,
                    Label(vi="đứng một mình: không có 'time_out' thì bản tin chờ tới khi được trả lời",
                          en="stands alone: without a time_out a message waits until it is answered"),
                    Label(vi="hãy thêm 'time_out: 30 s', hoặc bỏ từ này",
                          en="add 'time_out: 30 s', or leave it out"),
                )  # fmt: skip
    elif step.time_out.value == 0:
        findings.wrong(
            (*path, "time_out"), step.time_out.written,
            Label(vi="là 0: không bản tin nào kịp được trả lời", en="is 0: no message could be answered"),
            Label(vi="hãy viết chẳng hạn 'time_out: 30 s'", en="write for example 'time_out: 30 s'"),
        )  # fmt: skip
    if step.tries is not None and not 1 <= step.tries.value <= MOST_TRIES:
        findings.wrong(
            (*path, "tries"), step.tries.written,
            Label(vi=f"không nằm trong 1 … {MOST_TRIES}", en=f"is not within 1 … {MOST_TRIES}"),
            Label(vi="hãy viết số lần gửi, cả lần đầu, chẳng hạn 'tries: 3'",
                  en="write how often it is sent, the first time included, such as 'tries: 3'"),
        )  # fmt: skip
    if step.back_off is not None and step.tries is not None and step.tries.value == 1:
        findings.wrong(
            (*path, "back_off"), step.back_off.written,
            Label(vi="đứng cạnh 'tries: 1': không có lần gửi lại nào",
                  en="stands beside 'tries: 1': nothing is sent again"),
            Label(vi="hãy viết 'tries: 2' hoặc hơn, hoặc bỏ 'back_off'",
                  en="write 'tries: 2' or more, or leave back_off out"),
        )  # fmt: skip


def _check_in_time(path: Path, time_out: Stated[int], latency: Tree, trees: Trees) -> None:
    """The quickest answer of each kind of entity comes before the time is out."""
    for leaf in _leaves(latency):
        quickest = _lowest(trees.tables[leaf])
        if quickest >= time_out.value > 0:
            trees.findings.wrong(
                (*path, "time_out"), time_out.written,
                Label(vi=f"không dài hơn câu trả lời nhanh nhất ({quickest} ms): lần gửi nào cũng quá hạn",
                      en=f"is not longer than the quickest answer ({quickest} ms): every try is too late"),
                Label(vi="hãy tăng 'time_out' hoặc giảm 'latency'",
                      en="raise time_out, or lower the latency"),
            )  # fmt: skip
            return


def _lowest(table: Table) -> int:
    """Of a constant, the grid (whose lower side begins at the median), or steps (shares, then values)."""
    if len(table) == 1:
        return table[0]
    return table[SIDE - 1] if len(table) == SIZE else table[len(table) // 2]


def _leaves(tree: Tree) -> Iterator[str]:
    if isinstance(tree, By):
        for case in tree.cases.values():
            yield from _leaves(case)
    elif isinstance(tree, str):
        yield tree


def doubt_messages(scenario: Resolved, findings: Findings) -> None:
    """Note the limits of platforms that nobody sends messages to."""
    used = {pool for step in scenario.steps.values() for need in step.needs for pool, _ in need.any_of}
    for name, platform in scenario.platforms.items():
        if platform.handling is not None and platform.handling not in used:
            findings.doubt(
                ("platforms", name, "rate"), name,
                Label(vi="giới hạn số bản tin mà không bước nào gửi",
                      en="limits messages that no step sends"),
                Label(vi="hãy thêm một bước 'kind: message', hoặc bỏ 'rate'",
                      en="add a step of 'kind: message', or leave rate out"),
            )  # fmt: skip
