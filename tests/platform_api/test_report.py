"""The report page: stands by itself, says everything in both languages, and no more than the result."""

import dataclasses
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from platform_api.charts import bars, curve, heat, strip, svg
from platform_api.cli import cli
from platform_api.formats import NBSP
from platform_api.pedigree import source_told
from platform_api.reading import Reading
from platform_api.report import _seconds as seconds_of
from platform_api.report import render
from platform_api.results import Result, load
from platform_api.screen import command_of
from platform_api.texts import LANGUAGES, Language, text
from scenarios.resolved import Resolved

ROOT = Path(__file__).parents[2]

Kept = tuple[Result, Resolved, str]


def keep(file: Path, folder: Path, *words: str) -> Kept:
    arguments = ["run", str(file), "--seed", "1", "--out", str(folder), *words]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    written = CliRunner().invoke(cli, ["report", str(folder)])
    assert written.exit_code == 0, written.output
    result, scenario = load(folder)
    return result, scenario, (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The small gate of the examples, with a published figure of each mark."""
    folder = tmp_path_factory.mktemp("gate")
    scenario = (ROOT / "examples" / "small-gate.yaml").read_text(encoding="utf-8")
    figures = [
        {"kpi": "crossed", "labels": {"direction": "export"}, "value": 60, "unit": "1", "mark": "given"},
        {
            "kpi": "closing_backlog",
            "labels": {"direction": "export"},
            "value": 3,
            "unit": "1",
            "mark": "fitted",
        },
        {
            "kpi": "dwell_mean",
            "labels": {"direction": "export"},
            "value": 0.6,
            "unit": "h",
            "mark": "predicted",
        },
        {
            "kpi": "dwell_p50",
            "labels": {"direction": "export"},
            "value": 900,
            "unit": "h",
            "mark": "predicted",
        },
    ]
    sources = {"S1": {"text": 'A <paper> & its "title"', "url": "https://example.org/?a=1&b=2"}}
    published = [figure | {"source": "S1"} for figure in figures]
    scenario += f"\npublished: {json.dumps(published)}\nsources: {json.dumps(sources)}\n"
    reason = {"vi": "Vì <sao>", "en": "As <told>"}
    band = {"kpi": "dwell_mean", "between": [900, 901], "unit": "h", "reason": reason}
    scenario += f"expected: {json.dumps([band], ensure_ascii=False)}\n"
    file = folder / "small-gate.yaml"
    file.write_text(scenario, encoding="utf-8")
    return keep(file, folder / "kept", "--replications", "10")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """One replication."""
    return keep(
        ROOT / "examples" / "small-gate.yaml", tmp_path_factory.mktemp("once") / "kept", "--replications", "1"
    )


class Page(HTMLParser):
    """What the page loads, names and says, by language."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.language = ""
        self.said: dict[str, list[str]] = {"": [], "vi": [], "en": []}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "main":
            self.language = str(dict(attrs)["lang"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())
        if tag == "main":
            self.language = ""

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said[self.language].append(data)

    def words(self, language: str) -> str:
        return " ".join(" ".join(self.said[language]).split())


# ---- stands by itself -----------------------------------------------------------------------------------


def test_it_loads_nothing_and_runs_no_script(gate: Kept) -> None:
    page = Page(gate[2])
    loading = {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
        "image",
        "use",
        "source",
        "base",
    }
    for tag, attributes in page.elements:
        assert tag not in loading, tag
        assert not {"src", "srcset", "style", "background"} & set(attributes), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        if tag != "a":
            assert "href" not in attributes, (tag, attributes)
    assert "@import" not in gate[2]
    assert set(re.findall(r"url\(([^)]*)\)", gate[2])) <= {"#pBlocked", "#pClosed", "#pProcess", "#pWait"}


def test_every_element_is_closed_and_every_name_is_there_once(gate: Kept) -> None:
    page = Page(gate[2])
    assert page.open == []
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(names)) == len(names)
    assert {f"#{name}" for name in names} >= set(re.findall(r"url\(([^)]*)\)", gate[2]))


def test_what_others_wrote_is_shown_as_text(gate: Kept) -> None:
    assert "A &lt;paper&gt; &amp; its &#34;title&#34;" in gate[2]
    assert 'A <paper> & its "title"' in Page(gate[2]).words("vi")


# ---- says everything, in both languages -----------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_tells_question_answer_ranges_and_origin(gate: Kept, language: Language) -> None:
    result, scenario, page = gate
    said = Page(page).words(language)
    assert getattr(scenario.question, language) in said
    assert Reading(result, scenario, language).answer()[0].replace(NBSP, " ") in said
    for key in ("headline.title", "stack.title", "busy.title", "published.title", "prov.title", "trs.title"):
        assert text(f"report.{key}", language) in said, key
    assert command_of(result) in said
    assert result.provenance.scenario_hash in said
    for digest in result.digest:
        assert digest in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_assumption_has_its_range_and_owner(gate: Kept, language: Language) -> None:
    _, scenario, page = gate
    said = Page(page).words(language)
    for parameter in scenario.parameters:
        section, name = parameter.path.split(".")[:2]
        thing = getattr(getattr(scenario, section)[name].label, language)
        assert f"{thing} {parameter.path}" in said
        assert parameter.value in said
        if parameter.range:
            assert f"{parameter.range[0]} – {parameter.range[1]}" in said
            assert getattr(scenario.agencies[str(parameter.owner)].label, language) in said


def test_the_languages_do_not_mix(gate: Kept) -> None:
    page = Page(gate[2])
    marks = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    assert not marks.findall(page.words("en"))
    assert marks.search(page.words("vi"))
    for word in ("between days", "Crossed", "agency", "assumptions"):
        assert word in page.words("en")
        assert word not in page.words("vi")


def test_marks_are_told_honestly(gate: Kept) -> None:
    said = Page(gate[2]).words("en")
    result, scenario, _ = gate
    verdicts = {p.figure.kpi: p.verdict for p in Reading(result, scenario, "en").published()}
    assert verdicts["crossed"] == text("verdict.given", "en")
    assert verdicts["closing_backlog"] == text("verdict.fitted", "en")
    assert verdicts["dwell_mean"] == text("verdict.inside", "en", between="between days")
    assert verdicts["dwell_p50"] == text("verdict.outside", "en", between="between days")
    assert verdicts["dwell_mean"] == "consistent: within the spread between days"
    assert "An identity: always true, no evidence." in said


def test_a_band_is_told_with_its_reason_and_whether_the_mean_is_in_it(gate: Kept) -> None:
    said = Page(gate[2]).words("en")
    (told,) = Reading(gate[0], gate[1], "en").expected()
    assert (told.expected, told.verdict) == ("37.5 – 37.5\N{NO-BREAK SPACE}d", "outside")
    assert "37.5 – 37.5" in said
    assert "As <told>" in said


def test_a_year_is_not_a_day(gate: Kept) -> None:
    result, scenario, _ = gate
    year = dataclasses.replace(scenario, clock=dataclasses.replace(scenario.clock, window=365 * 86_400_000))
    said = Page(render(result, year, "cuakhau run x")).words("en")
    assert "P10–P90 between replications" in said
    assert "between days" not in said


def test_few_replications_give_no_verdict(gate: Kept) -> None:
    result, scenario, _ = gate
    figures = tuple(dataclasses.replace(figure, inside=None) for figure in result.published)
    few = dataclasses.replace(result, published=figures)
    verdicts = [p.verdict for p in Reading(few, scenario, "en").published() if p.figure.mark == "predicted"]
    assert verdicts == [text("verdict.unknown", "en")] * 2


def test_the_balance_adds_up(gate: Kept) -> None:
    result, scenario, _ = gate
    line = next(Reading(result, scenario, "en").balance())
    opening, arrived, through, lost, closing = (float(n) for n in re.findall(r" (\d+(?:\.\d+)?)", line)[:5])
    assert opening + arrived - through - lost == pytest.approx(closing, abs=0.6)


def test_one_replication_shows_no_range(once: Kept) -> None:
    said = Page(once[2]).words("en")
    assert "one replication: no interval" in said
    assert not re.search(r"± *\d", said)
    assert 'class="fband"' not in once[2]


def test_numbers_on_the_page_are_those_of_the_result(gate: Kept) -> None:
    result, scenario, page = gate
    crossed = result.kpi("crossed", direction="export")
    reading = Reading(result, scenario, "vi")
    shown = reading.show(crossed)
    assert shown is not None
    assert f'<div class="num">{shown.number} ' in page
    assert float(shown.number) == pytest.approx(crossed.mean, abs=0.5)
    assert html.escape(shown.days) in page


def test_an_answer_without_any_crossing_says_so(gate: Kept) -> None:
    result, scenario, _ = gate
    nothing = dataclasses.replace(result, kpis=(), series=(), trs=(), published=())
    page = render(nothing, scenario, "cuakhau run x")
    assert text("report.no_answer", "en") in Page(page).words("en")


def test_a_deadlock_and_a_warning_are_on_the_page(gate: Kept) -> None:
    from platform_api.results import Stuck
    from scenarios.errors import Problem
    from scenarios.resolved import Label

    result, scenario, _ = gate
    doubt = Problem("steps.x", "1", Label("đáng ngờ", "is doubtful"), Label("xem lại", "look again"))
    told = dataclasses.replace(result, deadlock=(Stuck(2, ("truck 1",), ("a", "b")),), warnings=(doubt,))
    said = Page(render(told, scenario, "cuakhau run x")).words("en")
    assert "Deadlock in replication 2: a → b" in said
    assert "steps.x is doubtful; look again" in said


# ---- charts ---------------------------------------------------------------------------------------------


def test_axes_end_on_round_numbers_and_hold_their_values() -> None:
    for low, high in [(0.0, 7.3), (294.0, 331.0), (0.001, 0.0013), (-5.0, 1200.0), (5.0, 5.0)]:
        x = svg.axis(low, high, 0, 100)
        assert x.low <= low <= high <= x.high
        assert x.marks()[0] == pytest.approx(x.low)
        assert x.marks()[-1] == pytest.approx(x.high)
        assert 2 <= len(x.marks()) <= 12
        assert (x.at(x.low), x.at(x.high)) == (0, 100)


def test_a_strip_draws_its_ranges_to_scale(gate: Kept) -> None:
    result, scenario, _ = gate
    shown = Reading(result, scenario, "en").show(result.kpi("dwell_mean", direction="export"))
    assert shown is not None
    drawn = strip.strip(shown)
    widths = {
        c: float(w) for w, c in re.findall(r'width="([\d.]+)" height="8"(?: rx="2")? class="(r\d)"', drawn)
    }
    of = shown.estimate
    assert of.half_width is not None
    assert of.p10 is not None
    assert of.p90 is not None
    assert widths["r1"] / widths["r2"] == pytest.approx(2 * of.half_width / (of.p90 - of.p10), rel=0.05)


def test_a_stack_is_as_long_as_its_parts(gate: Kept) -> None:
    from platform_api.formats import Scale

    rows = [bars.Stack("a", (60.0, 0.0, 120.0, 60.0), "4 min"), bars.Stack("b", (0.0, 60.0, 0.0, 0.0), "1")]
    drawn = bars.stacked(rows, Scale(60.0, "minute", 0), "en", "t")
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="17"', drawn)]
    assert len(widths) == 4
    assert [round((w + 1.5) / (widths[0] + 1.5)) for w in widths] == [1, 2, 1, 1]
    assert re.findall(r'class="s-(\w+)"', drawn) == ["service", "wait", "blocked", "process"]


def test_a_wait_by_process_is_no_service_in_the_chart(tmp_path: Path) -> None:
    """Half an hour of waiting for a call, where nobody works, before the twelve minutes of the officer."""
    written = (ROOT / "examples" / "small-gate.yaml").read_text(encoding="utf-8")
    call = "steps:\n  call: {kind: wait, agency: border_guard, time: 30 min}\n"
    file = tmp_path / "small-gate.yaml"
    called = written.replace("steps:\n", call).replace("[documents, channel", "[call, documents, channel")
    file.write_text(called, encoding="utf-8")
    result, scenario, page = keep(file, tmp_path / "kept", "--replications", "2")
    [guard] = [r for r in Reading(result, scenario, "en").by_agency() if r.title == "Border guard"]
    served, by_process, _, _ = seconds_of(guard)
    assert by_process == pytest.approx(1800)
    assert served == pytest.approx(720, rel=0.2)
    assert guard.cells[2] is not None
    assert guard.cells[2].estimate.mean == pytest.approx(served + by_process)
    for language, said in (("vi", "chờ theo quy trình, không ai làm"), ("en", "nobody works")):
        assert said in Page(page).words(language)
    shown = CliRunner().invoke(cli, ["run", str(file), "--seed", "1", "--replications", "2", "--lang", "en"])
    assert "Waiting by process" in shown.stdout
    assert "It is part of “service”" in shown.stdout


def test_a_busy_map_prints_every_number() -> None:
    hours = [None] * 7 + [i / 16 for i in range(17)]
    drawn = heat.busy_map([heat.Busyness("Lanes", hours)], "en")
    assert re.findall(r'class="hv[^"]*">(\d+)<', drawn) == [f"{100 * i / 16:.0f}" for i in range(17)]
    assert drawn.count('class="off"') == 7
    assert [drawn.count(f'class="h{step}"') for step in range(7)] == [4, 3, 3, 2, 2, 2, 1]
    assert "busiest at 23 h, 100 %" in drawn


def test_a_curve_shows_what_was_published_where_it_belongs(gate: Kept) -> None:
    assert 'class="obs fitted"' in gate[2]
    from datetime import datetime

    of = curve.Curve("Export", datetime(2025, 3, 12), 3600.0, [1.0, 3.0, 2.0], None, None)  # noqa: DTZ001
    drawn = curve.curve(of, "en")
    assert "Export: 1 at first, 3 at the most at 01:00, 2 at last" in drawn
    assert "fband" not in drawn


# ---- the command ----------------------------------------------------------------------------------------


def test_the_command_repeats_the_run(gate: Kept, tmp_path: Path, monkeypatch: Any) -> None:
    import shlex

    result, _, _ = gate
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command_of(result))[1:]
    repeated = CliRunner().invoke(cli, [*words, "--json"])
    small_gate = str(ROOT / "examples" / "small-gate.yaml")
    plain = CliRunner().invoke(cli, ["run", small_gate, "--seed", "1", "--replications", "10", "--json"])
    assert json.loads(repeated.stdout)["digest"] == json.loads(plain.stdout)["digest"] == list(result.digest)


