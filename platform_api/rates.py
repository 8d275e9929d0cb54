"""What waiting costs, burns and spoils, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from platform_api.formats import duration, number
from platform_api.naming import value_name
from platform_api.texts import Language, text
from scenarios.resolved import Keeping, Rates, Resolved

Named = Callable[[str], str]
"""A step, as it is called in the words around."""


def rates_told(scenario: Resolved, named: Named, language: Language) -> Iterator[tuple[str, str]]:
    """(the word of `rates`, what it says) of each that is said, in the order of the reference page."""
    rates = scenario.rates
    if rates is None:
        return
    if rates.waits:
        yield "waits", _say("waits", language, steps=", ".join(map(named, rates.waits)))
    for word, value in _numbers(rates):
        yield word, _say(word, language, value=_as_it_is(value, language))
    if rates.spacing is not None:
        length = _as_it_is(rates.spacing, language)
        yield "queue", _say("queue", language, length=length, lanes=rates.lanes)
    for step, fee in rates.fees.items():
        yield f"fees.{step}", _say("fees", language, step=named(step), fee=number(fee, 0, language))
    for name, kept in rates.goods.items():
        yield f"goods.{name}", _kept(value_name("goods", name, scenario, language), kept, language)


def _numbers(rates: Rates) -> Iterator[tuple[str, float]]:
    told = {
        "waiting_cost": rates.waiting_cost,
        "idling": rates.idling,
        "engine_on": None if rates.idling is None else 100 * rates.engine_on,
        "co2": rates.co2,
        "overtime": None if rates.overtime is None else 100 * rates.overtime,
    }
    return ((word, value) for word, value in told.items() if value is not None)


def _as_it_is(value: float, language: Language) -> str:
    """A number with the decimals that it has."""
    decimals = f"{value:.9f}".rstrip("0").partition(".")[2]
    return number(value, len(decimals), language)


def _kept(goods: str, kept: Keeping, language: Language) -> str:
    return _say(
        "goods",
        language,
        goods=goods,
        load=number(kept.load, 0, language),
        price=number(kept.price, 0, language),
        fresh=duration(kept.fresh, language),
        spoilt=duration(kept.spoilt, language),
    )


def _say(word: str, language: Language, **values: object) -> str:
    return text(f"explain.rates.{word}", language, **values)
