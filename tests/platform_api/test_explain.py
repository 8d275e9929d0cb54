"""The process in words and pictures: numbers agree, arrows cross no box, both languages are there."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from platform_api.drawing import _boxes, _captions, draw
from platform_api.explain import numbers_of, story
from platform_api.formats import NBSP
from platform_api.mermaid import flowchart
from platform_api.pedigree import pedigree_told, source_told
from platform_api.texts import LANGUAGES, Language, text
from platform_api.wiring import BOX, Plan, Tracks, crossings_of_boxes, lay_out
from scenarios import library
from scenarios.resolved import Resolved, Source
from sim import graph


@pytest.fixture(scope="module", params=library.names())
def scenario(request: pytest.FixtureRequest) -> Resolved:
    return library.load(request.param).resolved


def plan_of(scenario: Resolved) -> tuple[Plan, graph.Graph]:
    drawn = graph.picture(scenario)
    return lay_out(_boxes(drawn, scenario, _captions(drawn, scenario, "vi"))), drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_tell_every_step_with_its_number_in_order(scenario: Resolved, language: Language) -> None:
    numbers = numbers_of(graph.picture(scenario), scenario)
    sections = {section.title: section.entries for section in story(scenario, language)}
    steps = [entry.title for entry in sections[text("explain.steps.title", language)]]
    labels = {name: getattr(step.label, language) for name, step in scenario.steps.items()}
    assert [title.split(" — ")[0] for title in steps] == [
        f"{n} {labels[name]}" for name, n in numbers.items()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_and_pictures_name_every_agency(scenario: Resolved, language: Language) -> None:
    owners = {step.agency for step in scenario.steps.values()} - {None}
    words = str(story(scenario, language))
    mermaid = flowchart(scenario, language)
    for name in owners:
        label = getattr(scenario.agencies[str(name)].label, language)
        assert label in words
        assert label in mermaid


def test_arrows_run_through_no_box(scenario: Resolved) -> None:
    plan, drawn = plan_of(scenario)
    boxes = _boxes(drawn, scenario, _captions(drawn, scenario, "vi"))
    assert list(crossings_of_boxes(plan, boxes)) == []


def test_a_box_in_the_way_would_be_found(scenario: Resolved) -> None:
    plan, drawn = plan_of(scenario)
    boxes = _boxes(drawn, scenario, _captions(drawn, scenario, "vi"))
    (x1, y1), (x2, y2) = next(iter(plan.ways.values()))[-2:]
    strange = next(node for node in plan.corner if all(node not in edge for edge in [next(iter(plan.ways))]))
    plan.corner[strange] = (x1 - BOX // 2, (y1 + y2) // 2 - 1)
    assert any(node == strange for _, node in crossings_of_boxes(plan, boxes))
    assert x1 == x2


def test_everything_lies_within_the_picture_and_boxes_apart(scenario: Resolved) -> None:
    plan, _ = plan_of(scenario)
    points = [point for way in plan.ways.values() for point in way]
    assert all(0 <= x <= plan.width and 0 <= y <= plan.height for x, y in points)
    assert all(x >= 0 and x + BOX <= plan.width for x, _ in plan.corner.values())
    assert len(set(plan.corner.values())) == len(plan.corner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_is_svg_that_loads_nothing(scenario: Resolved, language: Language) -> None:
    root = ElementTree.fromstring(draw(scenario, language))
    assert root.tag.endswith("svg")
    assert root.attrib["role"] == "img"
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "style", "g", "rect", "path", "text"}


def test_lines_of_text_fit_their_boxes(scenario: Resolved) -> None:
    drawn = graph.picture(scenario)
    for language in LANGUAGES:
        for caption in _captions(drawn, scenario, language).values():
            assert all(len(line) <= 24 for line in (*caption.name, *caption.options)), caption


def test_mermaid_draws_every_edge_and_quotes_its_labels(scenario: Resolved) -> None:
    text = flowchart(scenario, "en")
    ways = sum(len(data["ways"]) for _, _, data in graph.picture(scenario).edges(data=True))
    assert len(re.findall(r"^  n\d+ (?:-->|-\.->)", text, re.MULTILINE)) == ways
    assert all(line.count('"') % 2 == 0 for line in text.splitlines())


def test_parallel_arrows_get_tracks_of_their_own() -> None:
    tracks = Tracks()
    tracks.use("a", 0, 10)
    tracks.use("b", 5, 15)
    tracks.use("c", 11, 20)
    numbered = tracks.numbered()
    assert numbered["a"] != numbered["b"] != numbered["c"]
    assert numbered["a"] == numbered["c"]


@pytest.mark.parametrize(
    ("language", "told"),
    [("vi", ("Sai, phải sửa 3 %", "Đúng 97 %")), ("en", ("Wrong, to be corrected 3 %", "Right 97 %"))],
)
def test_options_by_shares_are_told_by_their_labels(language: Language, told: tuple[str, ...]) -> None:
    words = str(story(library.load("lang-son-2025-03-12").resolved, language))
    assert all(label in words for label in told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_told_with_its_pedigree_in_the_entry_it_belongs_to(
    scenario: Resolved, language: Language
) -> None:
    """Arrivals, mixes, capacities, rooms and calendars as well as steps."""
    lines = [
        line for section in story(scenario, language) for entry in section.entries for line in entry.lines
    ]
    for number in scenario.parameters:
        section, name, inner = (*number.path.split(".", 2), "")[:3]
        if section != "targets":
            assert pedigree_told(number, scenario, language, f"{section}.{name}.") in lines, inner


RATES = Path(__file__).parents[1] / "scenarios" / "valid" / "rates.yaml"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", ("một giờ chờ: 150.000 đồng", "mỗi xe chiếm 22 m đường, 2 hàng", "tại chỗ: 2,5 lít")),
        ("en", ("an hour of waiting: 150,000 VND", "engine on for 30 % of the waiting")),
    ],
)
def test_rates_are_told_with_where_they_come_from(language: Language, told: tuple[str, ...]) -> None:
    scenario = library.load(RATES).resolved
    (section,) = [s for s in story(scenario, language) if s.title == text("explain.rates.title", language)]
    words = str(section)
    assert all(part in words for part in told), words
    lines = [line for entry in section.entries for line in entry.lines]
    for number in scenario.parameters:
        if number.path.startswith("rates."):
            above = ".".join(number.path.split(".")[:2])
            assert pedigree_told(number, scenario, language, f"{above}.") in lines


def test_calendars_have_a_pedigree(scenario: Resolved) -> None:
    told = {p.path.split(".")[1]: p for p in scenario.parameters if p.path.startswith("calendars.")}
    assert set(told) == set(scenario.calendars)
    assert all(number.range or number.source in scenario.sources for number in told.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_published_figures_are_told_as_the_run_tells_them(language: Language) -> None:
    scenario = library.load("lang-son-2025-03-12").resolved
    (section,) = [
        s for s in story(scenario, language) if s.title == text("explain.published.title", language)
    ]
    titles = {entry.title.replace(NBSP, " ") for entry in section.entries}
    assert {"vi": "Thời gian lưu, trung bình (Nhập khẩu) = 3,5 giờ", "en": "Dwell, mean (Import) = 3.5 h"}[
        language
    ] in titles
    assert len(titles) == len(scenario.published)


def test_the_end_of_a_branch_is_not_the_end_of_the_way() -> None:
    told = {
        entry.title.split(" — ")[0].split(" ", 1)[1]: entry.lines
        for section in story(library.load("lang-son-2025-03-12").resolved, "en")
        for entry in section.entries
        if " " in entry.title
    }
    joined = "→ end of this branch; after all branches: 23 Quarantine result"
    assert joined in told["Plant quarantine, export"]
    assert "Other goods 42.4 % " + joined in told["Quarantine by goods"]
    assert not any(line.removeprefix("→ ") == "the end" for line in told["Animal quarantine, export"])


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", "Từ chối nhận [Thu hộ (COD)] 7,5 % [Trực tuyến] 1 % →"),
        ("en", "Refused [Cash on delivery] 7.5 % [Online] 1 % →"),
    ],
)
def test_shares_that_differ_by_group_are_told_for_each(language: Language, told: str) -> None:
    assert told in str(story(library.load("yen-bai-ocop").resolved, language))


def test_sources_are_told_in_the_language_of_the_reader(scenario: Resolved) -> None:
    marks = re.compile(r"[ăâđêôơưáảãạấắếốớứýíúéóàèìòùỳ]", re.IGNORECASE)
    for source in scenario.sources.values():
        vi, en = (source_told(source, language) for language in LANGUAGES)
        assert marks.search(vi)
        assert vi != en
    assert source_told(Source("As it is"), "vi") == "As it is"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", ("gửi nhiều nhất 4 lần", "30 giây, 60 giây, 2 phút", "lần cuối cũng hỏng thì: 2 paper")),
        ("en", ("sent 4 times at most", "30 s, 60 s, 2 min", "when the last one fails too: 2 paper")),
    ],
)
def test_a_message_is_told_once_with_all_its_tries(language: Language, told: tuple[str, ...]) -> None:
    file = Path(__file__).parents[1] / "scenarios" / "valid" / "messages.yaml"
    written = library.load(file).resolved
    words = str(story(written, language)).replace("\\xa0", " ")
    assert all(part in words for part in told)
    assert "try2" not in words
    assert "try 2" not in words
    assert "try2" not in flowchart(written, language)
