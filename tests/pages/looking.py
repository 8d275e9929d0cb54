"""Looking at a page as its reader does: in a language, at a size; what every page must keep."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from platform_api.routes.pages import FOLDER

AXE = FOLDER.parent / "node_modules" / "axe-core" / "axe.min.js"

CUT = """() => {
  const cut = [];
  const labels = "button, a, h1, h2, th, label, summary, .sub, .num, .chip, .btn, p";
  for (const each of document.querySelectorAll(labels)) {
    const style = getComputedStyle(each);
    if (style.clipPath !== "none" || !each.getClientRects().length || each.closest(".unseen")) continue;
    const hides = style.overflowX !== "visible" || style.textOverflow === "ellipsis";
    if (hides && each.scrollWidth > each.clientWidth + 1) cut.push(each.textContent.trim());
  }
  for (const text of document.querySelectorAll("svg[role=img] text")) {
    const svg = text.ownerSVGElement.getBoundingClientRect(), own = text.getBoundingClientRect();
    if (own.width && (own.left < svg.left - 1 || own.right > svg.right + 1 || own.bottom > svg.bottom + 1.5))
      cut.push("svg: " + text.textContent);
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) {
    const wide = [...document.querySelectorAll("body *")].find((each) =>
      each.getBoundingClientRect().right > innerWidth + 1
      && !each.closest(".scrollx, .scroll, .unseen, .defs"));
    cut.push(`the page is wider than its window: ${wide?.tagName}.${wide?.className}`);
  }
  return cut;
}"""
"""Labels that are not shown whole: cut by their box, outside their drawing, or beyond the window."""

LISTENS = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150))))"""
"""Keys are heard once what follows a painting is done; at the latest 100 ms after it."""


class Look:
    """One reader's browser window.

    `expects`: what a browser says of an answer that the test asks for, such as "422".
    """

    def __init__(self, chromium: Browser, address: str, shots: Path) -> None:
        self.chromium, self.address, self.shots = chromium, address, shots
        self.complaints: list[str] = []
        self.expects = ""
        self._pages: list[Page] = []

    def at(self, path: str, language: str = "vi", size: tuple[int, int] = (1366, 768), **how: Any) -> Page:
        """A page in a window of its own, once it stands there whole."""
        width, height = size
        context = self.chromium.new_context(viewport={"width": width, "height": height}, **how)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: self._heard(f"{said.type}: {said.text}", said.type))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        separator = "&" if "?" in path else "?"
        page.goto(f"{self.address}{path}{separator}lang={language}")
        page.wait_for_selector("main h1")
        self._pages.append(page)
        return page

    def _heard(self, said: str, kind: str) -> None:
        if kind in ("error", "warning") and not (self.expects and self.expects in said):
            self.complaints.append(said)

    def approve(self, page: Page, name: str) -> None:
        """A picture of it is kept; nothing on the console, no label cut, nothing that axe finds."""
        page.wait_for_selector(".waiting", state="detached")
        self.shots.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self.shots / f"{name}.png")
        faults = [*self.complaints, *page.evaluate(CUT), *faults_by_axe(page)]
        assert not faults, faults

    def close(self) -> None:
        for page in self._pages:
            page.context.close()


def faults_by_axe(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
          .then((all) => all.violations.map((each) =>
            [each.id, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]))"""
    )
    return [f"{rule}: {where}" for rule, where in found]
