// Results: how long, how many, where does the time go? Until they are there: how far the run is.
import { html, useMemo, useState } from "../kit.js";
import { duration, has, lang, number, pick, scaled, scaleFor, t, timeOfDay, withUnit } from "../i18n.js";
import { getOnce, post } from "../api.js";
import { Chart } from "../card.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { Progress, useTicket } from "../ticket.js";
import { Curve } from "../charts/curve.js";
import { Heat } from "../charts/heat.js";
import { Stacked, StatesKey } from "../charts/stacked.js";
import { Strip, StripKey } from "../charts/strip.js";
import { closedHours } from "../hours.js";
import { told, valueName } from "../names.js";
import { ask, go, query } from "../route.js";

/** @param {{id: string}} props */
export const RunPage = ({ id }) => {
  const { ticket, error, again } = useTicket("/v1/runs", id);
  if (error) return html`<main id="main"><h1 class="pad">${t("results.unknown")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href="/runs">${t("nav.results")}</a></p></main>`;
  if (!ticket) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return ticket.state === "succeeded" ? html`<${Results} key=${id} id=${id} ticket=${ticket} />` : html`<${Progress} ticket=${ticket} at="/v1/runs" />`;
};

// ---- the answer ------------------------------------------------------------------------------------------

/** @typedef {{ticket: any, kpis: any, trs: any[], series: any[], scenario: any, indicators: Record<string, any>, find: (name: string, labels: Record<string, string>) => any}} Answer */

