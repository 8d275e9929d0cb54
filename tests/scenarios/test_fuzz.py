"""Whatever is written, a scenario loads or a `ScenarioError` says what is wrong with it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import ScenarioError
from scenarios.library import load_text
from scenarios.yaml import read

HERE = Path(__file__).parent / "valid"
TEXTS = [file.read_text(encoding="utf-8") for file in sorted(HERE.glob("*.yaml"))]
WORDS = (
    "next", "other", "by", "value", "source", "range", "owner", "documents", "truck", "5 min", "0", "-1",
    "assumption", "lesson", "goods", "fruit", "2025-03-12", "", "1e999", "9999999999 d", "a.b[0]", "<one>",
)  # fmt: skip
JUNK = st.one_of(
    st.none(),
    st.integers(-5, 2**40),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(WORDS),
    st.text(max_size=8),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.dictionaries(st.sampled_from(WORDS), st.sampled_from(WORDS), max_size=3),
)
QUICK = settings(max_examples=80)


def places(data, path=()):
    """All paths of plain data, the whole included."""
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutated(data, path, kind, junk, elsewhere):
    """Data with one thing replaced, removed, renamed, or put in another place."""
    whole = deepcopy(data)
    inner = whole
    for piece in path[:-1]:
        inner = inner[piece]
    last = path[-1]
    if kind == "replace":
        inner[last] = junk
    elif kind == "remove":
        del inner[last]
    elif kind == "move":
        inner[last] = elsewhere
    elif isinstance(inner, dict):
        inner[str(junk)] = inner.pop(last)
    else:
        inner.append(junk)
    return whole


def loads_or_says_why(text, overrides=()):
    """Anything else than a `ScenarioError` fails the test."""
    problems = None
    try:
        load_text(text, overrides, folder=HERE)
    except ScenarioError as error:
        problems = error.problems
    assert problems is None or len(problems) > 0
    assert all(problem.message.vi and problem.remedy.en for problem in problems or ())


@QUICK
@given(st.data())
def test_mutated_scenarios_load_or_say_why(data):
    plain = read(data.draw(st.sampled_from(TEXTS))).data
    for _ in range(data.draw(st.integers(1, 3))):
        paths = [path for path in places(plain) if path]
        if not paths:
            break
        other = plain
        for piece in data.draw(st.sampled_from(paths)):
            other = other[piece]
        kind = data.draw(st.sampled_from(("replace", "remove", "rename", "move")))
        plain = mutated(plain, data.draw(st.sampled_from(paths)), kind, data.draw(JUNK), deepcopy(other))
    loads_or_says_why(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False))


@QUICK
@given(st.data())
def test_texts_with_slips_of_the_keyboard_load_or_say_why(data):
    text = data.draw(st.sampled_from(TEXTS))
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 6))
    loads_or_says_why(text[:start] + data.draw(st.text(max_size=4)) + text[start + length :])


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_load_or_say_why(raw):
    loads_or_says_why(raw)


@QUICK
@given(st.data())
def test_overrides_load_or_say_why(data):
    text = data.draw(st.sampled_from(TEXTS))
    path = data.draw(st.sampled_from([path for path in places(read(text).data) if path]))
    dotted = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
    value = data.draw(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)))
    loads_or_says_why(text, [f"{dotted}={value}"])
