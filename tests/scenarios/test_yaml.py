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


MISTAKES = {
    "a:\n\tb: 1\n": (2, "phím tab", "a tab at"),
    "a:\n  b: 1\n\tc: 2\n": (3, "phím tab", "a tab at"),
    'a: "x\nb: 1\n': (None, "mở ở dòng 1 chưa đóng", "of line 1 is not closed"),
    "a: 1\nb: 'x\n": (None, "mở ở dòng 2 chưa đóng", "of line 2 is not closed"),
    "a: [1, 2\nb: 3\n": (2, "ngoặc mở ở dòng 1 chưa đóng", "bracket of line 1 is not closed"),
    "a: {b: 1\nc: 2\n": (2, "ngoặc mở ở dòng 1 chưa đóng", "bracket of line 1 is not closed"),
    "a: [1,,2]\n": (1, "thiếu giá trị trước ','", "missing before ','"),
    "a:\n  b: 1\n c: 2\n": (3, "thụt đầu dòng", "indentation"),
    "a: b: c\n": (1, "dấu hai chấm", "a colon where"),
    "title: Lạng Sơn: ngày\n": (1, "dấu hai chấm", "a colon where"),
    "a: 1\nb\nc: 2\n": (3, "dòng 2 thiếu dấu hai chấm", "line 2 lacks the colon"),
    "a: - b\n": (1, "danh sách", "a list"),
    "a:\n  - x\n  b: 1\n": (3, "danh sách", "a list"),
    'a: "x" y\n': (1, "chữ thừa", "left over at 'y'"),
    "a: @x\n": (1, "bắt đầu bằng '@'", "begins with '@'"),
    'a: "\\q"\n': (1, "'\\' lạ", "unknown '\\'"),
    "a: *\n": (1, "không kèm tên", "without a name"),
    "a: 1\na: 2\n": (2, "được viết hai lần", "is written twice"),
    "a: &x &y 1\n": (1, "", ""),
    "%FOO\n": (None, "", ""),
}
"""What planners mistype → the line where it is told, and words of what is said."""


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("written", MISTAKES)
def test_a_mistake_is_told_in_plain_words(written, loader, monkeypatch):
    import yaml as pyyaml

    import scenarios.yaml

    monkeypatch.setattr(scenarios.yaml, "_Loader", getattr(pyyaml, loader))
    line, vi, en = MISTAKES[written]
    with pytest.raises(ScenarioError) as raised:
        read(written)
    (problem,) = raised.value.problems
    assert vi in problem.message.vi
    assert en in problem.message.en
    assert line is None or problem.line == line
    assert problem.line
    assert problem.column
    if vi:
        english = ("while", "found", "expected", "token", "mapping", "scalar", "block")
        assert not any(word in problem.message.vi + problem.remedy.vi for word in english)


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
