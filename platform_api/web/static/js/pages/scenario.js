// Scenario: what is assumed, and what may I change?
import { html, useEffect, useMemo, useRef, useState } from "../kit.js";
import { both, lang, number, pick, t } from "../i18n.js";
import { getOnce, getText, post, postYaml, Refused } from "../api.js";
import { Beforehand } from "../beforehand.js";
import { Failed, Problems, useLoaded, Waiting } from "../load.js";
import { pathName, plain, valueName } from "../names.js";
import { ask, go, query } from "../route.js";
import { readVariant, variantText } from "../variant.js";

/** @typedef {Record<string, string | number>} Overrides */
/** @typedef {{path: string, value: string, source: string, range: [string, string] | null, owner: string | null}} Parameter */

/** What was changed and not yet run survives a reload. @param {string} name */
const draftOf = (name) => `cuakhau.draft.${name}`;

/** @param {{name: string}} props */
export const ScenarioPage = ({ name }) => {
  const at = `/v1/scenarios/${encodeURIComponent(name)}`;
  const { value, error, again } = useLoaded(name, async () => {
    const [card, resolved] = await Promise.all([getOnce(at), getOnce(`${at}/resolved`)]);
    return { card, resolved };
  });
  if (error) return html`<main id="main"><h1 class="pad">${t("scenario.unknown")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href="/">${t("scenario.to_library")}</a></p></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return html`<${Editor} key=${name} name=${name} card=${value.card} scenario=${value.resolved} />`;
};

/** @param {{name: string, card: any, scenario: import("../names.js").Scenario}} props */
const Editor = ({ name, card, scenario }) => {
  const [overrides, setOverrides] = useState(/** @type {Overrides} */ (JSON.parse(localStorage.getItem(draftOf(name)) ?? "{}")));
  const [past, setPast] = useState(/** @type {Overrides[]} */ ([]));
  const [frozen, freeze] = useState(/** @type {string | null} */ (null));
  const [replications, setReplications] = useState(30);
  const checked = useCheck(name, overrides, frozen);
  /** @param {Overrides} next */
  const change = (next) => {
    setPast([...past, overrides].slice(-50));
    setOverrides(next);
    localStorage.setItem(draftOf(name), JSON.stringify(next));
  };
  const undo = () => {
    const last = past[past.length - 1];
    if (!last) return;
    setPast(past.slice(0, -1));
    setOverrides(last);
    localStorage.setItem(draftOf(name), JSON.stringify(last));
  };
  const tab = query.value.get("tab") ?? "picture";
  const changes = Object.keys(overrides).length;
  return html`<main id="main">
    <div class="head"><div><h1>${pick(card.question)}</h1>
      <p class="sub">${pick(card.title)} · <code>${name}</code> · ${t("scenario.size", { n: card.expected_entities })}
        ${changes > 0 && html` · <b>${t("scenario.changed", { n: changes })}</b> <button type="button" class="link" onClick=${undo} disabled=${!past.length}>${t("scenario.undo")}</button> <button type="button" class="link" onClick=${() => change({})}>${t("scenario.reset")}</button>`}</p></div>
      <${RunButton} name=${name} overrides=${overrides} replications=${replications} setReplications=${setReplications} blocked=${Boolean(checked.problems.length || frozen)} />
    </div>
    <${CheckLine} checked=${checked} />
    <${Beforehand} scenario=${name} overrides=${overrides} blocked=${Boolean(checked.problems.length || frozen)} />
    <div class="tabs" role="tablist" aria-label=${t("scenario.tabs")}>${["picture", "numbers", "yaml"].map((each) => html`
      <button type="button" role="tab" id=${`tab-${each}`} aria-selected=${String(tab === each)} aria-controls="tabpanel" onClick=${() => ask({ tab: each === "picture" ? null : each })}>${t(`scenario.tab.${each}`)}</button>`)}</div>
    <div id="tabpanel" role="tabpanel" aria-labelledby=${`tab-${tab}`}>
      ${tab === "yaml" ? html`<${YamlView} name=${name} card=${card} overrides=${overrides} change=${change} freeze=${freeze} />`
        : tab === "numbers" ? html`<${AllNumbers} scenario=${scenario} card=${card} overrides=${overrides} change=${change} problems=${checked.problems} frozen=${frozen} />`
        : html`<${PictureView} name=${name} scenario=${scenario} card=${card} overrides=${overrides} change=${change} problems=${checked.problems} frozen=${frozen} />`}
    </div>
  </main>`;
};

/** @typedef {{state: "asking" | "right" | "wrong", problems: any[], warnings: any[]}} Checked */

/** The scenario with its changes, checked by the API a moment after the last keystroke.
 * @param {string} name @param {Overrides} overrides @param {string | null} yaml @returns {Checked} */
const useCheck = (name, overrides, yaml) => {
  const [checked, set] = useState(/** @type {Checked} */ ({ state: "right", problems: [], warnings: [] }));
  const key = yaml ?? JSON.stringify(overrides);
  useEffect(() => {
    let wanted = true;
    set((before) => ({ ...before, state: "asking" }));
    const timer = setTimeout(async () => {
      try {
        const found = await (yaml === null ? post("/v1/scenarios:check", { scenario: name, overrides }) : postYaml("/v1/scenarios:check", yaml));
        if (wanted) set({ state: "right", problems: [], warnings: found.warnings });
      } catch (error) {
        const problems = error instanceof Refused && error.problems.length ? error.problems : [unreachable()];
        if (wanted) set({ state: "wrong", problems, warnings: [] });
      }
    }, 350);
    return () => { wanted = false; clearTimeout(timer); };
  }, [key]);
  return checked;
};

const unreachable = () => ({ place: "", message: { vi: t("load.unreachable"), en: t("load.unreachable") }, remedy: { vi: "", en: "" }, line: null });

/** @param {{checked: Checked}} props */
const CheckLine = ({ checked }) => html`<div class="check ${checked.state}" role="status">
  ${checked.state === "asking" ? t("scenario.checking") : checked.problems.length ? html`<b>✕ ${t("scenario.wrong", { n: checked.problems.length })}</b><${Problems} problems=${checked.problems} />`
    : html`<span>✓ ${t("scenario.right")}</span>${checked.warnings.length > 0 && html`<details><summary>${t("scenario.warnings", { n: checked.warnings.length })}</summary><${Problems} problems=${checked.warnings} /></details>`}`}
</div>`;

/** @param {{name: string, overrides: Overrides, replications: number, setReplications: (n: number) => void, blocked: boolean}} props */
const RunButton = ({ name, overrides, replications, setReplications, blocked }) => {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {any} */ (null));
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      const ticket = await post("/v1/runs", { scenario: name, overrides, replications });
      go(`/runs/${ticket.id}`);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  const compare = async () => {
    setBusy(true);
    try {
      const label = both("scenario.mine");
      const ticket = await post("/v1/experiments", { kind: "compare", base: name, variants: { mine: { label, overrides } }, replications });
      go(`/compare/${ticket.id}`);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  const live = async () => {
    setBusy(true);
    try {
      const session = await post("/v1/sessions", { scenario: name, overrides, seed: 1 });
      go(`/live/${session.id}`);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return html`<div class="act"><label class="times">${t("scenario.replications")} <input type="number" min="1" max="1000" value=${replications} onInput=${(/** @type {any} */ e) => setReplications(Math.max(1, Number(e.target.value) || 1))} /></label>
    <button type="button" class="btn pri" disabled=${busy || blocked} onClick=${run}>${t("scenario.run", { n: replications })}</button>
    ${Object.keys(overrides).length > 0 && html`<button type="button" class="btn" disabled=${busy || blocked} onClick=${compare}>${t("scenario.compare")}</button>`}
    <button type="button" class="btn" disabled=${busy || blocked} onClick=${live}>${t("scenario.live")}</button>
    ${error && html`<${Failed} error=${error} />`}</div>`;
};

// ---- the picture, and the numbers of a step --------------------------------------------------------------

/** @typedef {{name: string, scenario: any, card: any, overrides: Overrides, change: (next: Overrides) => void, problems: any[], frozen: string | null}} Shared */

/** @param {Shared} props */
const PictureView = (props) => {
  const { name, scenario, card } = props;
  const step = query.value.get("step");
  return html`<div class="side">
    <${Network} name=${name} scenario=${scenario} chosen=${step} choose=${(/** @type {string} */ each) => ask({ step: each })} />
    <section class="card panel" aria-live="polite">${step && scenario.steps[step]
      ? html`<h2>${pick(scenario.steps[step].label)}</h2>${scenario.steps[step].agency && html`<p class="sub">${valueName(scenario, "agency", scenario.steps[step].agency)}</p>`}
        <${Numbers} ...${props} parameters=${numbersOf(scenario, card.parameters, step)} />`
      : html`<h2>${t("scenario.rests")}</h2><${Rests} card=${card} /><p>${t("scenario.choose_step")}</p>`}</section>
  </div>`;
};

/** Those of a step, of the pools, the place and the platforms it needs.
 * @param {any} scenario @param {Parameter[]} parameters @param {string} name */
export const numbersOf = (scenario, parameters, name) => {
  const step = scenario.steps[name];
  const pools = step.needs.flatMap((/** @type {any} */ need) => need.any_of.map((/** @type {[string, number]} */ [pool]) => pool));
  const heads = [`steps.${name}.`, ...pools.map((/** @type {string} */ pool) => `resources.${pool}.`), ...(step.zone ? [`zones.${step.zone}.`] : [])];
  return parameters.filter((each) => heads.some((head) => each.path.startsWith(head)));
};

/** @param {{name: string, scenario: any, chosen: string | null, choose: (step: string) => void}} props */
const Network = ({ name, scenario, chosen, choose }) => {
  const { value, error } = useLoaded(`${name} ${lang.value}`, () => getText(`/v1/scenarios/${encodeURIComponent(name)}/picture?language=${lang.value}`));
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [zoom, setZoom] = useState(75);
  useEffect(() => {
    if (!value || !place.current) return;
    const bare = value.replace(/<style>[^]*?<\/style>/, ""); // app.css has it: the policy forbids styles in a page
    const drawn = new DOMParser().parseFromString(bare, "image/svg+xml").documentElement;
    drawn.setAttribute("role", "group");
    for (const node of drawn.querySelectorAll("[data-step]")) {
      const step = scenario.steps[node.getAttribute("data-step") ?? ""];
      if (!step) continue;
      node.setAttribute("role", "button");
      node.setAttribute("tabindex", "0");
      for (const line of node.querySelectorAll("text")) line.append(" "); // read as words, not as one
    }
    place.current.replaceChildren(drawn);
  }, [value, lang.value]);
  useEffect(() => {
    const drawn = place.current?.querySelector("svg");
    const [, , width, height] = (drawn?.getAttribute("viewBox") ?? "").split(" ").map(Number);
    if (!drawn || !width) return;
    drawn.setAttribute("width", String((width * zoom) / 100));
    drawn.setAttribute("height", String((height * zoom) / 100));
  }, [value, zoom]);
  useEffect(() => {
    for (const node of place.current?.querySelectorAll("[data-step]") ?? [])
      node.setAttribute("aria-pressed", String(node.getAttribute("data-step") === chosen));
    const box = place.current;
    const on = box?.querySelector("[aria-pressed=true]")?.getBoundingClientRect();
    const seen = box?.getBoundingClientRect();
    if (!box || !on || !seen) return;
    if (on.left < seen.left || on.right > seen.right) box.scrollLeft += on.left - seen.left - seen.width / 2 + on.width / 2;
    if (on.top < seen.top || on.bottom > seen.bottom) box.scrollTop += on.top - seen.top - seen.height / 2 + on.height / 2;
  }, [value, chosen]);
  /** @param {Event} event */
  const hit = (event) => /** @type {Element} */ (event.target).closest("[role=button][data-step]")?.getAttribute("data-step");
  return html`<div class="card net"><div class="zoom">${[40, 75, 100].map((each) => html`<button type="button" class="btn" aria-pressed=${String(zoom === each)} onClick=${() => setZoom(each)}>${each} %</button>`)}</div>
    ${error ? html`<${Failed} error=${error} />` : null}
    <div class="scroll" ref=${place} tabindex="0" role="region" aria-label=${t("scenario.picture")}
      onClick=${(/** @type {Event} */ event) => { const step = hit(event); if (step) choose(step); }}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => { const step = hit(event); if (step && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); choose(step); } }}></div></div>`;
};

/** How many numbers rest on what. @param {{card: any}} props */
const Rests = ({ card }) => {
  const assumed = card.parameters.filter((/** @type {Parameter} */ each) => each.source === "assumption").length;
  const all = card.parameters.length;
  return html`<p class="rests"><b>${number(all)}</b> ${t("scenario.rests.all", { n: all })}: <b>${number(all - assumed)}</b> ${t("scenario.rests.sourced")}, <b>${number(assumed)}</b> ${t("scenario.rests.assumed")}</p>
    <svg class="restbar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="r1" width=${((all - assumed) / (all || 1)) * 100} height="6" /><rect class="st-closed" x=${((all - assumed) / (all || 1)) * 100} width=${(assumed / (all || 1)) * 100} height="6" /></svg>`;
};

