"""`cuakhau intake`: printed, filled in by several people, read back, run; what is wrong told to a clerk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from platform_api.cli import cli
from scenarios import library
from tests.platform_api.asked import Filled, as_csv, fill
from tests.platform_api.helpers import assert_stands_alone

GATE = "lang-son-2025-03-12"
CHECK, LANES = "steps.export_border_check.time", "resources.export_lanes.capacity"
OFFICERS, HOURS = "resources.border_officers.capacity", "calendars.gate_hours.weekly"
PAPER, RIGHT = "steps.export_border_check.fallback", "steps.export_record_right.shares.right"

FIRST: Filled = {
    "who.position": {"answer": "Đội trưởng"},
    "who.date": {"answer": "20/11/2026"},
    "who.name": {"answer": "Nguyễn Văn A"},
    CHECK: {"least": "30", "usual": "1,5 phút", "most": "120", "answer": "xe biển mới lâu hơn"},
    LANES: {"least": "2", "usual": "3", "most": "4"},
    OFFICERS: {"days": "T2-T6", "from": "7h", "to": "18:00", "least": "3", "usual": "4", "most": "6"},
    f"{OFFICERS}#1": {
        "days": "T7, CN", "from": "07:00", "to": "11:30", "least": "1", "usual": "2", "most": "2",
    },
    HOURS: {"from": "07:00", "to": "19:00"},
    PAPER: {"answer": "làm bằng giấy", "least": "4 phút", "usual": "6 phút", "most": "10 phút"},
    RIGHT: {"least": "80", "usual": "90", "most": "99"},
}  # fmt: skip
SECOND: Filled = {
    "who.position": {"answer": "Cán bộ trực"},
    CHECK: {"least": "150", "usual": "180", "most": "300"},
    LANES: {"least": "3", "usual": "4", "most": "5"},
    OFFICERS: {
        "days": "thứ 2 - thứ 6", "from": "07:00", "to": "18h00", "least": "4", "usual": "5", "most": "8",
    },
    f"{OFFICERS}#1": {
        "days": "sat, sun", "from": "7:00", "to": "11:30", "least": "2", "usual": "2", "most": "3",
    },
    HOURS: {"from": "07:00", "to": "18:00"},
    PAPER: {"answer": "paper", "least": "2 phút", "usual": "4 phút", "most": "6 phút"},
}  # fmt: skip


def cuakhau(*words: object) -> Result:
    runner = CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "200"})
    return runner.invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The border guard's questionnaire, without its ending."""
    folder = tmp_path_factory.mktemp("asked")
    done = cuakhau("intake", GATE, "-o", folder)
    assert done.exit_code == 0, done.output
    assert len(list(folder.glob("*.xlsx"))) == len(list(folder.glob("*.html"))) == 11
    return folder / f"{GATE}-border_guard"


@pytest.fixture(scope="module")
def book(printed: Path) -> Path:
    return printed.with_name(f"{printed.name}.xlsx")


def read(*files: Path, out: Path | None = None) -> Result:
    return cuakhau("intake", GATE, *files, *([] if out is None else ["-o", out]), "--json", "--lang", "en")


def test_answers_of_two_become_a_scenario_that_runs(book: Path, tmp_path: Path) -> None:
    one = fill(book, tmp_path / "one.xlsx", FIRST)
    two = as_csv(fill(book, tmp_path / "two.xlsx", SECOND), tmp_path / "two.csv")
    out = tmp_path / "asked.yaml"
    done = read(one, two, out=out)
    assert done.exit_code == 0, done.output
    made = library.load(out).written
    span = {"source": "elicited", "owner": "border_guard"}
    assert made["steps"]["export_border_check"]["time"] == {
        "fastest": {"value": "90 s", "range": ["30 s", "2.5 min"], **span},
        "usual": {"value": "2.25 min", "range": ["60 s", "4 min"], **span},
        "slowest": {"value": "3.5 min", "range": ["2 min", "5 min"], **span},
    }
    assert made["resources"]["export_lanes"]["capacity"] == {"value": 4, "range": [2, 5], **span}
    units = [shift["units"]["value"] for shift in made["resources"]["border_officers"]["capacity"]]
    hours = [made["calendars"][s["calendar"]] for s in made["resources"]["border_officers"]["capacity"]]
    assert (units, [each["weekly"] for each in hours]) == (
        [4, 2],
        [{"mon,tue,wed,thu,fri": "07:00-18:00", "sat,sun": "closed"},
         {"mon,tue,wed,thu,fri": "closed", "sat,sun": "07:00-11:30"}],
    )  # fmt: skip
    assert made["steps"]["export_border_check"]["fallback"]["time"]["usual"]["value"] == "5 min"
    shares = made["steps"]["export_record_right"]["shares"]
    assert (shares["right"]["value"], shares["wrong"]["value"]) == ("90 %", "10 %")
    assert shares["right"]["source"] == "elicited"
    assert shares["wrong"]["source"] == "assumption"  # nobody was asked: it only made room
    assert cuakhau("run", out, "--replications", "1", "--seed", "1").exit_code == 0