def test_overrides_and_an_early_end_are_part_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    file = Path("examples", "small-gate.yaml")
    words = ["--replications", "1", "--override", "flows.truck.arrivals.per_day=70 /d", "--until", "12h"]
    result, _, page = keep(file, tmp_path / "kept", *words)
    assert f"<pre>cuakhau run {file} --seed" in page
    assert command_of(result) == (
        f"cuakhau run {file} --seed 1 --replications 1 "
        '--override "flows.truck.arrivals.per_day=70 /d" --until "12 h"'
    )


def test_a_changed_scenario_says_so_beside_published_figures(tmp_path: Path) -> None:
    """The paper's 1,173 imports are not the source of the planner's 200."""
    path = "flows.import.arrivals.per_day"
    words = [
        "--replications",
        "1",
        "--until",
        "1h",
        "--override",
        "lead_in=0 h",
        "--override",
        f"{path}=200 /d",
    ]
    result, scenario, page = keep(Path("lang-son-2025-03-12"), tmp_path / "kept", *words)
    number = next(p for p in result.provenance.parameters if p.path == path)
    assert number.instead is not None
    assert (number.source, number.instead.value) == ("override", "1173 /d")
    said = Page(page).words("en")
    assert (
        f"The scenario was changed: lead_in = 0 h (was 5 d); {path} = 200 /d (was 1173 /d); --until 1 h."
        in said
    )
    assert "Numbers changed here" in said
    where = source_told(scenario.sources[number.instead.source], "en")
    assert f"1173 /d · source: {where}" in said