/** @param {Shared & {parameters: Parameter[]}} props */
const Numbers = ({ scenario, parameters, overrides, change, problems, frozen }) => !parameters.length ? html`<p class="sub">${t("scenario.no_numbers")}</p>` : html`
  ${frozen !== null && html`<p class="sub">${t("scenario.frozen")}</p>`}
  <ul class="nums">${parameters.map((each) => html`<${NumberField} key=${each.path} parameter=${each} scenario=${scenario} overrides=${overrides} change=${change} disabled=${frozen !== null}
    problem=${problems.find((problem) => placeOf(problem) === each.path)} />`)}</ul>`;

/** Which number is wrong: of a change, the number that it changes. @param {{place: string}} problem */
const placeOf = (problem) => problem.place.match(/^overrides\."(.*)"$/)?.[1] ?? problem.place;

/** @param {{parameter: Parameter, scenario: any, overrides: Overrides, change: (next: Overrides) => void, problem: any, disabled: boolean}} props */
const NumberField = ({ parameter, scenario, overrides, change, problem, disabled }) => {
  const { path, value, source, range, owner } = parameter;
  const { head, tail } = pathName(scenario, path);
  const mine = path in overrides;
  const id = `n-${path.replace(/\W/g, "-")}`;
  const [typed, type] = useState(/** @type {string | null} */ (null)); // half-typed: what arrives meanwhile leaves it
  /** @param {string} said */
  const set = (said) => {
    const next = { ...overrides };
    if (said.trim() === "" || said.trim() === value) delete next[path];
    else next[path] = /^-?\d+(\.\d+)?$/.test(said.trim()) ? Number(said) : said.trim();
    change(next);
  };
  const from = source === "assumption" ? t("scenario.assumption") : scenario.sources[source]?.text ? pick(scenario.sources[source].text) : source;
  return html`<li class=${mine ? "mine" : ""}>
    <label for=${id}>${tail ? html`<b>${tail}</b> · ` : ""}${head}</label>
    <input id=${id} value=${typed ?? (mine ? overrides[path] : value)} disabled=${disabled} aria-invalid=${String(Boolean(problem))} aria-describedby=${`${id}-d`} onInput=${(/** @type {any} */ e) => type(e.target.value)} onChange=${(/** @type {any} */ e) => { type(null); set(e.target.value); }} />
    <p class="sub" id=${`${id}-d`}>${range && t("scenario.range", { low: range[0], high: range[1] })}${range && " · "}<span class=${source === "assumption" ? "assumed" : ""}>${from}</span>${owner && ` · ${t("scenario.owner", { who: valueName(scenario, "agency", owner) })}`}
      ${scenario.sources[source]?.url && html` <a href=${scenario.sources[source].url} target="_blank" rel="noopener noreferrer">↗<span class="unseen">${t("scenario.open_source")}</span></a>`}
      ${mine && html` <b>${t("scenario.before", { value })}</b> <button type="button" class="link" onClick=${() => set("")}>${t("scenario.take_back")}</button>`}</p>
    ${problem && html`<p class="bad">✕ ${pick(problem.message)}; ${pick(problem.remedy)}</p>`}
  </li>`;
};

