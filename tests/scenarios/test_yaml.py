"""The small, safe YAML: text stays text, and nothing surprising gets in."""

from __future__ import annotations

import pytest

from scenarios.errors import ScenarioError
from scenarios.yaml import LARGEST, read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12:30", "12:30"),
        ("no", "no"),
        ("yes", "yes"),
        ("true", "true"),
        ("2025-03-12", "2025-03-12"),
        ("017", "017"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("5 min", "5 min"),
        ('"5"', "5"),
        ("5", 5),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_a_word_means_what_a_planner_means(written, meant):
    read_back = read(f"key: {written}\n").data["key"]
    assert read_back == meant
    assert type(read_back) is type(meant)


def test_keys_are_text():
    assert list(read("{2025-03-12: 1, 50 %: 2, 7: 3, no: 4}").data) == ["2025-03-12", "50 %", "7", "no"]


def test_places_are_known_by_line_and_column():
    marks = read("a: 1\nb:\n  - x\n  - {c: 2}\n").marks
    assert marks[("b", 1, "c")] == (4, 6)
    assert marks[("b", 0)] == (3, 5)


def test_an_alias_is_a_copy_of_its_own():
    data = read("a: &x {b: [1]}\nc: *x\n").data
    assert data["c"] == data["a"]
    data["c"]["b"].append(2)
    assert data["a"]["b"] == [1]


def test_a_byte_order_mark_is_no_matter():
    assert read(b"\xef\xbb\xbfa: \xc3\xb4").data == {"a": "ô"}


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        (b"a: 1\nb: \xff", "is not UTF-8 text", 2),
        ("a: \ud800", "is not UTF-8 text", 1),
        ("a: \x01", "cannot be read", None),
        ("a: " + "x" * LARGEST, "is too large", None),
        ("a: " + "[" * 5000, "levels deep", 1),
        ("&a [*a]", "is not there", 1),
        ("a: !!binary aGk=", "carries the tag", 1),
        ("a: 1\n---\nb: 2\n", "more than one document", 2),
    ],
)
def test_what_is_refused_says_why_and_where(text, said, line):
    with pytest.raises(ScenarioError, match=said) as raised:
        read(text, "file.yaml")
    assert raised.value.problems[0].line == line
    assert raised.value.file == "file.yaml"


def test_the_plain_python_parser_reads_the_same(monkeypatch):
    """Where PyYAML comes without libyaml, files mean the same."""
    import yaml as pyyaml

    import scenarios.yaml

    text = "a: &x {b: [1, 12:30, no], 'c': \"d\"}\ne: *x\nf: |\n  g\n"
    fast = read(text)
    monkeypatch.setattr(scenarios.yaml, "_Loader", pyyaml.SafeLoader)
    assert read(text).data == fast.data
    with pytest.raises(ScenarioError, match="is not valid YAML"):
        read("a: [1")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read("a: \x01")
