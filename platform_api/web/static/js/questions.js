// What each kind of experiment asks besides scenario and replications; each says its part of the order.
import { html, useEffect, useState } from "./kit.js";
import { duration, inBoth, number, pick, t } from "./i18n.js";
import { pathName, plain } from "./names.js";

/** `say`: the rest of the order (null: not whole yet) and how much work it is, in words.
 * @typedef {{base: string, card: any, scenario: import("./names.js").Scenario, library: any[], replications: number, say: (said: {order: Record<string, any> | null, size?: string}) => void}} Asking */

/** @param {any} event @returns {string} */
const typed = (event) => event.target.value;

/** @param {{label: string, value: number, set: (value: number) => void, min?: number, max?: number, step?: number}} props */
const Count = ({ label, value, set, min = 0, max = 1000, step = 1 }) => html`<label>${label} <input type="number" min=${min} max=${max} step=${step} value=${value} onInput=${(/** @type {any} */ e) => set(Number(typed(e)) || min)} /></label>`;

/** @param {Asking} props */
const Compare = ({ base, library, say }) => {
  const first = library.some((each) => each.name === "lang-son-until-20h") && base === "lang-son-2025-03-12" ? "lang-son-until-20h" : "";
  const [others, setOthers] = useState([first, ""]);
  const [ranges, setRanges] = useState(false);
  const chosen = others.filter((name) => name && name !== base);
  useEffect(() => say({ order: chosen.length ? { variants: Object.fromEntries(chosen.map((name) => [name, { scenario: name, label: library.find((each) => each.name === name)?.title }])), ...(ranges ? { ranges: 20 } : {}) } : null }), [others.join(), ranges, base]);
  return html`<div class="order">${others.map((name, i) => html`<label>${t("compare.variant", { n: i + 1 })} <select value=${name} onChange=${(/** @type {any} */ e) => setOthers(others.map((other, k) => (k === i ? typed(e) : other)))}><option value="">–</option>${library.map((each) => html`<option value=${each.name}>${pick(each.title)}</option>`)}</select></label>`)}
    <label class="tick"><input type="checkbox" checked=${ranges} onChange=${(/** @type {any} */ e) => setRanges(e.target.checked)} /> ${t("compare.ranges")}</label></div>`;
};

/** @param {Asking} props */
const Why = ({ say, replications }) => {
  useEffect(() => say({ order: {}, size: t("ask.why.size", { n: replications }) }), [replications]);
  return null;
};

/** Numbers that say nothing of time. @param {string} path */
const isMoney = (path) => /cost_per_hour|^rates\.|\.fee/.test(path);

/** @param {Asking} props */
const Sweep = ({ card, scenario, replications, say }) => {
  const dials = card.parameters.filter((/** @type {any} */ each) => each.source === "assumption" && each.range && !isMoney(each.path));
  const [chosen, choose] = useState(/** @type {string[]} */ (dials.slice(0, 8).map((/** @type {any} */ each) => each.path)));
  const [wanted, want] = useState("");
  const told = (/** @type {any} */ each) => { const { head, tail } = pathName(scenario, each.path); return `${head}${tail ? `, ${tail}` : ""}`; };
  useEffect(() => say({
    order: chosen.length && chosen.length <= 30 ? { sweep: "tornado", factors: Object.fromEntries(chosen.map((path, i) => [`f${i + 1}`, { path, label: inBoth(() => told({ path })) }])) } : null,
    size: t("ask.size", { n: (2 * chosen.length + 1) * replications }),
  }), [chosen.join(), replications]);
  const shown = dials.filter((/** @type {any} */ each) => plain(`${told(each)} ${each.path}`).includes(plain(wanted)));
  return html`<fieldset><legend>${t("ask.sweep.choose", { n: chosen.length, all: dials.length })}</legend>
    <label class="search"><span class="unseen">${t("ask.sweep.find")}</span><input type="search" placeholder=${t("ask.sweep.find")} value=${wanted} onInput=${(/** @type {any} */ e) => want(typed(e))} /></label>
    <ul class="ticks" tabindex="0" aria-label=${t("ask.sweep.find")}>${shown.map((/** @type {any} */ each) => html`<li><label class="tick"><input type="checkbox" checked=${chosen.includes(each.path)} onChange=${(/** @type {any} */ e) => choose(e.target.checked ? [...chosen, each.path] : chosen.filter((path) => path !== each.path))} /> ${told(each)} <small>${each.value} (${each.range.join(" – ")})</small></label></li>`)}</ul></fieldset>`;
};