/** @param {Omit<Shared, "name">} props */
const AllNumbers = (props) => {
  const [wanted, setWanted] = useState("");
  const [only, setOnly] = useState("all");
  const found = useMemo(() => props.card.parameters.filter((/** @type {Parameter} */ each) => {
    const { head, tail } = pathName(props.scenario, each.path);
    const kept = only === "all" || (only === "assumption" ? each.source === "assumption" : only === "mine" ? each.path in props.overrides : each.source !== "assumption");
    return kept && plain(`${each.path} ${head} ${tail}`).includes(plain(wanted));
  }), [wanted, only, props.overrides, lang.value]);
  return html`<div class="tools"><label class="search"><span class="unseen">${t("scenario.find")}</span><input type="search" placeholder=${t("scenario.find")} value=${wanted} onInput=${(/** @type {any} */ e) => setWanted(e.target.value)} /></label>
    <label>${t("scenario.show")} <select value=${only} onChange=${(/** @type {any} */ e) => setOnly(e.target.value)}>${["all", "assumption", "sourced", "mine"].map((each) => html`<option value=${each}>${t(`scenario.show.${each}`)}</option>`)}</select></label>
    <span class="sub" role="status">${t("scenario.found", { n: found.length })}</span></div>
    <section class="card wide"><${Numbers} ...${props} name="" parameters=${found} /></section>`;
};

