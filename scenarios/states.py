"""From the written to the resolved form: conditions on the state of a run, and balking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios import resolved
from scenarios.errors import Flaw, not_one_word, suggestion
from scenarios.findings import Findings
from scenarios.messages import all_parts, tries
from scenarios.paths import Path
from scenarios.resolved import CERTAIN, REST, Label
from scenarios.schema_state import Balk, Condition
from scenarios.schema_steps import AnyStep, ChooseStep, VisitStep

MEASURES = {"queue": "queue", "backlog": "backlog", "inside": "inside", "occupancy": "zone", "stock": "stock"}
"""Word of a condition that is a number → what is read."""

WORDS = (*MEASURES, "up", "down")


def conditions(
    written: Sequence[Condition], path: Path, steps: Mapping[str, AnyStep], findings: Findings
) -> tuple[resolved.Condition, ...]:
    """All of the conditions that stand at a place."""
    found = []
    for i, one in enumerate(written):
        place = path if len(written) == 1 else (*path, i)
        with findings.at(*place):
            found.append(_condition(one, steps))
    return tuple(found)


def _condition(written: Condition, steps: Mapping[str, AnyStep]) -> resolved.Condition:
    """One condition.

    Raises
    ------
    Flaw
        If it reads nothing or two things, has no threshold or one that it cannot have.
    """
    said = [word for word in WORDS if getattr(written, word)]
    if len(said) != 1:
        reads, several = Label(vi="xét", en="reads"), Label(vi="nhiều điều kiện", en="several conditions")
        raise not_one_word(said, WORDS, reads, several)
    word = said[0]
    if written.flows and word not in ("queue", "backlog"):
        raise _flows(word)
    _check_takes_time(word, getattr(written, word), steps)
    if word in MEASURES:
        return _measure(written, word, steps)
    if written.above is not None or written.below is not None:
        raise _threshold_of_platform(word)
    platform = (str(getattr(written, word)),)
    return resolved.Condition("platform", platform, above=0 if word == "up" else None,
                              below=1 if word == "down" else None)  # fmt: skip


def _measure(written: Condition, word: str, steps: Mapping[str, AnyStep]) -> resolved.Condition:
    above = None if written.above is None else written.above.value
    below = None if written.below is None else written.below.value
    if above is None and below is None:
        raise _no_threshold(word)
    if below == 0 or (above is not None and below is not None and below - above < 2):
        raise _never(above, below)
    names = tuple(dict.fromkeys(getattr(written, word)))
    if word in ("queue", "backlog"):  # of a message: of all its tries
        parts = tries if word == "queue" else all_parts
        names = tuple(part for name in names for part in parts(name, steps[name]))
    return resolved.Condition(MEASURES[word], names, written.flows, above, below)  # type: ignore[arg-type]


def _check_takes_time(word: str, names: Sequence[str], steps: Mapping[str, AnyStep]) -> None:
    """Nobody is ever at a step that takes no time."""
    if word in ("queue", "backlog"):
        for name in names:
            if not isinstance(steps[name], VisitStep):
                raise Flaw(
                    name,
                    Label(vi=f"xét '{name}', nơi không ai chờ vì bước này không mất thời gian",
                          en=f"reads '{name}', a step that takes no time: nobody is ever there"),
                    Label(vi="hãy xét một bước 'work', 'wait' hoặc 'parallel'",
                          en="read a step that takes time"),
                )  # fmt: skip


def _flows(word: str) -> Flaw:
    return Flaw(
        word,
        Label(vi=f"có 'flows' cạnh '{word}'", en=f"has 'flows' beside '{word}'"),
        Label(vi="hãy bỏ 'flows': chỉ dùng cùng 'queue' và 'backlog'",
              en="leave 'flows' out: it goes with 'queue' and 'backlog' only"),
    )  # fmt: skip


def _threshold_of_platform(word: str) -> Flaw:
    return Flaw(
        word,
        Label(vi=f"có ngưỡng cạnh '{word}'", en=f"has a threshold beside '{word}'"),
        Label(vi="hãy bỏ 'above' và 'below'", en="leave 'above' and 'below' out"),
    )


def _no_threshold(word: str) -> Flaw:
    return Flaw(
        word,
        Label(vi=f"xét '{word}' mà không có ngưỡng", en=f"reads '{word}' without a threshold"),
        Label(vi="hãy thêm 'above: 20' hoặc 'below: 5'", en="add 'above: 20' or 'below: 5'"),
    )


def _never(above: int | None, below: int | None) -> Flaw:
    said = f"above {above}, below {below}" if above is not None else f"below {below}"
    return Flaw(
        said,
        Label(vi=f"không bao giờ đúng ({said})", en=f"can never hold ({said})"),
        Label(vi="hãy sửa các ngưỡng: 'above' là nhiều hơn, 'below' là ít hơn",
              en="correct the thresholds: 'above' is more than, 'below' is less than"),
    )  # fmt: skip


# ---- choices ----


def check_choice_by_state(name: str, step: ChooseStep, findings: Findings) -> None:
    """Each option has its conditions, but `other`, which is taken when none hold."""
    path = ("steps", name)
    for option in step.when:
        if option not in step.options or option == REST:
            said = Label(vi=f"có điều kiện cho '{option}', không phải lựa chọn xét điều kiện",
                         en=f"has a condition for '{option}', which is no option that has one")  # fmt: skip
            own = [one for one in step.options if one != REST]
            findings.wrong((*path, "when", option), option, said, suggestion(option, own))
    for option in step.options:
        if option not in step.when and option != REST:
            findings.wrong(
                (*path, "options", option), option,
                Label(vi="không có điều kiện trong 'when'", en="has no condition in 'when'"),
                Label(vi=f"hãy thêm 'when: {{{option}: {{queue: …, above: 20}}}}'",
                      en=f"add 'when: {{{option}: {{queue: …, above: 20}}}}'"),
            )  # fmt: skip
    if REST not in step.options:
        findings.wrong(
            (*path, "options"), None,
            Label(vi="không cho biết đi đâu khi không điều kiện nào đúng",
                  en="does not say where to go when no condition holds"),
            Label(vi="hãy thêm 'other: next'", en="add 'other: next'"),
        )  # fmt: skip


# ---- balking ----


def balking(written: Balk | None, path: Path, findings: Findings) -> resolved.Balking | None:
    """Who does not join: the threshold of the draw by the number that waits."""
    if written is None:
        return None
    if (written.at is None) == (not written.chances):
        findings.wrong(
            path, None,
            Label(vi="cần đúng một trong 'at' và 'chances'", en="needs exactly one of 'at' and 'chances'"),
            Label(vi="hãy viết 'at: 20' hoặc 'chances: {10: 20 %, 20: 100 %}'",
                  en="write 'at: 20' or 'chances: {10: 20 %, 20: 100 %}'"),
        )  # fmt: skip
        return None
    shares = {written.at.value: 1.0} if written.at else {n: s.value for n, s in written.chances.items()}
    if shares.get(0) == 1.0:
        findings.wrong(
            path, 0,
            Label(vi="không cho ai vào bao giờ, kể cả khi không ai chờ",
                  en="lets nobody join, not even when nobody waits"),
            Label(vi="hãy viết số từ 1 trở lên, hoặc tỷ lệ dưới 100 %",
                  en="write a number of 1 or more, or a share below 100 %"),
        )  # fmt: skip
    return resolved.Balking(tuple((n, round(shares[n] * CERTAIN)) for n in sorted(shares)), written.to)