def test_an_unchanged_scenario_does_not(gate: Kept) -> None:
    said = Page(gate[2]).words("en")
    assert "The scenario was changed" not in said
    assert "Numbers changed here" not in said


def test_a_report_can_be_written_elsewhere(gate: Kept, tmp_path: Path) -> None:
    result, scenario, page = gate
    from platform_api.results import save

    save(result, scenario, tmp_path / "kept")
    out = tmp_path / ("so deep that its path does not fit on a line " * 4).strip() / "page.html"
    done = CliRunner().invoke(cli, ["report", str(tmp_path / "kept"), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(out)
    assert out.read_text(encoding="utf-8") == page
    assert not (tmp_path / "kept" / "report.html").exists()


def test_a_report_opens_in_the_language_asked_for(gate: Kept, tmp_path: Path) -> None:
    result, scenario, in_vietnamese = gate
    from platform_api.results import save

    save(result, scenario, tmp_path / "kept")
    done = CliRunner().invoke(cli, ["report", str(tmp_path / "kept"), "--lang", "en"])
    assert done.exit_code == 0, done.output
    in_english = (tmp_path / "kept" / "report.html").read_text(encoding="utf-8")
    for page, opened in ((in_vietnamese, "vi"), (in_english, "en")):
        elements = Page(page).elements
        assert [found["lang"] for tag, found in elements if tag == "html"] == [opened]
        checked = [found["id"] for tag, found in elements if tag == "input" and "checked" in found]
        assert checked == [f"lang-{opened}"]
    assert Page(in_english).said["en"] == Page(in_vietnamese).said["en"]


def test_a_damaged_result_is_refused(gate: Kept, tmp_path: Path) -> None:
    from platform_api.results import save

    save(gate[0], gate[1], tmp_path / "kept")
    (tmp_path / "kept" / "result.json").write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(cli, ["report", str(tmp_path / "kept")])
    assert done.exit_code == 2
    assert "cuakhau run" in done.stderr
    assert not (tmp_path / "kept" / "report.html").exists()