// ---- as text ---------------------------------------------------------------------------------------------

/** @param {{name: string, card: any, overrides: Overrides, change: (next: Overrides) => void, freeze: (yaml: string | null) => void}} props */
const YamlView = ({ name, card, overrides, change, freeze }) => {
  const { value, error } = useLoaded(`${name} written`, () => getText(`/v1/scenarios/${encodeURIComponent(name)}/written`));
  const [text, setText] = useState(variantText(name, card, overrides));
  const [saved, setSaved] = useState(/** @type {any} */ (null));
  /** @param {string} next */
  const edit = (next) => {
    setText(next);
    const read = readVariant(next, name);
    freeze(read ? null : next);
    if (read) change(read);
  };
  const store = async () => {
    try {
      const card = await postYaml("/v1/scenarios", text);
      freeze(null);
      go(`/scenarios/${card.name}`);
    } catch (failed) { setSaved(failed); }
  };
  return html`<div class="grid c2">
    <section class="card"><h2>${t("scenario.variant")}</h2><p class="sub">${t("scenario.variant.sub")}</p>
      <textarea class="yaml" spellcheck=${false} aria-label=${t("scenario.variant")} value=${text} onInput=${(/** @type {any} */ e) => edit(e.target.value)}></textarea>
      <div class="tools flat"><button type="button" class="btn pri" onClick=${store}>${t("scenario.store")}</button></div>
      ${saved && html`<${Failed} error=${saved} />`}</section>
    <section class="card"><h2>${t("scenario.written")}</h2><p class="sub">${t("scenario.written.sub")}</p>
      ${error ? html`<${Failed} error=${error} />` : html`<pre class="yaml" tabindex="0" role="region" aria-label=${t("scenario.written")}>${value ?? "…"}</pre>`}</section>
  </div>`;
};
