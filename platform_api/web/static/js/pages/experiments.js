// Experiments: what do you want to know? Six questions, each asked of a scenario, or as the library asks it.
import { html, useState } from "../kit.js";
import { instant, number, pick, t } from "../i18n.js";
import { get, getOnce, post } from "../api.js";
import { Beforehand } from "../beforehand.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { ask, go, query } from "../route.js";
import { QUESTIONS } from "../questions.js";

export const KINDS = ["compare", "why", "sweep", "optimise", "resilience", "forecast"];

/** @param {{kind?: string}} props */
export const Experiments = ({ kind: first = "compare" }) => {
  const asked = query.value.get("kind") ?? first;
  const kind = KINDS.includes(asked) ? asked : "compare";
  const { value, error, again } = useLoaded("experiments", async () => {
    const [list, library, designs] = await Promise.all([get("/v1/experiments"), getOnce("/v1/scenarios"), getOnce("/v1/experiments:designs")]);
    return { list: list.experiments, library: library.scenarios, designs: designs.designs };
  });
  return html`<main id="main"><div class="head"><div><h1>${t("experiments.title")}</h1><p class="sub">${t("experiments.sub")}</p></div></div>
    <div class="asks" role="group" aria-label=${t("experiments.title")}>${KINDS.map((each) => html`<button type="button" class="choice" aria-pressed=${String(each === kind)} onClick=${() => ask({ kind: each })}><b>${t(`ask.${each}`)}</b><span>${t(`ask.${each}.sub`)}</span></button>`)}</div>
    ${error ? html`<${Failed} error=${error} again=${again} />` : !value ? html`<${Waiting} lines=${5} />` : html`
      <${Order} key=${kind} kind=${kind} library=${value.library} />
      <${Designs} designs=${value.designs.filter((/** @type {any} */ each) => each.kind === kind)} />
      <${Done} list=${value.list} />`}
  </main>`;
};

// ---- asking ----------------------------------------------------------------------------------------------

/** Where an answer stands. @param {{id: string, kind: string}} ticket */
export const addressOf = ({ id, kind }) => `${kind === "compare" ? "/compare" : "/experiments"}/${id}`;

/** What was changed on a scenario's page and not yet run. @param {string} name @returns {Record<string, string | number>} */
const draftOf = (name) => JSON.parse(localStorage.getItem(`cuakhau.draft.${name}`) ?? "{}");

/** @param {{kind: string, library: any[]}} props */
const Order = ({ kind, library }) => {
  const wanted = query.value.get("base") ?? "";
  const base = library.some((each) => each.name === wanted) ? wanted : "lang-son-2025-03-12";
  const [mine, setMine] = useState(true);
  const [replications, setReplications] = useState(kind === "compare" || kind === "optimise" ? 20 : kind === "forecast" ? 60 : 10);
  const [said, say] = useState(/** @type {{order: Record<string, any> | null, size?: string}} */ ({ order: {} }));
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const draft = draftOf(base);
  const changes = Object.keys(draft).length;
  const overrides = mine && changes && kind !== "compare" ? draft : {};
  const at = `/v1/scenarios/${encodeURIComponent(base)}`;
  const { value, error } = useLoaded(base, async () => {
    const [card, scenario] = await Promise.all([getOnce(at), getOnce(`${at}/resolved`)]);
    return { card, scenario };
  });
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setFailed(null);
    try {
      const more = Object.keys(overrides).length ? { overrides } : {};
      const ticket = await post("/v1/experiments", { kind, base, replications, ...more, ...said.order });
      go(addressOf(ticket));
    } catch (wrong) { setFailed(wrong); setBusy(false); }
  };
  const Question = QUESTIONS[kind];
  return html`<form class="card wide" onSubmit=${send}><h2>${t(`ask.${kind}`)}</h2>
    <div class="order"><label>${t(kind === "compare" ? "compare.base" : "runs.scenario")} <select value=${base} onChange=${(/** @type {any} */ e) => ask({ base: e.target.value })}>${library.map((each) => html`<option value=${each.name}>${pick(each.title)}</option>`)}</select></label>
      <label>${t("scenario.replications")} <input type="number" min="2" max="500" value=${replications} onInput=${(/** @type {any} */ e) => setReplications(Number(e.target.value) || 10)} /></label>
      ${changes > 0 && kind !== "compare" && html`<label class="tick"><input type="checkbox" checked=${mine} onChange=${(/** @type {any} */ e) => setMine(e.target.checked)} /> ${t("experiments.mine", { n: changes })}</label>`}</div>
    ${error ? html`<${Failed} error=${error} />` : value && html`<${Question} key=${base} base=${base} card=${value.card} scenario=${value.scenario} library=${library} replications=${replications} say=${say} />`}
    <div class="flush"><${Beforehand} scenario=${base} overrides=${overrides} /></div>
    <p class="send"><button class="btn pri" disabled=${busy || said.order === null || !value}>${t("experiments.send")}</button>${said.size && html`<span class="sub">${said.size}</span>`}</p>
    ${failed && html`<${Failed} error=${failed} />`}</form>`;
};

/** @param {{designs: any[]}} props */
const Designs = ({ designs }) => {
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  if (!designs.length) return null;
  const send = async (/** @type {any} */ of) => {
    try { go(addressOf(await post("/v1/experiments", { kind: of.kind, design: of.name }))); } catch (wrong) { setFailed(wrong); }
  };
  return html`<section class="card wide"><h2>${t("experiments.designs")}</h2><ul class="designs">${designs.map((of) => html`<li><div><b>${pick(of.question) || pick(of.title)}</b><p class="sub">${pick(of.title)} · <code>${of.name}</code></p></div><button type="button" class="btn" aria-label=${`${t("experiments.send")}: ${pick(of.title)}`} onClick=${() => send(of)}>${t("experiments.send")}</button></li>`)}</ul>${failed && html`<${Failed} error=${failed} />`}</section>`;
};

/** @param {{list: any[]}} props */
const Done = ({ list }) => list.length > 0 && html`<section class="card wide scrollx" tabindex="0" role="region" aria-label=${t("experiments.done")}><h2>${t("experiments.done")}</h2><table class="words"><thead><tr><th>${t("experiments.kind")}</th><th>${t("runs.scenario")}</th><th>${t("runs.state")}</th><th>${t("runs.replications")}</th><th>${t("runs.created")}</th></tr></thead>
  <tbody>${list.map((each) => html`<tr><td><a href=${addressOf(each)}>${t(`kind.${each.kind}`)}</a></td><td><a href=${`/scenarios/${each.scenario}`}>${each.scenario}</a></td><td>${t(`run.state.${each.state}`)}</td><td>${number(each.replications)}</td><td>${instant(each.created)}</td></tr>`)}</tbody></table></section>`;
