"""What was heard as its reader meets it: who answered, every question with all voices, what is open."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.asking.heard import Heard, Intake
from platform_api.sheet import Sheet
from platform_api.texts import Language, pick, text


class Reading:
    """One answer, read in one language."""

    def __init__(self, answer: Intake, language: Language) -> None:
        self.answer, self.language = answer, language

    def say(self, key: str, **values: object) -> str:
        """A text of `intake`."""
        return text(f"intake.{key}", self.language, **values)

    @property
    def title(self) -> str:
        """Whose scenario was asked about."""
        return self.say("title", scenario=pick(self.answer.title, self.language))

    @property
    def first(self) -> str:
        """How many told how much, and on what they part."""
        of = self.answer
        said = self.say("first", people=len(of.people), questions=len(of.heard))
        open_ = sum(bool(each.apart) for each in of.heard)
        return f"{said} {self.say('open', count=open_) if open_ else self.say('none_open')}"

    def sheets(self) -> Iterator[Sheet]:
        """All tables, in their order."""
        yield self._people()
        for kind in dict.fromkeys(each.kind for each in self.answer.heard):
            yield self._kind(kind)
        yield self._parted()
        notes = tuple(f"· {pick(label, self.language)}: {count}" for label, count in self.answer.silent)
        if notes:
            yield Sheet(self.say("silent"), (), (), notes)

    def _people(self) -> Sheet:
        heads = tuple(
            self.say(f"people.{name}") for name in ("mark", "agency", "position", "date", "answered")
        )
        rows = tuple(
            (
                of.mark,
                pick(of.agency, self.language),
                of.position or "–",
                of.date or "–",
                f"{of.answered}/{of.asked}",
            )
            for of in self.answer.people
        )
        return Sheet(self.say("people"), heads, rows)

    def _kind(self, kind: str) -> Sheet:
        heads = tuple(self.say(f"heard.{name}") for name in ("question", "who", "said", "remark"))
        rows: list[tuple[str, ...]] = []
        for of in self.answer.heard:
            if of.kind == kind:
                rows += self._rows(of)
        return Sheet(self.say(f"{kind}.title"), heads, tuple(rows), (self.say(f"pool.{kind}"),))

    def _rows(self, of: Heard) -> Iterator[tuple[str, ...]]:
        name = pick(of.label, self.language)
        for voice in of.voices:
            yield name, voice.mark, pick(voice.said, self.language), voice.remark
            name = ""
        yield "", "➤", self._pooled(of), self._note(of)

    def _pooled(self, of: Heard) -> str:
        if of.pooled is not None:
            return pick(of.pooled, self.language)
        return self.say("stays") if of.apart else "–"

    def _note(self, of: Heard) -> str:
        said = []
        if of.apart:
            said.append(self.say("apart", pairs=", ".join("–".join(pair) for pair in of.apart)))
        if of.beyond:
            said.append(self.say("beyond"))
        return "; ".join(said)

    def _parted(self) -> Sheet:
        notes = tuple(
            f"! {pick(of.label, self.language)}: {self._note(of)}" for of in self.answer.heard if of.apart
        )
        return Sheet(self.say("parted"), (), (), notes or (self.say("none_open"),))
