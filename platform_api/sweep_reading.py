"""A sweep as its reader meets it; screen and page are both made from what stands here."""

from __future__ import annotations

from collections.abc import Iterator

from platform_api.charts.tornado import Pair
from platform_api.formats import NBSP, Scale, number
from platform_api.sentences import difference_scale
from platform_api.sheet import Sheet
from platform_api.sweep_answer import Figure, Influence, Sweep
from platform_api.texts import Language, pick, text

HEADS = {
    "tornado": ("factor", "now", "low", "high", "low_change", "high_change"),
    "morris": ("factor", "range", "size", "interval", "mean", "spread"),
    "indices": ("factor", "range", "first", "interval", "total", "interval", "seeds"),
}
"""The columns of the table of influences, by method."""


class Reading:
    """One sweep, read in one language."""

    def __init__(self, answer: Sweep, language: Language) -> None:
        self.answer, self.language = answer, language

    def say(self, key: str, **values: object) -> str:
        """A text of sweeps."""
        return text(f"sweep.{key}", self.language, **values)

    @property
    def title(self) -> str:
        """The sweep's title, else what is varied."""
        if self.answer.title is not None:
            return pick(self.answer.title, self.language)
        return self.say("title", base=self.answer.name, count=len(self.answer.factors))

    @property
    def question(self) -> str:
        """What it answers, if it says so."""
        return pick(self.answer.question, self.language) if self.answer.question else ""

    @property
    def sentence(self) -> str:
        """What matters most; nothing of a method that does not tell."""
        if not self.answer.influences or self.answer.method not in HEADS:
            return ""
        of, figure = self.answer.influences[0], self.heading(0)
        if of.weight == 0:
            return self.say("most.nothing", figure=figure)
        told = {"figure": self._changed(), "factor": pick(of.label, self.language), "first": of.ends[0]}
        told |= {"last": of.ends[1], **self._most(of)}
        shown = "" if of.low is None or _is_shown(of.low) or _is_shown(of.high) else ".unsure"
        return self.say(f"most.{self.answer.method}{shown}", **told)

    def _most(self, of: Influence) -> dict[str, str]:
        if of.low is not None and of.high is not None:
            return {"low": self._change(of.low), "high": self._change(of.high)}
        if of.total is not None:
            return {"size": number(100 * of.total, 0, self.language)}
        return {"size": self._shown(of.size or 0.0, self.scale(0))}

    def sentences(self) -> Iterator[str]:
        """What matters most."""
        yield self.sentence

    @property
    def how(self) -> str:
        """How it was done."""
        method = self.say(f"method.{self.answer.method}")
        counts = {"places": len(self.answer.places), "count": self.answer.replications}
        return self.say("how", method=method, **counts)

    def heading(self, number_of: int) -> str:
        """What a figure is called, with its unit."""
        return self._headed(number_of, self.scale(number_of))

    def _changed(self) -> str:
        """What the first figure is called where its changes are told."""
        return self._headed(0, self.changes())

    def _headed(self, number_of: int, scale: Scale) -> str:
        unit = scale.unit_name(self.language)
        return f"{pick(self.answer.outcome_labels[number_of], self.language)}{f' [{unit}]' if unit else ''}"

    def changes(self) -> Scale:
        """In what changes of the first figure are shown: of a tornado they may be far smaller than it is."""
        ends = [end for of in self.answer.influences for end in (of.low, of.high) if end is not None]
        means = [end.mean for end in ends if end.mean is not None]
        if not any(means):
            return self.scale(0)
        halves = [end.half_width for end in ends if end.half_width]
        return difference_scale(self.answer.units[0], means, min(halves, default=None))

    def scale(self, number_of: int) -> Scale:
        """In what the figure is shown."""
        seen = [place.figures[number_of] for place in self.answer.places]
        means = [of.mean for of in seen if of.mean is not None]
        halves = [of.half_width for of in seen if of.half_width]
        return difference_scale(self.answer.units[number_of], means or [0.0], min(halves, default=None))

    # ---- what each factor does ---------------------------------------------------------------------------

    def heads(self) -> list[str]:
        """The columns of the table of influences; none of a method without."""
        return [self.say(f"column.{name}") for name in HEADS.get(self.answer.method, ())]

    def rows(self) -> Iterator[list[str]]:
        """A row for each factor, the one that does most first."""
        for of in self.answer.influences:
            name = f"{pick(of.label, self.language)}"
            yield [name, *getattr(self, f"_{self.answer.method}")(of)]

    def _tornado(self, of: Influence) -> list[str]:
        assert of.low is not None
        assert of.high is not None
        return [of.now or "–", *of.ends, self._change(of.low), self._change(of.high)]

    def _change(self, of: Figure) -> str:
        scale = self.changes()
        if of.mean is None:
            return "–"
        half = "" if of.half_width is None else f"{NBSP}±{NBSP}{self._shown(of.half_width, scale)}"
        return f"{'+' if of.mean > 0 else ''}{self._shown(of.mean, scale)}{half}"

    def _shown(self, value: float, scale: Scale) -> str:
        return number(value / scale.divisor, max(1, scale.digits), self.language)

    def _morris(self, of: Influence) -> list[str]:
        scale = self.scale(0)
        between = " – ".join(self._shown(end, scale) for end in of.size_interval or (0.0, 0.0))
        size, mean, spread = (self._shown(v or 0.0, scale) for v in (of.size, of.mean, of.spread))
        return [self._ends(of), size, between, mean, spread]

    def _indices(self, of: Influence) -> list[str]:
        return [
            self._ends(of), self._share(of.first), self._between(of.first_interval), self._share(of.total),
            self._between(of.total_interval), self._between(of.total_seeds),
        ]  # fmt: skip

    def _ends(self, of: Influence) -> str:
        return f"{of.ends[0]} – {of.ends[1]}"

    def _share(self, value: float | None) -> str:
        return number(value or 0.0, 2, self.language)

    def _between(self, of: tuple[float, float] | None) -> str:
        return "–" if of is None else " – ".join(number(end, 2, self.language) for end in of)

    def pairs(self) -> list[Pair]:
        """The bars of a tornado."""
        return [
            Pair(
                f"{pick(of.label, self.language)}: {of.ends[0]} – {of.ends[1]}",
                of.low.mean or 0.0, of.low.half_width, of.high.mean or 0.0, of.high.half_width,
            )
            for of in self.answer.influences
            if of.low is not None and of.high is not None
        ]  # fmt: skip

    @property
    def influences(self) -> str:
        """The title of the table of influences."""
        return self.say("influences", figure=self._changed())

    def sheets(self) -> Iterator[Sheet]:
        """What each factor does, then the figures at each place."""
        if heads := self.heads():
            title = self.influences
            yield Sheet(title, tuple(heads), tuple(map(tuple, self.rows())))
        yield Sheet(self.say("places"), tuple(self.place_heads()), tuple(map(tuple, self.place_rows())))

    # ---- places ------------------------------------------------------------------------------------------

    def place_heads(self) -> list[str]:
        """Factors, then figures."""
        factors = (pick(label, self.language) for label in self.answer.factor_labels)
        return [*factors, *(self.heading(i) for i in range(len(self.answer.outcomes)))]

    def place_rows(self) -> Iterator[list[str]]:
        """A row for each place."""
        scales = [self.scale(i) for i in range(len(self.answer.outcomes))]
        for place in self.answer.places:
            where = [str(place.settings.get(path, "–")) for path in self.answer.factors]
            told = [self._figure(of, scale) for of, scale in zip(place.figures, scales, strict=True)]
            yield [*where, *told]

    def _figure(self, of: Figure, scale: Scale) -> str:
        if of.mean is None:
            return "–"
        half = "" if of.half_width is None else f"{NBSP}±{NBSP}{self._shown(of.half_width, scale)}"
        return f"{self._shown(of.mean, scale)}{half}"


def _is_shown(of: Figure | None) -> bool:
    """Whether a change can be told from nothing."""
    return (
        of is not None and of.mean is not None and of.half_width is not None and abs(of.mean) > of.half_width
    )
