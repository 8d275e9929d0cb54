// Trucks one by one: why did this one wait? Whoever came in a day, the longest stay first, each with its story.
import { html, useEffect, useState } from "../kit.js";
import { date, duration, number, pick, scaled, scaleFor, t, timeOfDay } from "../i18n.js";
import { get, getOnce } from "../api.js";
import { Chart } from "../card.js";
import { Story, stateOf, totals } from "../charts/story.js";
import { StatesKey } from "../charts/stacked.js";
import { closedHours } from "../hours.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { valueName } from "../names.js";
import { ask, query } from "../route.js";

const PAGE = 40;

/** @param {{id: string}} props */
export const TrucksPage = ({ id }) => {
  const { value, error, again } = useLoaded(`${id} trucks`, async () => {
    const ticket = await get(`/v1/runs/${encodeURIComponent(id)}`);
    return { ticket, scenario: await getOnce(`/v1/runs/${id}/files/scenario.json`) };
  });
  if (error) return html`<main id="main"><h1 class="pad">${t("trucks.title")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href=${`/runs/${id}`}>${t("nav.runs")}</a></p></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return html`<${Trucks} key=${id} id=${id} ...${value} />`;
};

/** @param {{id: string, ticket: any, scenario: any}} props */
const Trucks = ({ id, ticket, scenario }) => {
  const day = Math.min(ticket.replications, Math.max(1, Number(query.value.get("day") ?? 1) || 1));
  const wanted = query.value.get("q") ?? "";
  const asked = query.value.get("truck");
  const [most, setMost] = useState(PAGE);
  const list = useLoaded(`${id} ${day} ${wanted} ${most}`, () => getOnce(`/v1/runs/${id}/entities?replication=${day}&limit=${most}&q=${encodeURIComponent(wanted)}`));
  const [shown, show] = useState(/** @type {any} */ (null)); // what is listed stays there while more is asked for
  useEffect(() => { if (list.value) show(list.value); }, [list.value]);
  const truck = asked ?? shown?.entities[0]?.address ?? null;
  return html`<main id="main">
    <div class="head"><div><h1>${t("trucks.title")}</h1><p class="sub"><a href=${`/runs/${id}`}>${pick(scenario.title)}</a> · ${t("map.which", { n: day, of: ticket.replications })}</p></div>
      <div class="act"><a class="btn" href=${`/runs/${id}/map`}>${t("results.map")}</a></div></div>
    <div class="tools"><label class="search"><span class="unseen">${t("trucks.search")}</span><input type="search" placeholder=${t("trucks.search")} value=${wanted} onInput=${(/** @type {any} */ e) => { setMost(PAGE); ask({ q: e.target.value || null, truck: null }); }} /></label>
      ${ticket.replications > 1 && html`<label class="times">${t("trucks.day")} <input type="number" min="1" max=${ticket.replications} value=${day} onInput=${(/** @type {any} */ e) => ask({ day: e.target.value, truck: null })} /></label>`}
      ${shown && html`<span class="sub" role="status">${t("trucks.count", { n: shown.count })}</span>`}</div>
    ${list.error ? html`<${Failed} error=${list.error} again=${list.again} />` : !shown ? html`<${Waiting} lines=${6} />` : html`<div class="trucks">
      <section class="card scrollx tall-list" tabindex="0" role="region" aria-label=${t("trucks.list")}>
        ${!shown.entities.length ? html`<p>${t("trucks.none", { wanted })} <button type="button" class="link" onClick=${() => ask({ q: null })}>${t("library.all")}</button></p>` : html`<table class="words"><thead><tr><th>${t("trucks.truck")}</th><th>${t("trucks.stay")}</th></tr></thead>
        <tbody>${shown.entities.map((/** @type {any} */ of) => html`<tr class=${of.address === truck ? "chosen" : ""}><td><button type="button" class="link" aria-pressed=${String(of.address === truck)} onClick=${() => ask({ truck: of.address })}>${nameOf(scenario, of)}</button><small> ${kindOf(scenario, of.kind)}</small></td><td>${duration(of.ms)}${of.outcome === "completed" ? "" : html`<small> ${t(`trucks.outcome.${of.outcome}`)}</small>`}</td></tr>`)}</tbody></table>`}
        ${shown.count > shown.entities.length && html`<button type="button" class="btn" onClick=${() => setMost(Math.min(1000, most * 2))}>${t("trucks.more")}</button>`}</section>
      ${truck && html`<${Told} key=${`${day} ${truck}`} id=${id} day=${day} truck=${truck} scenario=${scenario} />`}</div>`}
  </main>`;
};

/** "Xe 17, xuất khẩu". @param {any} scenario @param {{address: string, kind: Record<string, string>}} of */
const nameOf = (scenario, of) => t("trucks.name", { flow: pick(scenario.flows[of.kind.flow]?.label), number: of.address.split("#")[1] ?? of.address });

/** What else is known of it. @param {any} scenario @param {Record<string, string>} kind */
const kindOf = (scenario, kind) => Object.entries(kind).filter(([name]) => !["flow", "direction"].includes(name)).map(([name, value]) => valueName(scenario, name, value)).join(" · ");

/** @param {{id: string, day: number, truck: string, scenario: any}} props */
const Told = ({ id, day, truck, scenario }) => {
  const { value, error } = useLoaded(`${id} ${day} ${truck}`, () => getOnce(`/v1/runs/${id}/stories?replication=${day}&entity=${encodeURIComponent(truck)}`));
  if (error) return html`<${Failed} error=${error} />`;
  if (!value) return html`<${Waiting} lines=${4} />`;
  const of = value.stories.find((/** @type {any} */ story) => story.which === "asked");
  const { clock } = scenario;
  const began = sinceOf(of.parts[0].since, clock);
  const parts = of.parts.map((/** @type {any} */ part) => ({ from: sinceOf(part.since, clock), ms: part.ms, state: stateOf(part.kind), told: pick(part.told) }));
  const sums = totals(parts);
  const sum = sums.map(([state, ms]) => `${duration(ms)} ${t(`state.${state}`)}`).join(" + ");
  const longest = parts.reduce((/** @type {any} */ a, /** @type {any} */ b) => (b.ms > a.ms ? b : a));
  const scale = scaleFor("s", [of.ms / 1000]);
  const rounded = inParts(sums.map(([, ms]) => ms / 1000 / scale.by), scale.digits);
  let day0 = "";
  return html`<div class="col"><${Chart} title=${t("trucks.answer", { who: nameOf(scenario, of), time: duration(of.ms), why: longest.told, part: duration(longest.ms) })} sub=${`${kindOf(scenario, of.kind)} · ${date(began, clock)}`}>
      <${StatesKey} /><${Story} parts=${parts} ended=${of.outcome === "inside" ? "trucks.outcome.inside" : "trucks.leaves"} clock=${clock} closed=${closedHours(scenario, began, began + of.ms)} title=${sum} />
      <p class="adds">${t("trucks.adds")} ${sums.map(([state], i) => `${i ? " + " : ""}${number(rounded[i], scale.digits)} ${t(`state.${state}`)}`).join("")} = <b>${scaled(of.ms / 1000, scale)} ${scale.unit}</b></p></${Chart}>
    <section class="card scrollx" tabindex="0" role="region" aria-label=${t("trucks.parts")}><h2>${t("trucks.parts")}</h2><table class="words"><thead><tr><th>${t("chart.time")}</th><th>${t("trucks.lasts")}</th><th>${t("trucks.why")}</th></tr></thead>
      <tbody>${parts.map((/** @type {any} */ part) => { const on = date(part.from, clock); const told = on === day0 ? timeOfDay(part.from, clock) : `${timeOfDay(part.from, clock)} · ${on}`; day0 = on; return html`<tr><td><a href=${`/runs/${id}/map?t=${Math.max(0, part.from)}`}>${told}</a></td><td>${duration(part.ms)}</td><td>${part.told}</td></tr>`; })}
      <tr class="tot"><td>${t("trucks.whole")}</td><td>${duration(of.ms)}</td><td></td></tr></tbody></table></section></div>`;
};

/** A local time of the record on the axis of the scenario [ms]; the clock's zone is one that does not shift within a stay.
 * @param {string} since @param {import("../i18n.js").Clock} clock */
const sinceOf = (since, clock) => {
  const local = Date.parse(`${since.slice(0, 23)}Z`);
  const told = new Intl.DateTimeFormat("en-GB", { timeZone: clock.zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(local);
  const part = (/** @type {string} */ name) => Number(told.find((each) => each.type === name)?.value);
  const offset = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - Math.floor(local / 1000) * 1000;
  return local - offset - clock.start_utc;
};

/** Rounded so that the rounded parts add up to the rounded whole (largest remainders).
 * @param {number[]} values @param {number} digits */
export const inParts = (values, digits) => {
  const by = 10 ** digits;
  const whole = Math.round(values.reduce((a, b) => a + b, 0) * by);
  const down = values.map((value) => Math.floor(value * by));
  const left = whole - down.reduce((a, b) => a + b, 0);
  const order = values.map((value, i) => ({ i, rest: value * by - down[i] })).sort((a, b) => b.rest - a.rest).slice(0, Math.max(0, left));
  for (const { i } of order) down[i] += 1;
  return down.map((value) => value / by);
};