def test_where_they_do_not_agree_is_told(book: Path, tmp_path: Path) -> None:
    files = [fill(book, tmp_path / f"{n}.xlsx", told) for n, told in enumerate((FIRST, SECOND))]
    told = json.loads(read(*files).stdout)
    heard = {each["code"]: each for each in told["heard"]}
    assert [code for code, each in heard.items() if each["apart"]] == [CHECK, HOURS]
    assert heard[CHECK]["apart"] == [["A", "B"]]
    said = {"vi": "30 · 90 · 120 giây", "en": "30 · 90 · 120 s"}
    assert heard[CHECK]["voices"][0] == {"mark": "A", "said": said, "remark": "xe biển mới lâu hơn"}
    assert heard[HOURS]["pooled"] is None  # one against one: nothing is averaged, nothing is changed
    assert "07:00-18:00" in heard[HOURS]["before"]
    screen = cuakhau("intake", GATE, *files, "--lang", "vi").output
    assert "không thống nhất: A–B" in screen
    assert "không quá nửa: kịch bản giữ nguyên" in screen
    third = fill(book, tmp_path / "3.xlsx", {HOURS: {"from": "7", "to": "18 giờ"}})
    told = json.loads(read(*files, third).stdout)
    hours = next(each for each in told["heard"] if each["code"] == HOURS)
    assert hours["pooled"]["en"] == "every day 07:00–18:00"


