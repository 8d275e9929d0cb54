"""Every text a person reads: in both languages, with the same placeholders, and used somewhere."""

import ast
import json
import re
import string
from pathlib import Path

import pytest

from platform_api import texts
from scenarios.resolved import Label

ROOT = Path(__file__).parents[2]
FILE = ROOT / "platform_api" / "texts.json"
TEXTS = json.loads(FILE.read_text(encoding="utf-8"))


def placeholders(content: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(content) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_says_the_same_in_both_languages(key: str) -> None:
    pair = TEXTS[key]
    assert set(pair) == {"vi", "en"}
    assert pair["vi"].strip()
    assert pair["en"].strip()
    assert placeholders(pair["vi"]) == placeholders(pair["en"])


def test_no_key_stands_twice() -> None:
    def no_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    json.loads(FILE.read_text(encoding="utf-8"), object_pairs_hook=no_twice)


def test_the_english_is_english_and_the_vietnamese_is_not() -> None:
    marks = re.compile(
        r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE
    )
    for key, pair in TEXTS.items():
        assert not marks.search(pair["en"].replace("Cửa Khẩu", "")), key
        words = re.sub(r"\{\w+\}|P10–P90", "", pair["vi"]).split()
        assert marks.search(pair["vi"]) or len(words) < 4, key


def strings_of_the_package() -> set[str]:
    """Literal texts in the code; f-strings with their changing parts as `*`; what the templates say."""
    found: set[str] = set()
    for path in (ROOT / "platform_api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (v.value if isinstance(v, ast.Constant) else "*" for v in node.values)
                found.add("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for path in (ROOT / "platform_api" / "templates").glob("*.j2"):
        found |= set(re.findall(r'say\("([^"]+)"', path.read_text(encoding="utf-8")))
    return found


PREFIXES = ("", "help.", "error.", "explain.", "report.", "screen.")
"""What code puts before a key: `say` of the page adds `report.`, `refuse` adds `error.` …"""


def test_every_text_is_used() -> None:
    used = strings_of_the_package()
    patterns = [
        re.compile(re.escape(each).replace(r"\*", ".+")) for each in used if "*" in each and "." in each
    ]

    def is_used(key: str) -> bool:
        names = {key.removeprefix(prefix) for prefix in PREFIXES}
        names |= {
            name.removesuffix(".remedy").removesuffix(".short").removesuffix(".title") for name in set(names)
        }
        return bool(names & used) or any(p.fullmatch(name) for p in patterns for name in names)

    assert [key for key in TEXTS if not is_used(key)] == []


def test_a_text_is_filled_in() -> None:
    assert texts.text("problem.line", "vi", line=3) == "dòng 3"
    assert texts.both("problem.line", line=3) == Label("dòng 3", "line 3")
    with pytest.raises(KeyError):
        texts.text("problem.line", "vi")


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, "1 replication"), ("1", "1 replication"), (0, "0 replications"), (21, "21 replications")],
)
def test_one_is_not_many(count: object, told: str) -> None:
    assert texts.text("report.replications", "en", count=count) == told
    assert texts.text("report.replications", "vi", count=count) == f"{count} lần lặp"


def test_no_english_count_has_a_plural_alone() -> None:
    """A count and a word in the plural need the word for one as well."""
    counts = (
        "count|total|replications|flows|steps|agencies|resources|numbers|dates|runs|visits|entities|events"
    )
    bare = re.compile(rf"\{{(?:{counts})\}} \w+s\b")
    assert [key for key, pair in TEXTS.items() if bare.search(pair["en"])] == ["screen.ranges"]  # two or more
