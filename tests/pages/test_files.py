"""The files of the pages: texts in both languages, types, weight, colours, and how they are served."""

import gzip
import json
import re
import shutil
import string
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from platform_api.routes import pages
from platform_api.routes.pages import ADDRESSES, FOLDER

SCRIPTS = sorted((FOLDER / "js").rglob("*.js"))
TEXTS = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
STYLE = (FOLDER / "app.css").read_text(encoding="utf-8")

# ---- texts --------------------------------------------------------------------------------------------


def placeholders(content: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(content) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_says_the_same_in_both_languages(key: str) -> None:
    pair = TEXTS[key]
    assert set(pair) == {"vi", "en"}
    assert placeholders(pair["vi"]) == placeholders(pair["en"])
    assert bool(pair["vi"].strip()) == bool(pair["en"].strip())
    english = re.sub(r"\{\w+:[^|]*\|([^}]*)\}", r"\1", pair["en"])
    assert len(english) <= 1.6 * len(pair["vi"]) + 10, "the pages are laid out for the Vietnamese"


def test_no_key_stands_twice() -> None:
    def no_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len({key for key, _ in pairs}) == len(pairs), [key for key, _ in pairs]
        return dict(pairs)

    json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"), object_pairs_hook=no_twice)


def keys_in_code() -> tuple[set[str], list[re.Pattern[str]]]:
    """Keys that the code names, and patterns of those that it puts together."""
    plain = set(re.findall(r'"((?:\w+\.)[\w./·]+)"', CODE))
    made = set(re.findall(r"`((?:\w+\.)(?:[\w.]|\$\{[^}]*\})+)`", CODE))
    patterns = [re.compile(re.sub(r"\\\$\\\{.*?\\\}", r"[\\w./·]+", re.escape(each))) for each in made]
    return plain, patterns


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    plain, patterns = keys_in_code()
    unused = [key for key in TEXTS if key not in plain and not any(p.fullmatch(key) for p in patterns)]
    assert unused == []
    asked = set(re.findall(r'\bt\("([^"]+)"', CODE))
    assert asked <= set(TEXTS)


def test_no_page_holds_words_of_its_own() -> None:
    """Every Vietnamese letter stands in texts.json, save the name of the program and of its language."""
    letters = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", CODE, flags=re.DOTALL)
    for word in ("Cửa Khẩu", "Tiếng Việt", "/đ/g"):
        bare = bare.replace(word, "")
    assert not letters.search(bare)


# ---- types, weight, colours ---------------------------------------------------------------------------


@pytest.mark.slow
def test_the_types_of_the_scripts_hold() -> None:
    web = FOLDER.parent
    compiler = web / "node_modules" / ".bin" / "tsc"
    assert compiler.exists(), "what the tests of the pages need is missing; remedy: script/setup test"
    told = subprocess.run(
        [compiler, "--project", web / "tsconfig.json"], capture_output=True, encoding="utf-8", check=False
    )
    assert (told.returncode, told.stdout) == (0, "")


def compressed(paths: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_all_script_together_is_light() -> None:
    everything = [*SCRIPTS, *(FOLDER / "vendor").glob("*.js")]
    assert compressed(everything) < 150_000
    assert compressed([FOLDER / "app.css"]) < 15_000


def test_pages_load_nothing_from_elsewhere_and_hold_no_script_or_style_of_their_own() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page)
    for text in (page, STYLE, CODE):
        assert not re.search(r"""(?:src|href|from|import|url)\s*[=(]?\s*["']?(?:https?:)?//""", text)
    assert not re.search(r'\bstyle="', CODE)


def palettes() -> list[dict[str, str]]:
    """The colours of light and of dark, from the style sheet."""
    blocks = re.findall(r":root\{(?:color-scheme:light dark;)?\s*(--bg.*?)\}", STYLE, re.DOTALL)
    return [dict(re.findall(r"--(\w+):(#[0-9A-F]{3,6})", block)) for block in blocks]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_there_is_a_palette_for_light_and_one_for_dark() -> None:
    assert len(palettes()) == 2


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_texts_and_marks_stand_out_from_what_they_lie_on(palette: dict[str, str]) -> None:
    """WCAG 2.2: text 4.5 to 1, marks and controls 3 to 1."""
    for text in ("ink", "ink2", "brand", "pred", "fit", "r", "g", "exp", "imp"):
        assert contrast(palette[text], palette["surface"]) >= 4.5, text
    assert contrast(palette["onbrand"], palette["brand"]) >= 4.5
    assert contrast(palette["ink2"], palette["sunk"]) >= 4.5
    assert contrast(palette["r"], palette["rt"]) >= 4.5
    for mark in ("ctl", "served", "wait", "closed", "blocked", "outage"):
        assert contrast(palette[mark], palette["surface"]) >= 3, mark
    for step in range(7):
        digits = palette["hd" if step > 2 else "hl"]
        assert contrast(digits, palette[f"h{step}"]) >= 4.5, step


# ---- how they are served ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_served_by_the_api_itself(client: TestClient, address: str) -> None:
    answer = client.get(address.replace("{name}", "x").replace("{id}", "x").replace("{code}", "x"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")


def test_only_files_of_the_pages_are_served(client: TestClient) -> None:
    assert client.get("/static/js/app.js").headers["content-type"].startswith("text/javascript")
    for elsewhere in ("../package.json", "%2e%2e/package.json", "js", "vendor.mjs", "js/../../../app.py"):
        assert client.get(f"/static/{elsewhere}").status_code == 404, elsewhere


def test_without_its_libraries_a_page_says_what_to_do(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(FOLDER / "index.html", tmp_path)
    monkeypatch.setattr(pages, "FOLDER", tmp_path)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "script/setup pages" in answer.text


def test_every_figure_of_an_answer_has_its_words(client: TestClient) -> None:
    told = {each["name"]: each for each in client.get("/v1/indicators").json()["indicators"]}
    assert told["dwell_p95"]["unit"] == "s"
    assert told["dwell_p95"]["label"]["vi"].endswith("P95")
    assert told["crossed"]["better"] == "higher"
