// The pages: which one the address names, the head that all of them share, language and projector.
import { effect, html, render, signal, useEffect } from "./kit.js";
import { lang, setLang, t } from "./i18n.js";
import { follow, path } from "./route.js";
import { Failed } from "./load.js";

/** @type {Record<string, () => Promise<any>>} */
const PAGES = {
  library: () => import("./pages/library.js").then((page) => page.Library),
  scenarios: () => import("./pages/scenario.js").then((page) => page.ScenarioPage),
  runs: () => import("./pages/runs.js").then((page) => page.Runs),
  run: () => import("./pages/results.js").then((page) => page.RunPage),
  experiments: () => import("./pages/experiments.js").then((page) => page.Experiments),
  experiment: () => import("./pages/experiment.js").then((page) => page.ExperimentPage),
  map: () => import("./pages/map.js").then((page) => page.MapPage),
  trucks: () => import("./pages/trucks.js").then((page) => page.TrucksPage),
  live: () => import("./pages/live.js").then((page) => page.Sessions),
  session: () => import("./pages/live.js").then((page) => page.LivePage),
  lessons: () => import("./pages/lessons.js").then((page) => page.Lessons),
  lesson: () => import("./pages/lessons.js").then((page) => page.LessonPage),
  join: () => import("./pages/class.js").then((page) => page.Join),
  seat: () => import("./pages/class.js").then((page) => page.Seat),
  trainer: () => import("./pages/class.js").then((page) => page.Trainer),
  handout: () => import("./pages/lessons.js").then((page) => page.Handout),
};

/** Which page, what it is about. */
const place = () => {
  const [first, second, third] = path.value;
  if (!first || (first === "scenarios" && !second)) return { page: "library", props: {} };
  if (first === "scenarios") return { page: "scenarios", props: { name: second } };
  if (first === "runs" && third === "map") return { page: "map", props: { id: second } };
  if (first === "runs" && third === "trucks") return { page: "trucks", props: { id: second } };
  if (first === "runs") return second ? { page: "run", props: { id: second } } : { page: "runs", props: {} };
  if (first === "experiments" || first === "compare") return second ? { page: "experiment", props: { id: second } } : { page: "experiments", props: {} };
  if (first === "live") return second ? { page: "session", props: { id: second } } : { page: "live", props: {} };
  if (first === "join") return { page: "join", props: {} };
  if (first === "class" && second) return { page: third === "trainer" ? "trainer" : "seat", props: { code: second } };
  if (first === "lessons" && third === "handout") return { page: "handout", props: { name: second } };
  if (first === "lessons") return second ? { page: "lesson", props: { name: second } } : { page: "lessons", props: {} };
  return { page: "library", props: {} };
};

/** @type {Map<string, any>} */
const loaded = new Map();
const shown = signal(0);
const failed = signal(/** @type {any} */ (null));

const Shell = () => {
  const { page, props } = place();
  shown.value;
  const Page = loaded.get(page);
  useEffect(() => {
    if (Page) return;
    PAGES[page]().then((found) => { loaded.set(page, found); shown.value += 1; }, (error) => { failed.value = error; });
  }, [page, Page]);
  return html`<a class="skip" href="#main">${t("nav.skip")}</a>
    <${Textures} />
    <${Head} page=${page} />
    ${failed.value ? html`<main id="main"><${Failed} error=${failed.value} again=${() => location.reload()} /></main>` : Page ? html`<${Page} ...${props} />` : html`<main id="main"></main>`}`;
};

/** Textures that stand beside the colours of states; a test of greyscale reads them. */
const Textures = () => html`<svg class="defs" width="0" height="0" aria-hidden="true"><defs>
  <pattern id="pClosed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="p-s" /><rect width="2.6" height="6" class="p-c" /></pattern>
  <pattern id="pBlocked" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="p-s" /><path d="M0 0L6 6M6 0L0 6" class="p-b" /></pattern>
  <pattern id="pDots" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" class="p-s" /><circle cx="2.5" cy="2.5" r="1.2" class="p-d" /></pattern>
  <pattern id="pOut" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="p-s" /><rect width="6" height="2.6" class="p-o" /></pattern>
</defs></svg>`;

const NAV = [["library", "/"], ["runs", "/runs"], ["experiments", "/experiments"], ["live", "/live"], ["lessons", "/lessons"]];
/** @type {Record<string, string>} */
const PART = { scenarios: "library", run: "runs", map: "runs", trucks: "runs", session: "live", experiment: "experiments", lesson: "lessons", handout: "lessons", trainer: "lessons", seat: "lessons", join: "lessons" };

/** Pages of who can open no other. */
const ALONE = ["join", "seat"];

/** @param {{page: string}} props */
const Head = ({ page }) => html`<header class="top">
  <a class="logo" href="/"><svg viewBox="0 0 26 20" aria-hidden="true"><path class="lg1" d="M3 19V7M23 19V7M1 19h6M19 19h6" /><path class="lg2" d="M3 7L24 2" /></svg>Cửa Khẩu</a>
  <nav class="nav" aria-label=${t("nav.pages")}>${(ALONE.includes(page) ? [] : NAV).map(([name, address]) => html`<a href=${address} aria-current=${name === (PART[page] ?? page) ? "page" : undefined}>${t(`nav.${name}`)}</a>`)}</nav>
  <button type="button" class="btn small" aria-pressed=${String(projector.value)} onClick=${() => (projector.value = !projector.value)}>${t("nav.projector")}</button>
  <div class="seg" role="group" aria-label=${t("nav.language")}>${/** @type {const} */ (["vi", "en"]).map((each) => html`<button type="button" lang=${each} aria-pressed=${String(lang.value === each)} onClick=${() => setLang(each)}>${each === "vi" ? "Tiếng Việt" : "English"}</button>`)}</div>
</header>`;

const projector = signal(localStorage.getItem("cuakhau.projector") === "1");

effect(() => { document.documentElement.lang = lang.value; });
effect(() => {
  document.documentElement.classList.toggle("projector", projector.value);
  localStorage.setItem("cuakhau.projector", projector.value ? "1" : "0");
});
document.addEventListener("click", follow);

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${Shell} />`, root);