def test_a_name_goes_nowhere(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "asked.yaml"
    done = read(fill(book, tmp_path / "one.xlsx", FIRST), out=out)
    assert "Nguyễn Văn A" not in done.stdout + out.read_text(encoding="utf-8")
    assert "Đội trưởng" in out.read_text(encoding="utf-8")


def test_what_was_told_is_turned_like_an_assumption(book: Path, tmp_path: Path) -> None:
    from scenarios.dials import dials

    out = tmp_path / "asked.yaml"
    assert read(fill(book, tmp_path / "one.xlsx", FIRST), out=out).exit_code == 0
    loaded = library.load(out)
    turned = {dial.path for dial in dials(loaded.resolved.parameters, [loaded.written])}
    assert {f"{CHECK}.usual", LANES} <= turned


def test_an_agency_that_lets_work_wait_takes_the_paper_away(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "asked.yaml"
    done = read(fill(book, tmp_path / "one.xlsx", {PAPER: {"answer": "chờ đến khi chạy lại"}}), out=out)
    assert done.exit_code == 0, done.output
    assert "fallback" not in library.load(out).written["steps"]["export_border_check"]


def times(least: str, usual: str, most: str) -> Filled:
    return {CHECK: {"least": least, "usual": usual, "most": most}}


SHIFT = {"from": "7:00", "to": "9:00", "least": "1", "usual": "1", "most": "1"}

WRONG: list[tuple[str, Filled, str, str]] = [
    ("turned round", times("90", "60", "30"), "thứ tự", "in order"),
    ("hour 25", {HOURS: {"from": "25:00", "to": "26:00"}}, "00:00 đến 24:00", "00:00 to 24:00"),
    ("one hour only", {HOURS: {"from": "07:00"}}, "thiếu giờ", "the begin or the end"),
    ("thousand or fraction", times("1", "1,500", "3"), "1500 hoặc 1,5", "1500 or 1.5"),
    ("an empty cell", times("1", "", "3"), "còn trống", "is empty"),
    ("two numbers", times("1", "2-5", "9"), "hai số", "two numbers"),
    ("words", times("1", "tùy xe", "9"), "không phải là số", "no number"),
    ("below zero", times("-1", "2", "9"), "nhỏ hơn không", "below zero"),
    ("an error of Excel", times("1", "#REF!", "9"), "lỗi của Excel", "of Excel"),
    ("a date made by Excel", times("1", "2026-05-10 00:00:00", "9"), "đổi thành ngày", "into a date"),
    ("no unit", times("1 tí", "2", "9"), "đơn vị thời gian", "unit of time"),
    ("no time at all", times("0", "0", "0"), "cũng mất thời gian", "takes some time"),
    (
        "half an officer",
        {LANES: {"least": "1", "usual": "2,5", "most": "4"}},
        "số nguyên",
        "whole number",
    ),
    ("a shift without people", {OFFICERS: {"from": "07:00", "to": "18:00"}}, "bao nhiêu người", "how many"),
    (
        "a shift without hours beside another",
        {OFFICERS: SHIFT, f"{OFFICERS}#1": {"least": "1", "usual": "1", "most": "1"}},
        "từ mấy giờ",
        "from when",
    ),
    ("no day", {OFFICERS: {"days": "T9", **SHIFT}}, "ngày trong tuần", "day of the week"),
    ("above all", {RIGHT: {"least": "50", "usual": "90", "most": "120"}}, "100 %", "100 %"),
    ("neither", {PAPER: {"answer": "tùy"}}, "chờ hay làm giấy", "neither"),
    ("paper, how long", {PAPER: {"answer": "giấy"}}, "mất bao lâu", "how long"),
]


@pytest.mark.parametrize(("told", "vi", "en"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_a_wrong_answer_is_told_with_its_cell(
    book: Path, tmp_path: Path, told: Filled, vi: str, en: str
) -> None:
    from platform_api.asking.answers import read as read_answers
    from platform_api.asking.questions import questionnaires
    from scenarios.errors import ScenarioError

    asked = {each.agency: {q.code: q for q in each.questions} for each in questionnaires(library.load(GATE))}
    with pytest.raises(ScenarioError) as raised:
        read_answers(fill(book, tmp_path / "wrong.xlsx", told), GATE, asked)
    problem = raised.value.problems[0]
    assert vi in problem.message.vi + problem.remedy.vi, problem
    assert en in problem.message.en + problem.remedy.en, problem
    assert problem.place.startswith("wrong.xlsx, ")
    assert problem.remedy.vi
    assert problem.remedy.en


def test_merged_cells_other_files_and_other_scenarios_are_refused(book: Path, tmp_path: Path) -> None:
    merged = read(fill(book, tmp_path / "merged.xlsx", {CHECK: {"least": "1"}}, merge="F15:H15"))
    assert merged.exit_code == 2
    assert "merged.xlsx, F15:H15" in merged.stderr
    assert "Unmerge" in merged.stderr
    other = cuakhau("intake", "smart-gate-agv", fill(book, tmp_path / "one.xlsx", FIRST), "--lang", "en")
    assert other.exit_code == 2
    assert f"is a questionnaire of '{GATE}'" in other.stderr
    (tmp_path / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "no questionnaire of this program" in read(tmp_path / "list.csv").stderr
    (tmp_path / "cut.json").write_text('{"scenario": "x", "answ', encoding="utf-8")
    assert "was cut short" in read(tmp_path / "cut.json").stderr
    assert read(tmp_path / "none.xlsx").exit_code == 2
    assert cuakhau("intake", GATE, "--agency", "nobody", "-o", tmp_path).exit_code == 2


def test_all_wrong_answers_are_told_at_once(book: Path, tmp_path: Path) -> None:
    files = [fill(book, tmp_path / f"{n}.xlsx", WRONG[n][1]) for n in range(3)]
    told = read(*files).stderr
    assert all(f"{n}.xlsx, " in told for n in range(3))


def test_the_web_form_stands_alone_and_its_file_is_read(printed: Path, tmp_path: Path) -> None:
    page = printed.with_name(f"{printed.name}.html").read_text(encoding="utf-8")
    assert_stands_alone(re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL))
    assert not re.search(r"fetch\(|XMLHttp|https?://|import", page[page.index("<script>") :])
    answers = [{"code": CHECK, "unit": "giây", "least": "30", "usual": "1,5 phút", "most": "120"}]
    file = tmp_path / "saved.json"
    saved = {"scenario": GATE, "agency": "border_guard", "answers": answers}
    file.write_text(json.dumps(saved), encoding="utf-8")
    told = json.loads(read(file).stdout)
    assert told["heard"][0]["pooled"]["en"] == "30 · 90 · 120 s"
    file.write_text(json.dumps({**saved, "answers": [{"code": CHECK, "least": "5"}]}), encoding="utf-8")
    assert f"{CHECK}, usual" in read(file).stderr


def _sensible(code: str) -> str:
    """Answers that go together: rooms hold the opening backlog, goods spoil after they were fresh."""
    return "5000" if code.startswith("zones.") else "50" if code.endswith("spoilt") else "5"


@pytest.mark.long
@pytest.mark.parametrize("name", library.names())
def test_every_scenario_of_the_library_can_be_asked_about(name: str, tmp_path: Path) -> None:
    from platform_api.asking.questions import questionnaires
    from platform_api.asking.workbook import workbook

    loaded = library.load(name)
    for asked in questionnaires(loaded):
        assert asked.questions
        (tmp_path / "book.xlsx").write_bytes(workbook(asked, "vi"))
        told = {
            q.code: dict.fromkeys(("least", "usual", "most"), _sensible(q.code))
            for q in asked.questions
            if q.kind in ("time", "number") or (q.kind == "people" and not q.shifts)
        }
        filled = fill(tmp_path / "book.xlsx", tmp_path / "filled.xlsx", told)
        done = cuakhau("intake", name, filled, "-o", tmp_path / "asked.yaml", "--json")
        assert done.exit_code == 0, (asked.agency, done.stderr)