/** @param {Asking} props */
const Resilience = ({ say, scenario, replications }) => {
  const [lasts, setLasts] = useState(2);
  const [every, setEvery] = useState("");
  const targets = Object.keys(scenario.platforms).length + new Set(Object.values(scenario.resources).map((/** @type {any} */ each) => each.agency).filter(Boolean)).size;
  useEffect(() => say({ order: { lasts: `${lasts} h`, ...(every ? { every: `${every} h` } : {}) }, size: t("ask.resilience.size", { targets, n: replications }) }), [lasts, every, replications]);
  return html`<div class="order"><${Count} label=${t("ask.resilience.lasts")} value=${lasts} set=${setLasts} min=${0.5} max=${72} step=${0.5} />
    <label>${t("ask.resilience.every")} <select value=${every} onChange=${(/** @type {any} */ e) => setEvery(typed(e))}><option value="">${t("ask.resilience.auto")}</option>${[1, 2, 3, 6, 12].map((hours) => html`<option value=${hours}>${duration(hours * 3_600_000)}</option>`)}</select></label></div>`;
};

/** @param {Asking} props */
const Forecast = ({ scenario, replications, say }) => {
  const rooms = Object.entries(scenario.zones).filter(([, zone]) => zone.room != null);
  const [days, setDays] = useState(3);
  const [limit, setLimit] = useState(rooms[0]?.[0] ?? "");
  const [groups, setGroups] = useState(/** @type {{way: string, count: number, age: number}[]} */ ([]));
  const ways = Object.entries(scenario.flows).flatMap(([flow, of]) => Object.keys(of.next).map((step) => ({ way: `${flow}@${step}`, told: `${pick(of.label)}: ${pick(scenario.steps[step].label)}` })));
  const waiting = groups.filter((each) => each.way && each.count > 0).map((each) => { const [flow, at] = each.way.split("@"); return { flow, at, count: each.count, age: `${each.age} h` }; });
  useEffect(() => say({ order: { horizon: `${days} d`, ...(limit ? { limit } : {}), ...(waiting.length ? { situation: { waiting } } : {}) }, size: t("ask.size", { n: replications }) }), [days, limit, JSON.stringify(waiting), replications]);
  const change = (/** @type {number} */ i, /** @type {any} */ part) => setGroups(groups.map((each, k) => (k === i ? { ...each, ...part } : each)));
  return html`<div class="order"><${Count} label=${t("ask.forecast.days")} value=${days} set=${setDays} min=${1} max=${60} />
      <label>${t("ask.forecast.limit")} <select value=${limit} onChange=${(/** @type {any} */ e) => setLimit(typed(e))}><option value="">–</option>${rooms.map(([name, zone]) => html`<option value=${name}>${pick(zone.label)} (${number(zone.room)})</option>`)}</select></label></div>
    <fieldset><legend>${t("ask.forecast.now")}</legend>${groups.map((each, i) => html`<div class="order"><label>${t("ask.forecast.where")} <select value=${each.way} onChange=${(/** @type {any} */ e) => change(i, { way: typed(e) })}><option value="">–</option>${ways.map((of) => html`<option value=${of.way}>${of.told}</option>`)}</select></label>
      <${Count} label=${t("ask.forecast.count")} value=${each.count} set=${(/** @type {number} */ count) => change(i, { count })} max=${100000} /><${Count} label=${t("ask.forecast.age")} value=${each.age} set=${(/** @type {number} */ age) => change(i, { age })} /></div>`)}
      <button type="button" class="link" onClick=${() => setGroups([...groups, { way: "", count: 10, age: 1 }])}>${t("ask.forecast.add")}</button></fieldset>`;
};

