"""The command line within this process: what each command answers, and what it says of bad input."""

import errno
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from platform_api import runner
from platform_api.cli import cli
from platform_api.pedigree import changes_told
from platform_api.results import load
from platform_api.screen import quoted
from scenarios import library
from sim.laws import LawBroken
from tests.platform_api import help_page

ANSI = re.compile(r"\x1b\[")


def cuakhau(*words: object, **extra: Any) -> Result:
    return CliRunner(env={"CUAKHAU_LANG": None, "COLUMNS": "110"}).invoke(
        cli, [str(w) for w in words], **extra
    )


@pytest.fixture
def small_file(written: dict[str, Any], tmp_path: Path) -> Path:
    """A scenario file that runs in a few milliseconds; JSON is YAML."""
    file = tmp_path / "one-counter.yaml"
    file.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return file


def assert_refused(result: Result, *said: str, code: int = 2) -> None:
    """Exit code, nothing on standard output, all words said, no traceback."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    for words in said:
        assert words in result.stderr, result.stderr
    assert "Traceback" not in result.output


# ---- what there is --------------------------------------------------------------------------------------


def test_help_stands_in_the_reference() -> None:
    """After a change: python -m tests.platform_api.help_page"""
    assert help_page.PAGE.read_text(encoding="utf-8") == help_page.page()


def test_without_a_command_it_helps() -> None:
    assert cuakhau().stdout == cuakhau("--help").stdout
    assert cuakhau().exit_code == 0


def test_every_command_is_described_in_both_languages() -> None:
    for name in cli.commands:
        shown = cuakhau(name, "--help").stdout
        assert "--lang" in shown
        assert len(re.findall(r"^  \S.*[.]$", shown, re.MULTILINE)) >= 2, shown


def test_version() -> None:
    assert re.fullmatch(r"cuakhau \d+\.\d+\.\d+\n", cuakhau("--version").stdout)


def test_list_names_every_scenario_with_its_question() -> None:
    shown = json.loads(cuakhau("list", "--json").stdout)
    assert [card["name"] for card in shown] == list(library.names())
    for card in shown:
        resolved = library.load(card["name"]).resolved
        assert card["title"] == {"vi": resolved.title.vi, "en": resolved.title.en}
        assert card["question"] == {"vi": resolved.question.vi, "en": resolved.question.en}


def test_list_is_in_the_language_that_is_asked_for() -> None:
    assert "Lạng Sơn, ngày 12/3/2025" in cuakhau("list").stdout
    assert "Lạng Sơn, 12 March 2025" in cuakhau("list", "--lang", "en").stdout
    by_variable = CliRunner(env={"CUAKHAU_LANG": "en", "COLUMNS": "110"}).invoke(cli, ["list"])
    assert by_variable.stdout == cuakhau("list", "--lang", "en").stdout


def test_schema_is_the_one_of_the_language() -> None:
    assert json.loads(cuakhau("schema").stdout) == library.json_schema()


# ---- check and explain ----------------------------------------------------------------------------------


def test_check_says_what_a_scenario_holds(small_file: Path) -> None:
    shown = cuakhau("check", small_file)
    assert shown.exit_code == 0
    assert "one-counter: chạy được" in shown.stdout
    assert "3 con số: 0 có nguồn, 3 là giả định" in shown.stdout


def test_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    assert_refused(cuakhau("check", tmp_path), "là thư mục", "is a folder, not a file; name a scenario file")


@pytest.mark.parametrize(
    "content", ["root:$y$hash:19000:0:99999:7:::\nsync:*:1::\n", "TOKEN: hash\n", "- hash\n", "hash\n"]
)
def test_a_file_of_something_else_is_refused_at_once_and_not_repeated(content: str, tmp_path: Path) -> None:
    file = tmp_path / "shadow"
    file.write_text(content, encoding="utf-8")
    refused = cuakhau("check", file)
    assert_refused(refused, "không phải là một kịch bản", "is not a scenario; begin with 'name: …'")
    assert "hash" not in refused.stderr
    assert len(refused.stderr.splitlines()) <= 4


def test_check_tells_all_problems_at_once_in_both_languages(written: dict[str, Any], tmp_path: Path) -> None:
    written["steps"]["papers"]["resources"] = "officr"
    written["flows"]["truck"]["route"] = ["papers", "exit"]
    file = tmp_path / "wrong.yaml"
    file.write_text(json.dumps(written, indent=1), encoding="utf-8")
    shown = cuakhau("check", file)
    assert_refused(
        shown, "steps.papers.resources", "officr", "flows.truck.route", "exit", "did you mean", "có phải"
    )
    assert re.search(r"dòng \d+", shown.stderr)


def test_a_name_that_is_none_gets_the_names_there_are() -> None:
    assert_refused(cuakhau("check", "lang-son"), "lang-son", "lang-son-700k")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_explain_into_a_file_says_the_same_as_on_the_screen(
    small_file: Path, tmp_path: Path, language: str
) -> None:
    screen = cuakhau("explain", small_file, "--lang", language)
    written = cuakhau("explain", small_file, "--lang", language, "--out", tmp_path / "told.txt")
    assert (screen.exit_code, written.exit_code) == (0, 0)
    told = (tmp_path / "told.txt").read_text(encoding="utf-8")
    assert screen.stdout.split() == told.split()
    assert {"vi": "Xét hồ sơ", "en": "Papers"}[language] in told


@pytest.mark.parametrize(("form", "begins"), [("svg", "<svg "), ("mermaid", "flowchart TB")])
def test_explain_draws(small_file: Path, form: str, begins: str) -> None:
    shown = cuakhau("explain", small_file, "--format", form)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(begins)


# ---- run ------------------------------------------------------------------------------------------------


def run_json(*words: object) -> dict[str, Any]:
    done = cuakhau("run", *words, "--json")
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_json_has_what_the_reference_promises(small_file: Path) -> None:
    answer = run_json(small_file, "--seed", 7, "--replications", 3)
    assert (answer["scenario"], answer["seed"], answer["replications"]) == ("one-counter", 7, 3)
    assert (answer["engine"], len(answer["digest"])) == ("compiled", 3)
    assert set(answer["timing"]) >= {"setup_s", "engine_s", "entities", "visits", "events"}
    assert answer["provenance"]["seed"] == 7
    for kpi in answer["kpis"]:
        assert set(kpi) >= {"name", "unit", "labels", "n", "mean", "half_width", "level", "p10", "p90"}
    named = {kpi["name"] for kpi in answer["kpis"]}
    assert named >= {
        "arrived", "completed", "lost", "closing_backlog", "dwell_mean", "dwell_p50", "dwell_p95",
        "blocked_mean", "wait_mean", "service_mean", "utilisation",
    }  # fmt: skip


def test_a_seed_that_is_not_given_is_drawn_and_told(small_file: Path) -> None:
    answer = run_json(small_file, "--replications", 1)
    again = run_json(small_file, "--replications", 1, "--seed", answer["seed"])
    assert again["digest"] == answer["digest"]


def test_an_override_changes_the_answer_and_is_recorded(small_file: Path) -> None:
    path = "flows.truck.arrivals.rate"
    plain = run_json(small_file, "--seed", 1, "--replications", 2)
    more = run_json(small_file, "--seed", 1, "--replications", 2, "--override", f"{path}=16 /h")
    assert more["provenance"]["overrides"] == {path: "16 /h"}
    assert more["digest"] != plain["digest"]
    assert more["provenance"]["scenario_hash"] != plain["provenance"]["scenario_hash"]


def test_a_changed_number_says_so_wherever_it_is_told() -> None:
    path = "flows.import.arrivals.per_day"
    change = ("--override", f"{path}=200 /d", "--lang", "en")
    run = cuakhau(
        "run",
        "lang-son-2025-03-12",
        "--replications",
        1,
        "--override",
        "lead_in=0 h",
        "--until",
        "1h",
        *change,
    )
    assert f"{path} = 200 /d (was 1173 /d); --until 1 h" in " ".join(run.stdout.split())
    told = " ".join(cuakhau("explain", "lang-son-2025-03-12", *change).stdout.split())
    assert "per_day = 200 /d · changed here, instead of 1173 /d · source:" in told
    assert f"The scenario was changed: {path} = 200 /d (was 1173 /d)." in told
    checked = cuakhau("check", "lang-son-2025-03-12", *change).stdout
    assert "1 changed here" in checked


def test_until_stops_early(small_file: Path) -> None:
    whole = run_json(small_file, "--seed", 1, "--replications", 1)
    part = run_json(small_file, "--seed", 1, "--replications", 1, "--until", "2h")
    assert 0 < part["timing"]["entities"] < whole["timing"]["entities"]
    assert part["provenance"]["until"] == 7_200_000


def test_the_screen_tells_means_with_ranges_and_what_to_try_next(small_file: Path) -> None:
    done = cuakhau("run", small_file, "--seed", 1, "--replications", 3)
    assert done.exit_code == 0, done.output
    for words in ("Một quầy", "Chờ bao lâu?", "±", "thấp nhất–cao nhất", "Hải quan", "mã ngẫu nhiên 1"):
        assert words in done.stdout, words
    assert "--seed 1 --replications 3 --override resources.officer.capacity=2" in done.stderr.replace(
        "\n", ""
    )
    assert not ANSI.search(done.output)


def test_the_screen_speaks_english(small_file: Path) -> None:
    done = cuakhau("run", small_file, "--seed", 1, "--replications", 3, "--lang", "en")
    assert "One counter" in done.stdout
    assert "What to try next:" in done.stderr
    assert not re.search(r"[ăđơưạếộ]", done.stdout)


@pytest.mark.parametrize(("replications", "spread"), [(8, "lowest–highest"), (9, "P10–P90")])
def test_extremes_are_not_called_quantiles(small_file: Path, replications: int, spread: str) -> None:
    shown = cuakhau("run", small_file, "--seed", 1, "--replications", replications, "--lang", "en").stdout
    assert f"between days {spread}" in shown
    assert ("P10" in shown) is (replications >= 9)


def test_the_answer_says_how_certain_it_is(small_file: Path) -> None:
    shown = cuakhau("run", small_file, "--seed", 1, "--replications", 9, "--lang", "en").stdout
    assert re.search(r"➤ Everything: \d+ ± \d+ completed, taking \S+ ± \S+ min on average", shown)


@pytest.mark.parametrize(("per_hour", "proposed"), [(4, False), (9, True)])
def test_one_more_is_proposed_only_where_most_are_busy(
    small_file: Path, per_hour: int, proposed: bool
) -> None:
    override = f"flows.truck.arrivals.rate={per_hour} /h"  # of twelve that one officer can do
    said = cuakhau("run", small_file, "--seed", 1, "--replications", 5, "--override", override).stderr
    assert ("--override resources.officer.capacity=2" in said) is proposed


def test_one_replication_claims_no_interval(small_file: Path) -> None:
    done = cuakhau("run", small_file, "--seed", 1, "--replications", 1)
    assert "Một lần lặp không cho biết độ chắc chắn" in done.stdout
    assert not re.search(r"± *\d", done.stdout)


def commands_to_try(stderr: str) -> Iterator[list[str]]:
    for line in stderr.splitlines():
        if line.startswith("      cuakhau "):
            yield shlex.split(line)[1:]


def test_the_commands_to_try_next_can_be_tried(small_file: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    override = "flows.truck.arrivals.rate=9 /h"
    done = cuakhau("run", small_file.name, "--seed", 1, "--replications", 2, "--override", override)
    tried = list(commands_to_try(done.stderr))
    assert {words[0] for words in tried} == {"run", "report", "explain"}
    for words in tried:
        assert cuakhau(*words).exit_code == 0, words


def test_explain_ends_with_a_command_that_draws(small_file: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    renamed = tmp_path / "my own gate.yaml"
    renamed.write_bytes(small_file.read_bytes())
    told = cuakhau("explain", renamed.name, "--lang", "en").stderr.strip().splitlines()[-1]
    words = shlex.split(told.removeprefix("A picture: cuakhau "))
    assert cuakhau(*words).exit_code == 0
    assert Path(words[-1]).read_text(encoding="utf-8").startswith("<svg")


# ---- keeping --------------------------------------------------------------------------------------------


def test_out_keeps_the_result_and_its_scenario(small_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "kept"
    answer = run_json(small_file, "--seed", 1, "--replications", 2, "--out", folder)
    result, scenario = load(folder)
    assert json.loads(result.to_json()) == answer
    assert scenario.name == "one-counter"
    assert {path.name for path in folder.iterdir()} == {"result.json", "scenario.json"}
    assert {path.name for path in folder.parent.iterdir()} == {"kept"}


def test_out_replaces_an_older_result_only(small_file: Path, tmp_path: Path) -> None:
    kept, mine = tmp_path / "kept", tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("mine", encoding="utf-8")
    for seed in (1, 2):
        run_json(small_file, "--seed", seed, "--replications", 1, "--out", kept)
    assert load(kept)[0].seed == 2
    refused = cuakhau("run", small_file, "--replications", 1, "--out", mine)
    assert_refused(refused, "mine", "đã có", "exists")
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]


def test_records_are_kept_when_asked_for(small_file: Path, tmp_path: Path) -> None:
    run_json(small_file, "--seed", 1, "--replications", 2, "--out", tmp_path / "kept", "--records")
    assert (tmp_path / "kept" / "replication-0002").is_dir()
    assert_refused(cuakhau("run", small_file, "--records"), "--out")


def test_a_full_disk_is_told_and_leaves_nothing(small_file: Path, tmp_path: Path, monkeypatch: Any) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("platform_api.files.flush", full)
    done = cuakhau("run", small_file, "--replications", 1, "--out", tmp_path / "kept")
    assert_refused(done, "đĩa đã đầy", "the disk is full", code=1)
    assert [path.name for path in tmp_path.iterdir()] == [small_file.name]


def test_a_place_below_a_file_cannot_be_written(small_file: Path) -> None:
    assert_refused(cuakhau("run", small_file, "--replications", 1, "--out", small_file / "kept"), "--out")


# ---- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rum"], ["'rum'", "run, compare"]),
        (["run"], ["NAME|FILE", "cuakhau run --help"]),
        (["run", "x", "--sed", "1"], ["--sed", "--seed"]),
        (["run", "x", "y"], ["thừa: y", "not asked for: y"]),
        (["run", "FILE", "--seed"], ["--seed", "cần một giá trị"]),
        (["run", "FILE", "--seed", "abc"], ["--seed abc", "0", "18446744073709551615"]),
        (["run", "FILE", "--seed", "-1"], ["--seed -1"]),
        (["run", "FILE", "--seed", str(1 << 64)], [f"--seed {1 << 64}"]),
        (["run", "FILE", "--replications", "0"], ["--replications 0"]),
        (["run", "FILE", "--replications", "1.5"], ["--replications 1.5"]),
        (["run", "FILE", "--jobs", "0"], ["--jobs 0"]),
        (["run", "FILE", "--engine", "magic"], ["magic", "reference"]),
        (["run", "FILE", "--until", "6"], ["--until", "'6'", "6 min"]),
        (["run", "FILE", "--until", "0 h"], ["--until 0 h"]),
        (["run", "FILE", "--until", "soon"], ["--until", "soon"]),
        (["run", "FILE", "--override", "capacity"], ["--override", "'capacity'"]),
        (
            ["run", "FILE", "--override", "resources.oficer.capacity=2"],
            ["--override resources.oficer", "officer"],
        ),
        (
            ["run", "FILE", "--override", "resources.officer.capacity=many"],
            ["--override resources.officer.capacity", "many"],
        ),
        (["run", "FILE", "--lang", "fr"], ["--lang", "vi, en"]),
        (["run", "no-such.yaml"], ["no-such.yaml"]),
        (["explain", "FILE", "--format", "png"], ["--format", "text, svg, mermaid"]),
        (["report", "no-such-folder"], ["no-such-folder", "cuakhau run"]),
        (["serve", "--port", "99999"], ["--port 99999"]),
        (["sweep", "FILE", "--points", "0"], ["--points 0", "10000"]),
        (["gc", "--keep", "-1"], ["--keep -1"]),
        (["gc", "--older-than", "999999"], ["--older-than 999999"]),
        (["serve", "--host", "0.0.0.0"], ["0.0.0.0", "127.0.0.1"]),
    ],
)
def test_bad_input_is_told_with_place_value_and_remedy(
    words: list[str], said: list[str], small_file: Path
) -> None:
    refused = cuakhau(*(str(small_file) if word == "FILE" else word for word in words))
    assert_refused(refused, *said)
    assert len(refused.stderr.splitlines()) <= 8


def test_an_unwritable_file_is_told(small_file: Path, tmp_path: Path) -> None:
    into_a_folder = cuakhau("explain", small_file, "--format", "svg", "--out", tmp_path)
    assert_refused(into_a_folder, str(tmp_path), "thư mục", "folder")
    assert_refused(cuakhau("explain", small_file, "--format", "svg", "--out", small_file / "x.svg"), "x.svg")


# ---- when it goes wrong ---------------------------------------------------------------------------------


def failing(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_a_broken_law_fails_the_run(small_file: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(runner, "run_scenario", failing(LawBroken("one entity vanished")))
    assert_refused(cuakhau("run", small_file, "--seed", 5), "one entity vanished", "seed 5", code=1)


def test_an_unexpected_error_is_one_line_unless_debugged(small_file: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(runner, "run_scenario", failing(RuntimeError("quaint\nsecond line")))
    short = cuakhau("run", small_file)
    assert_refused(short, "RuntimeError: quaint", "--debug", code=1)
    assert "second line" not in short.stderr
    assert "test_cli.py" in cuakhau("run", small_file, "--debug").stderr


def test_an_interruption_says_what_became_of_the_work(small_file: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(runner, "run_scenario", failing(KeyboardInterrupt()))
    assert_refused(cuakhau("run", small_file), "Đã dừng", code=130)


def test_an_interruption_while_a_class_is_made_is_one(small_file: Path, monkeypatch: Any) -> None:
    """Python 3.11 wraps what comes out of `__set_name__`, as when numba is imported, in a RuntimeError."""

    class Interrupts:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    def importing(*_: Any, **__: Any) -> None:
        type("Made", (), {"field": Interrupts()})

    monkeypatch.setattr(runner, "run_scenario", importing)
    assert_refused(cuakhau("run", small_file), "Đã dừng", code=130)


@pytest.mark.parametrize("name", library.names())
def test_a_scenario_of_the_library_as_it_is_supplied_was_not_changed(name: str) -> None:
    assert changes_told(library.load(name).resolved, {}, None, "en") == ""


WORDS = (
    'a={"paper": "0 %", "digital": "100 %"}', "a b", "it's", "$HOME `x` !", "plain=3",
    """both ' and \"""", "\\",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_quoted_word_is_one_word_to_a_shell(word: str) -> None:
    asked = ["bash", "-c", f"printf %s {quoted(word)}"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == word