/** @param {{id: string, ticket: any}} props */
const Results = ({ id, ticket }) => {
  const { value, error, again } = useLoaded(id, async () => {
    const at = `/v1/runs/${id}`;
    const [kpis, trs, series, scenario, indicators] = await Promise.all([getOnce(`${at}/kpis`), getOnce(`${at}/trs`), getOnce(`${at}/series`), getOnce(`${at}/files/scenario.json`), getOnce("/v1/indicators")]);
    /** @param {string} name @param {Record<string, string>} labels */
    const key = (name, labels) => `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
    const byKey = new Map(kpis.kpis.map((/** @type {any} */ each) => [key(each.name, each.labels), each]));
    return {
      ticket, kpis, trs: trs.trs, series: series.series, scenario,
      indicators: Object.fromEntries(indicators.indicators.map((/** @type {any} */ each) => [each.name, each])),
      find: (/** @type {string} */ name, /** @type {Record<string, string>} */ labels) => byKey.get(key(name, labels)),
    };
  });
  if (error) return html`<main id="main"><h1 class="pad">${ticket.scenario}</h1><${Failed} error=${error} again=${again} /></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return html`<${Told} id=${id} of=${value} />`;
};

/** By direction, else by flow, else everything. @param {Answer} of @returns {Record<string, string>[]} */
const groups = (of) => {
  for (const label of ["direction", "flow"]) {
    const found = of.kpis.kpis.filter((/** @type {any} */ each) => each.name === "arrived" && Object.keys(each.labels).join() === label).map((/** @type {any} */ each) => each.labels);
    if (found.length > 1 || (label === "direction" && found.length)) return found;
  }
  return [{}];
};

/** @param {{id: string, of: Answer}} props */
const Told = ({ id, of }) => {
  const choices = groups(of);
  const asked = query.value.get("of");
  const labels = choices.find((each) => Object.values(each)[0] === asked) ?? choices[0];
  const { ticket, scenario } = of;
  return html`<main id="main">
    <div class="head"><div><h1>${answer(of, labels)}</h1>
      <p class="sub"><a href=${`/scenarios/${ticket.scenario}`}>${pick(scenario.title)}</a> · ${t("results.replications", { n: of.kpis.replications })} · ${t("results.denominator", { n: Math.round(of.find("arrived", labels)?.mean ?? 0) })}${Object.keys(ticket.overrides).length > 0 ? html` · <b>${t("scenario.changed", { n: Object.keys(ticket.overrides).length })}</b>` : ""}</p></div>
      <${Actions} id=${id} ticket=${ticket} /></div>
    ${choices.length > 1 && html`<div class="chips" role="group" aria-label=${t("results.of")}>${choices.map((each) => html`<button type="button" class="chip" aria-pressed=${String(each === labels)} onClick=${() => ask({ of: Object.values(each)[0] })}>${told(scenario, each)}</button>`)}</div>`}
    ${of.kpis.deadlock.length > 0 && html`<p class="card failed" role="alert">✕ ${t("results.deadlock", { n: of.kpis.deadlock.length })}</p>`}
    <${StripKey} />
    <div class="grid k4">${headline(of, labels).map((name) => html`<${Figure} key=${name} of=${of} name=${name} labels=${labels} />`)}</div>
    <div class="grid c2"><${Backlog} of=${of} labels=${labels} /><${Places} of=${of} labels=${labels} /></div>
    <div class="grid t2"><${Study} of=${of} labels=${labels} /><${Busy} of=${of} /></div>
    <div class="grid t2"><${Spread} of=${of} labels=${labels} /><${Published} of=${of} /></div>
    <${Every} of=${of} />
    <${Provenance} of=${of} />
  </main>`;
};

/** Four figures that answer first. @param {Answer} of @param {Record<string, string>} labels */
const headline = (of, labels) => {
  const names = of.find("crossed", labels) ? ["dwell_mean", "closing_backlog", "crossed", "procedure_time_mean", "dwell_p95"]
    : of.find("orders_placed", labels) ? ["completed", "order_lead_time_mean", "on_time", "order_to_cash_mean", "dwell_mean"]
    : ["completed", "dwell_mean", "dwell_p95", "closing_backlog"];
  return names.filter((name) => of.find(name, labels)?.mean != null).slice(0, 4);
};

/** The heading says what was found, or that nothing can be said. @param {Answer} of @param {Record<string, string>} labels */
const answer = (of, labels) => {
  const dwell = of.find("order_lead_time_mean", labels) ?? of.find("dwell_mean", labels);
  const who = told(of.scenario, labels) || t("results.everything");
  if (dwell?.mean == null) return t("results.answer.nothing", { who });
  const scale = scaleFor("s", [dwell.mean], dwell.half_width);
  const time = `${withUnit(dwell.mean, scale)}${dwell.half_width === null ? "" : ` ± ${scaled(dwell.half_width, scale)}`}`;
  const worst = longest(of, labels);
  if (!worst) return t("results.answer.plain", { who, time });
  return t("results.answer.part", { who, time, begin: milestone(worst.begin), end: milestone(worst.end), part: withUnit(worst.seconds, scaleFor("s", [worst.seconds])) });
};

/** The stretches between milestones, one after the other, and the whole. */
const STRETCHES = /** @type {const} */ ([["arrival_to_registration", "arrived", "registered"], ["customs_time", "registered", "released"], ["release_to_crossing", "released", "crossed"]]);

/** The longest of them, if it is a third of all. @param {Answer} of @param {Record<string, string>} labels */
const longest = (of, labels) => {
  const known = STRETCHES.map(([name, begin, end]) => ({ begin, end, seconds: of.find(`${name}_mean`, labels)?.mean ?? 0 }));
  const best = known.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const dwell = of.find("dwell_mean", labels)?.mean ?? 0;
  return best.seconds > dwell / 3 && best.seconds <= dwell ? best : null;
};

/** @type {Record<string, string>} */
const MARKS = { predicted: "◆", fitted: "◈", given: "◇" };
/** @type {Record<string, number>} */
const BASE = { s: 1, min: 60, h: 3600, d: 86400, "%": 0.01 };

/** @param {Answer} of @param {string} name @param {Record<string, string>} labels */
const publishedOf = (of, name, labels) => of.kpis.published.find((/** @type {any} */ each) => each.kpi === name && JSON.stringify(each.labels) === JSON.stringify(labels));

/** @param {{of: Answer, name: string, labels: Record<string, string>}} props */
const Figure = ({ of, name, labels }) => {
  const [open, setOpen] = useState(false);
  const found = of.find(name, labels);
  const scale = scaleFor(found.unit, [found.mean, found.p10, found.p90], found.half_width);
  const known = publishedOf(of, name, labels);
  const published = known ? known.published * (BASE[known.unit] ?? 1) : null;
  return html`<section class="card kpi">
    <p class="lab"><span>${pick(of.indicators[name]?.label)}</span>${known && html`<span class=${`mark ${known.mark[0]}`}>${MARKS[known.mark]} ${t(`mark.${known.mark}`)}</span>`}</p>
    <p class="num"><button type="button" class="figure" aria-expanded=${String(open)} title=${t("results.story")} onClick=${() => setOpen(!open)}>${scaled(found.mean, scale)}</button> <small>${scale.unit}${found.half_width === null ? "" : ` ± ${scaled(found.half_width, scale)}`}</small></p>
    <p class="sub">${found.half_width === null ? pick(found.reason) || t("results.no_range") : t("results.days", { low: scaled(found.p10, scale), high: scaled(found.p90, scale) })}${published !== null ? ` · ${t("results.published", { value: scaled(published, scale) })}` : ""}</p>
    <${Strip} of=${found} scale=${scale} published=${published} />
    ${open && html`<div class="story"><p>${pick(of.indicators[name]?.meaning)}</p><p class="sub">${t("results.story.n", { n: found.n, seed: String(of.kpis.seed) })}${known ? ` · ${pick(known.note)}` : ""}</p><code>${command(of)}</code></div>`}
  </section>`;
};

/** How to get the same on the command line. @param {Answer} of */
const command = (of) => {
  const changes = Object.entries(of.ticket.overrides).map(([path, value]) => ` --override '${path}=${value}'`).join("");
  return `cuakhau run ${of.ticket.scenario} --seed ${of.kpis.seed} --replications ${of.kpis.replications}${changes}`;
};

// ---- cards -----------------------------------------------------------------------------------------------

/** @param {{of: Answer, labels: Record<string, string>}} props */
const Backlog = ({ of, labels }) => {
  const series = of.series.find((each) => each.name === "backlog" && JSON.stringify(each.labels) === JSON.stringify(labels)) ?? of.series.find((each) => each.name === "backlog");
  const { clock } = of.scenario;
  if (!series) return null;
  const [first, last] = [series.mean[0], series.mean[series.mean.length - 1]];
  const end = series.times[series.times.length - 1];
  const known = ["opening_backlog", "closing_backlog"].flatMap((name) => {
    const found = publishedOf(of, name, labels);
    return found ? [{ at: name === "opening_backlog" ? 0 : end, value: found.published, text: t("results.bulletin", { value: number(found.published) }) }] : [];
  });
  const change = last - first;
  const title = Math.abs(change) < 0.05 * first ? t("results.backlog.same", { n: Math.round(last) }) : t(change > 0 ? "results.backlog.up" : "results.backlog.down", { from: Math.round(first), to: Math.round(last) });
  return html`<${Chart} title=${title} sub=${t("results.backlog.sub")} table=${{ head: [t("chart.time"), t("chart.mean"), "P10", "P90"], rows: series.times.map((/** @type {number} */ time, /** @type {number} */ i) => [timeOfDay(time, clock), ...[series.mean, series.p10, series.p90].map((each) => (each[i] === null ? "–" : number(each[i], 1)))]) }}>
    <${Curve} series=${series} clock=${clock} closed=${closedHours(of.scenario, 0, end)} observed=${known} title=${title} /></${Chart}>`;
};

/** @param {{of: Answer, labels: Record<string, string>}} props */
const Places = ({ of, labels }) => {
  const rows = useMemo(() => {
    const whole = partsOf(of, labels);
    const agencies = Object.keys(of.scenario.agencies).map((agency) => ({ name: valueName(of.scenario, "agency", agency), half: null, parts: partsOf(of, { agency }) }));
    return [{ name: t("results.whole"), half: null, parts: whole }, ...agencies].filter((row) => sum(row.parts) > 1);
  }, [of, labels, lang.value]);
  if (!rows.length) return null;
  const [state, most] = Object.entries(rows[0].parts).reduce((a, b) => (b[1] > a[1] ? b : a));
  const title = t("results.places", { percent: Math.round((100 * most) / sum(rows[0].parts)), state: t(`state.${state}`) });
  return html`<${Chart} title=${title} sub=${t("results.places.sub")} table=${{ head: [t("results.agency"), ...Object.keys(rows[0].parts).map((part) => t(`state.${part}`))], rows: rows.map((row) => [row.name, ...Object.values(row.parts).map((part) => duration(part * 1000))]) }}>
    <${StatesKey} /><${Stacked} rows=${rows} title=${title} /></${Chart}>`;
};

/** Seconds in each state, of an entity on its way or at an agency. @param {Answer} of @param {Record<string, string>} labels */
const partsOf = (of, labels) => {
  const at = (/** @type {string} */ name) => of.find(name, labels)?.mean ?? 0;
  const process = at("by_process_mean");
  return { served: Math.max(0, at("service_mean") - process), waiting: at("wait_queue_mean"), closed: at("wait_closed_mean"), outage: at("wait_outage_mean"), blocked: at("blocked_mean"), process };
};
/** @param {Record<string, number>} parts */
const sum = (parts) => Object.values(parts).reduce((a, b) => a + b, 0);

const STATISTICS = ["mean", "sd", "p50", "p90", "p95", "max"];
const WHOLE = /** @type {const} */ ([...STRETCHES.slice(0, 2), ["arrival_to_release", "arrived", "released"], STRETCHES[2], ["dwell", "arrived", "crossed"]]);

/** The table of the World Customs Organization: of a direction from its figures, else as the study gives it.
 * @param {{of: Answer, labels: Record<string, string>}} props */
const Study = ({ of, labels }) => {
  const scale = { by: 3600, unit: t("unit.h"), digits: 1 };
  const rows = WHOLE.flatMap(([name, begin, end]) => (of.find(`${name}_mean`, labels)?.mean == null ? [] : [{
    begin, end, n: of.find(`${name}_n`, labels).mean, half: of.find(`${name}_mean`, labels).half_width,
    cells: STATISTICS.map((each) => of.find(`${name}_${each}`, labels)?.mean),
  }]));
  const plain = of.trs.filter((each) => !Object.keys(each.labels).length).map((each) => ({ begin: each.begin, end: each.end, n: each.n / each.replications, half: each.half_width, cells: STATISTICS.map((stat) => each.statistics[stat]) }));
  const shown = rows.length ? rows : plain;
  if (!shown.length) return html`<section class="card"><h2>${t("results.trs")}</h2><p class="sub">${t("results.trs.none")}</p></section>`;
  return html`<section class="card"><h2>${t("results.trs")}</h2><p class="sub">${t("results.trs.sub")}</p><div class="scrollx" tabindex="0" role="region" aria-label=${t("results.trs")}><table>
    <thead><tr><th>${t("trs.interval")}</th><th>${t("trs.n")}</th>${STATISTICS.map((each) => html`<th>${t(`trs.${each}`)}</th>`)}</tr></thead>
    <tbody>${shown.map((row) => html`<tr class=${row.end === "crossed" && row.begin === "arrived" ? "tot" : ""}><td>${t("trs.between", { begin: milestone(row.begin), end: milestone(row.end) })}</td><td>${number(row.n)}</td>
      ${row.cells.map((cell, i) => html`<td>${cell == null ? "–" : scaled(cell, scale)}${i === 0 && row.half != null ? html`<small> ±${scaled(row.half, scale)}</small>` : ""}</td>`)}</tr>`)}</tbody></table></div>
    <h2 class="later">${t("results.by_gate")}</h2><${ByGate} of=${of} labels=${labels} /></section>`;
};

const OF_GATES = ["arrived", "crossed", "closing_backlog", "dwell_mean", "dwell_p95"];

/** @param {{of: Answer, labels: Record<string, string>}} props */
const ByGate = ({ of, labels }) => {
  const gates = of.kpis.kpis.filter((/** @type {any} */ each) => each.name === "arrived" && "gate" in each.labels && JSON.stringify(rest(each.labels, { gate: "" })) === JSON.stringify(labels)).map((/** @type {any} */ each) => each.labels);
  if (!gates.length) return html`<p class="sub">${t("results.by_gate.none")}</p>`;
  return html`<div class="scrollx" tabindex="0" role="region" aria-label=${t("results.by_gate")}><table><thead><tr><th>${t("results.gate")}</th>${OF_GATES.map((name) => html`<th>${t(`gate.${name}`)}</th>`)}</tr></thead>
    <tbody>${gates.map((/** @type {Record<string, string>} */ gate) => html`<tr><td>${valueName(of.scenario, "gate", gate.gate)}</td>${OF_GATES.map((name) => {
      const found = of.find(name, gate);
      const scale = found?.unit === "s" ? { by: 3600, unit: t("unit.h"), digits: 1 } : { by: 1, unit: "", digits: 0 };
      return html`<td>${scaled(found?.mean, scale)}${found?.half_width == null ? "" : html`<small> ±${scaled(found.half_width, scale)}</small>`}</td>`;
    })}</tr>`)}</tbody></table></div>`;
};
/** @param {Record<string, string>} all @param {Record<string, string>} without */
const rest = (all, without) => Object.fromEntries(Object.entries(all).filter(([name]) => !(name in without)));
/** @param {string} name */
const milestone = (name) => (has(`milestone.${name}`) ? t(`milestone.${name}`) : name);

/** @param {{of: Answer}} props */
const Busy = ({ of }) => {
  const { clock } = of.scenario;
  const use = of.series.filter((each) => each.name === "utilisation");
  if (!use.length) return null;
  const times = use[0].times;
  const hours = [...new Set(times.map((/** @type {number} */ time) => Math.floor(time / 3_600_000)))].slice(0, 24).map((hour) => Number(hour) * 3_600_000);
  const rows = use.map((each) => ({
    name: valueName(of.scenario, "resource", each.labels.resource),
    cells: hours.map((hour) => {
      const known = times.flatMap((/** @type {number} */ time, /** @type {number} */ i) => (time >= hour && time < hour + 3_600_000 && each.mean[i] !== null ? [each.mean[i]] : []));
      return known.length ? known.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) / known.length : null;
    }),
  }));
  const busiest = rows.map((row) => ({ name: row.name, most: Math.max(...row.cells.map((cell) => cell ?? 0)) })).sort((a, b) => b.most - a.most)[0];
  const shown = rows.toSorted((a, b) => mean(b.cells) - mean(a.cells)).slice(0, 12);
  const title = t("results.busy", { who: busiest.name, percent: Math.round(busiest.most * 100) });
  return html`<${Chart} title=${title} sub=${t("results.busy.sub")} table=${{ head: [t("results.resource"), ...hours.map((hour) => timeOfDay(hour, clock))], rows: rows.map((row) => [row.name, ...row.cells.map((cell) => (cell === null ? "–" : number(cell * 100)))]) }}><${Heat} rows=${shown} hours=${hours} clock=${clock} title=${title} /></${Chart}>`;
};
/** @param {(number | null)[]} cells */
const mean = (cells) => { const known = cells.filter((cell) => cell !== null); return known.length ? known.reduce((a, b) => a + b, 0) / known.length : 0; };

/** @param {{of: Answer, labels: Record<string, string>}} props */
const Spread = ({ of, labels }) => {
  const points = [["p5", 5], ["p25", 25], ["p50", 50], ["p75", 75], ["p90", 90], ["p95", 95]].map(([stat, share]) => ({ stat, share: Number(share), of: of.find(`dwell_${stat}`, labels) })).filter((each) => each.of?.mean != null);
  if (points.length < 3) return null;
  const scale = scaleFor("s", points.map((each) => each.of.mean));
  const most = points[points.length - 1].of.mean * 1.08;
  const x = (/** @type {number} */ seconds) => 44 + (seconds / most) * 540;
  const y = (/** @type {number} */ share) => 170 - share * 1.5;
  const half = points.find((each) => each.stat === "p50");
  const tail = points[points.length - 1];
  const title = t("results.spread", { half: withUnit(half?.of.mean ?? null, scale), share: tail.share, tail: withUnit(tail.of.mean, scale) });
  return html`<${Chart} title=${title} sub=${t("results.spread.sub")} table=${{ head: [t("results.share"), t("results.dwell")], rows: points.map((each) => [`${each.share}%`, `${withUnit(each.of.mean, scale)}${each.of.half_width === null ? "" : ` ± ${scaled(each.of.half_width, scale)}`}`]) }}>
    <svg class="chart" viewBox="0 0 640 196" role="img" aria-label=${title}>
      ${[0, 25, 50, 75, 100].map((share) => html`<path class="gl" d=${`M44 ${y(share)}H590`} /><text class="t e" x="38" y=${y(share) + 4}>${share}%</text>`)}
      <path class="fmean" d=${`M${x(0)} ${y(0)}L${points.map((each) => `${x(each.of.mean).toFixed(1)} ${y(each.share)}`).join("L")}`} />
      ${points.map((each, i) => html`<circle class="pt" cx=${x(each.of.mean)} cy=${y(each.share)} r="4" />${i % 2 === 0 || i === points.length - 1 ? html`<text class="l" x=${Math.min(x(each.of.mean) + 8, 520)} y=${y(each.share) + (each === tail ? -8 : 15)}>${each.share}% · ${withUnit(each.of.mean, scale)}</text>` : ""}`)}
      <path class="ax" d="M44 170H590" /><text class="t" x="44" y="188">0</text><text class="t e" x="590" y="188">${withUnit(most, scale)}</text>
    </svg></${Chart}>`;
};

/** @param {{of: Answer}} props */
const Published = ({ of }) => {
  const rows = of.kpis.published;
  if (!rows.length) return html`<section class="card"><h2>${t("results.against.none")}</h2><p class="sub">${t("results.against.none.sub")}</p></section>`;
  const tests = rows.filter((/** @type {any} */ each) => each.mark === "predicted" && each.inside !== null);
  const right = tests.filter((/** @type {any} */ each) => each.inside).length;
  return html`<section class="card"><h2>${tests.length ? t("results.against", { right, all: tests.length }) : t("results.against.untold")}</h2><p class="sub">${t("results.against.sub")}</p><div class="scrollx tall" tabindex="0" role="region" aria-label=${t("results.against.sub")}><table>
    <thead><tr><th>${t("results.figure")}</th><th>${t("results.known")}</th><th>${t("results.simulated")}</th><th>${t("results.mark")}</th></tr></thead>
    <tbody>${rows.map((/** @type {any} */ each) => {
      const base = BASE[each.unit] ?? 1;
      const unit = each.unit === "%" ? "ratio" : each.unit in BASE ? "s" : each.unit;
      const scale = scaleFor(unit, [each.published * base], each.half_width === null ? null : each.half_width * base);
      return html`<tr><td>${pick(of.indicators[each.kpi]?.label) || each.kpi}<br /><small>${told(of.scenario, each.labels)}</small></td><td>${withUnit(each.published * base, scale)}</td><td>${each.mean === null ? pick(each.reason) : `${scaled(each.mean * base, scale)}${each.half_width === null ? "" : ` ± ${scaled(each.half_width * base, scale)}`}`}</td><td class=${`mark ${each.mark[0]}`}>${MARKS[each.mark]} ${t(`mark.${each.mark}`)}${each.mark === "predicted" && each.inside !== null ? html`<br />${each.inside ? `✓ ${t("results.inside")}` : `✕ ${t("results.outside")}`}` : ""}</td></tr>`;
    })}</tbody></table></div></section>`;
};

/** @param {{of: Answer}} props */
const Every = ({ of }) => {
  const [open, setOpen] = useState(false);
  return html`<details class="card wide every" onToggle=${(/** @type {any} */ e) => setOpen(e.target.open)}><summary>${t("results.every", { n: of.kpis.kpis.length })}</summary>${open && html`<${EveryTable} of=${of} />`}</details>`;
};

/** @param {{of: Answer}} props */
const EveryTable = ({ of }) => {
  const [wanted, setWanted] = useState("");
  const found = of.kpis.kpis.filter((/** @type {any} */ each) => `${pick(of.indicators[each.name]?.label)} ${each.name} ${told(of.scenario, each.labels)}`.toLowerCase().includes(wanted.toLowerCase()));
  return html`<label class="search">${t("results.find")} <input type="search" value=${wanted} onInput=${(/** @type {any} */ e) => setWanted(e.target.value)} /></label>
    <div class="scrollx tall" tabindex="0" role="region" aria-label=${t("results.find")}><table><thead><tr><th>${t("results.figure")}</th><th>${t("results.whose")}</th><th>${t("chart.mean")}</th><th>±</th><th>P10–P90</th></tr></thead>
    <tbody>${found.slice(0, 200).map((/** @type {any} */ each) => {
      const scale = scaleFor(each.unit, [each.mean, each.p90], each.half_width);
      return html`<tr><td>${pick(of.indicators[each.name]?.label) || each.name}</td><td>${told(of.scenario, each.labels)}</td><td>${withUnit(each.mean, scale)}</td><td>${scaled(each.half_width, scale)}</td><td>${scaled(each.p10, scale)} – ${scaled(each.p90, scale)}</td></tr>`;
    })}</tbody></table></div>${found.length > 200 && html`<p class="sub">${t("results.more", { n: found.length - 200 })}</p>`}`;
};

/** @param {{id: string, ticket: any}} props */
const Actions = ({ id, ticket }) => {
  const live = async () => go(`/live/${(await post("/v1/sessions", { scenario: ticket.scenario, overrides: ticket.overrides, seed: ticket.seed })).id}`);
  return html`<div class="act">
    <a class="btn pri" href=${`/scenarios/${ticket.scenario}`}>${t("results.vary")}</a>
    <a class="btn" href=${`/runs/${id}/trucks`}>${t("trucks.link")}</a><a class="btn" href=${`/runs/${id}/map`}>${t("results.map")}</a>
    <button type="button" class="btn" onClick=${live}>${t("results.live")}</button>
    <a class="btn" href=${`/v1/runs/${id}/report?language=${lang.value}`} target="_blank" rel="noopener">${t("results.report")}</a>
    <details class="menu"><summary class="btn">${t("results.download")}</summary><ul>${["xlsx", "csv", "parquet", "openmetrics"].map((form) => html`<li><a href=${`/v1/runs/${id}/download?format=${form}&language=${lang.value}${form === "csv" ? "&table=kpis" : ""}`} download>${t(`download.${form}`)}</a></li>`)}<li><a href=${`/v1/runs/${id}/kpis`} download=${`${id}.json`}>JSON</a></li></ul></details>
  </div>`;
};

/** @param {{of: Answer}} props */
const Provenance = ({ of }) => html`<footer class="prov"><p>${t("results.provenance", { seed: String(of.kpis.seed), n: of.kpis.replications, engine: of.kpis.engine, version: of.kpis.provenance.package_version })} · ${t("results.hash")} <code>${of.kpis.provenance.scenario_hash.slice(0, 16)}</code> · ${t("results.digest")} <code>${of.kpis.digest[0].slice(0, 16)}</code></p><p><code>${command(of)}</code></p></footer>`;