/** @param {Asking} props */
const Optimise = ({ scenario, say, replications }) => {
  const pools = Object.entries(scenario.resources).filter(([, pool]) => pool.shifts.length === 1);
  const [rows, setRows] = useState(() => pools.slice(0, 2).map(([name, pool]) => ({ name, from: Math.max(1, unitsOf(pool) - 1), to: unitsOf(pool) + 1, cost: 1 })));
  const directions = Object.values(scenario.flows).flatMap((flow) => (flow.attributes?.direction ? Object.entries(flow.attributes.direction.labels ?? {}) : []));
  const [share, setShare] = useState(90);
  const [hours, setHours] = useState(8);
  const [of, setOf] = useState("");
  const chosen = rows.filter((row) => row.name && row.to >= row.from);
  const places = chosen.reduce((all, row) => all * (row.to - row.from + 1), 1);
  useEffect(() => say({
    order: chosen.length && new Set(chosen.map((row) => row.name)).size === chosen.length ? {
      decisions: Object.fromEntries(chosen.map((row) => [row.name, { path: `resources.${row.name}.capacity`, label: scenario.resources[row.name].label, range: [row.from, row.to], cost: { value: `${row.cost * 1e6} VND`, range: [`${row.cost * 5e5} VND`, `${row.cost * 2e6} VND`], source: "assumption", owner: t("ask.optimise.owner") } }])),
      targets: [`${share} % ${of ? `{direction=${of}} ` : ""}within ${hours} h`],
    } : null,
    size: t("ask.optimise.size", { places, n: replications }),
  }), [JSON.stringify(rows), share, hours, of, replications]);
  const change = (/** @type {number} */ i, /** @type {any} */ part) => setRows(rows.map((each, k) => (k === i ? { ...each, ...part } : each)));
  return html`<fieldset><legend>${t("ask.optimise.decide")}</legend>${rows.map((row, i) => html`<div class="order"><label>${t("results.resource")} <select value=${row.name} onChange=${(/** @type {any} */ e) => { const name = typed(e); const now = name ? unitsOf(scenario.resources[name]) : 1; change(i, { name, from: Math.max(1, now - 1), to: now + 1 }); }}><option value="">–</option>${pools.map(([name, pool]) => html`<option value=${name}>${pick(pool.label)} (${number(unitsOf(pool))})</option>`)}</select></label>
      <${Count} label=${t("ask.optimise.from")} value=${row.from} set=${(/** @type {number} */ from) => change(i, { from })} min=${1} /><${Count} label=${t("ask.optimise.to")} value=${row.to} set=${(/** @type {number} */ to) => change(i, { to })} min=${1} /><${Count} label=${t("ask.optimise.cost")} value=${row.cost} set=${(/** @type {number} */ cost) => change(i, { cost })} step=${0.1} /></div>`)}
      <button type="button" class="link" onClick=${() => setRows([...rows, { name: "", from: 1, to: 2, cost: 1 }])}>${t("ask.optimise.add")}</button><p class="sub">${t("ask.optimise.assumed")}</p></fieldset>
    <fieldset><legend>${t("ask.optimise.keep")}</legend><div class="order"><${Count} label=${t("ask.optimise.share")} value=${share} set=${setShare} min=${1} max=${100} /><${Count} label=${t("ask.optimise.hours")} value=${hours} set=${setHours} min=${0.5} max=${720} step=${0.5} />
      ${directions.length > 0 && html`<label>${t("ask.optimise.of")} <select value=${of} onChange=${(/** @type {any} */ e) => setOf(typed(e))}><option value="">${t("results.everything")}</option>${[...new Map(directions)].map(([name, label]) => html`<option value=${name}>${pick(/** @type {any} */ (label))}</option>`)}</select></label>`}</div></fieldset>`;
};

/** How many of a pool are there at the most. @param {any} pool */
const unitsOf = (pool) => Math.max(0, ...(pool.shifts ?? []).map((/** @type {any} */ shift) => shift.units ?? 0));

/** @type {Record<string, (props: Asking) => any>} */
export const QUESTIONS = { compare: Compare, why: Why, sweep: Sweep, optimise: Optimise, resilience: Resilience, forecast: Forecast };
