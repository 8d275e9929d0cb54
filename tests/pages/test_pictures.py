"""The pictures of the README: made here and nowhere else, and no older than what the pages look like."""

import base64
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pages.conftest import Service
from tests.pages.looking import Look
from tests.pages.test_live import opened

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
REMEDY = "remedy: script/pictures, look at them, and commit docs/pictures"

WRITES = "CUAKHAU_WRITE_PICTURES" in os.environ
"""As script/pictures does: they are written, not compared."""

APART = 6.0
"""Mean difference of greys (of 255) on a grid of 96 × 54: other fonts make less, other pages more."""

DRAWN = """async ([kind, data]) => {
  const image = new Image();
  image.src = `data:image/${kind};base64,${data}`;
  await image.decode();
  const [wide, high] = [96, 54], canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  const webp = canvas.toDataURL("image/webp", 0.8).split(",")[1];
  const small = document.createElement("canvas");
  Object.assign(small, { width: wide, height: high });
  const context = small.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, wide, high);
  const bytes = context.getImageData(0, 0, wide, high).data;
  const grey = (_, i) => (bytes[4 * i] + bytes[4 * i + 1] + bytes[4 * i + 2]) / 3;
  const greys = Array.from({ length: wide * high }, grey);
  return { webp, greys };
}"""


def kept_or_compared(look: Look, page: Page, name: str) -> None:
    """The picture of a page is written, or held against the one that is in the repository."""
    page.wait_for_selector(".waiting", state="detached")
    shot = base64.b64encode(page.screenshot()).decode()
    easel = look.chromium.new_page()  # a page of ours would not let the picture in
    try:
        now = easel.evaluate(DRAWN, ["png", shot])
        path = FOLDER / f"{name}.webp"
        if WRITES:
            FOLDER.mkdir(exist_ok=True)
            path.write_bytes(base64.b64decode(now["webp"]))
            return
        assert path.is_file(), f"{path.name} is missing; {REMEDY}"
        assert path.stat().st_size < 150_000
        kept = easel.evaluate(DRAWN, ["webp", base64.b64encode(path.read_bytes()).decode()])
    finally:
        easel.close()
    pairs = zip(now["greys"], kept["greys"], strict=True)
    apart = sum(abs(a - b) for a, b in pairs) / len(kept["greys"])
    assert apart <= APART, f"{path.name} shows another page than there is now ({apart:.1f}); {REMEDY}"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_readme_shows_results_as_they_are(look: Look, service: Service, language: str) -> None:
    page = look.at(f"/runs/{service.run}", language)
    expect(page.locator(".k4 .kpi")).to_have_count(4)
    kept_or_compared(look, page, f"results.{language}")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_readme_shows_a_gate_at_work_as_it_is(look: Look, language: str) -> None:
    page = opened(look, language)
    page.get_by_role("button", name="+1").first.click()
    expect(page.locator(".clock")).to_have_text("12:01:00")
    page.mouse.move(5, 400)
    kept_or_compared(look, page, f"live.{language}")


def test_another_page_is_told_from_the_picture(look: Look, service: Service) -> None:
    """The comparison can fail: the picture of results is not that of the list of runs."""
    if WRITES:
        return
    page = look.at("/runs", "vi")
    with pytest.raises(AssertionError, match="shows another page"):
        kept_or_compared(look, page, "results.vi")
