// One experiment: its answer in words, drawn, and as tables; the words are those of the report.
import { html, useState } from "../kit.js";
import { lang, number, pick, scaled, scaleFor, t, withUnit } from "../i18n.js";
import { getOnce } from "../api.js";
import { Chart, Table } from "../card.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { pathName } from "../names.js";
import { Progress, useTicket } from "../ticket.js";
import { Bars } from "../charts/shares.js";
import { Fan } from "../charts/fan.js";
import { Grid } from "../charts/grid.js";
import { Scatter } from "../charts/scatter.js";
import { shown, Tornado } from "../charts/tornado.js";
import { ComparePage } from "./compare.js";

/** @typedef {{title: string, heads: string[], rows: string[][], notes: string[]}} Sheet */
/** @typedef {{answer: any, told: {title: string, question: string, sentences: string[], how: string[], warnings: string[], sheets: Sheet[]}, scenario: any}} Whole */

/** @param {{id: string}} props */
export const ExperimentPage = ({ id }) => {
  const { ticket, error, again } = useTicket("/v1/experiments", id);
  if (error) return html`<main id="main"><h1 class="pad">${t("experiments.unknown")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href="/experiments">${t("experiments.title")}</a></p></main>`;
  if (!ticket) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  if (ticket.kind === "compare") return html`<${ComparePage} id=${id} />`;
  return ticket.state === "succeeded" ? html`<${Answer} id=${id} ticket=${ticket} />` : html`<${Progress} ticket=${ticket} at="/v1/experiments" />`;
};

/** @type {Record<string, (of: Whole) => any>} */
const DRAWN = { sweep: (of) => drawSweep(of), optimise: (of) => drawOptimum(of), resilience: (of) => html`<${Outages} of=${of} />`, why: (of) => drawWhy(of), forecast: (of) => drawForecast(of) };

/** @param {{id: string, ticket: any}} props */
const Answer = ({ id, ticket }) => {
  const at = `/v1/experiments/${id}`;
  const { value, error, again } = useLoaded(`${id} ${lang.value}`, async () => {
    const [answer, told, scenario] = await Promise.all([getOnce(`${at}/answer`), getOnce(`${at}/told?language=${lang.value}`), getOnce(`/v1/scenarios/${encodeURIComponent(ticket.scenario)}/resolved`).catch(() => null)]);
    return { answer, told, scenario };
  });
  if (error) return html`<main id="main"><h1 class="pad">${ticket.scenario}</h1><${Failed} error=${error} again=${again} /></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  const { told } = value;
  const [first, ...rest] = told.sentences;
  return html`<main id="main">
    <div class="head"><div><h1>${first ?? told.question ?? told.title}</h1><p class="sub">${told.question && html`${told.question}<br />`}<a href=${`/scenarios/${ticket.scenario}`}>${pick(value.scenario?.title) || ticket.scenario}</a> · ${t(`kind.${ticket.kind}`)} · ${t("results.replications", { n: value.answer.replications })} · ${t("runs.seed")} ${String(value.answer.seed)}</p></div>
      <div class="act"><a class="btn" href=${`${at}/report?language=${lang.value}`} target="_blank" rel="noopener">${t("results.report")}</a><a class="btn" href=${`${at}/download?format=xlsx`} download>${t("download.xlsx")}</a><a class="btn" href=${`${at}/download?format=csv`} download>CSV</a></div></div>
    ${told.warnings.length > 0 && html`<ul class="card wide notes">${told.warnings.map((/** @type {string} */ each) => html`<li>${each}</li>`)}</ul>`}
    ${rest.length < 4 && html`<${Verdicts} told=${rest} />`}
    ${DRAWN[ticket.kind](value)}
    ${rest.length >= 4 && html`<${Verdicts} told=${rest} />`}
    ${told.sheets.map((/** @type {Sheet} */ sheet) => html`<${Told} key=${sheet.title} sheet=${sheet} />`)}
    <section class="prov">${told.how.map((/** @type {string} */ each) => html`<p>${each}</p>`)}<p>${t("experiments.repeat")} <a href=${`${at}/order`}>${t("experiments.order")}</a></p></section>
  </main>`;
};

/** What else is found, in words. @param {{told: string[]}} props */
const Verdicts = ({ told }) => told.length > 0 && html`<ul class="card wide notes">${told.map((each) => html`<li>${each}</li>`)}</ul>`;

/** @param {{sheet: Sheet}} props */
const Told = ({ sheet }) => html`<section class="card wide"><h2>${sheet.title}</h2>
  ${sheet.heads.length > 0 && html`<div class="words"><${Table} title=${sheet.title} head=${sheet.heads} rows=${sheet.rows} /></div>`}
  ${sheet.notes.map((each) => html`<p class=${sheet.heads.length ? "sub" : ""}>${each}</p>`)}</section>`;

// ---- which assumption matters ----------------------------------------------------------------------------

/** @param {Whole} of */
const drawSweep = ({ answer, scenario }) => {
  const told = answer.influences.filter((/** @type {any} */ each) => each.low?.mean != null && each.high?.mean != null);
  if (!told.length) return null;
  const unit = answer.units[0];
  const ends = told.flatMap((/** @type {any} */ each) => [each.low, each.high]);
  const scale = scaleFor(unit, ends.map((/** @type {any} */ end) => end.mean), Math.min(...ends.map((/** @type {any} */ end) => end.half_width ?? Infinity).filter((/** @type {number} */ half) => half > 0)));
  const rows = told.map((/** @type {any} */ each) => ({ name: nameOf(each, scenario), ends: [end(each.low, each.ends[0], scale), end(each.high, each.ends[1], scale)] }));
  const unsure = rows.filter((/** @type {any} */ row) => !row.ends.some(shown)).length;
  const title = t("sweep.title", { figure: pick(answer.outcome_labels[0]), unit: scale.unit });
  return html`<${Chart} wide title=${title} sub=${`${t("sweep.sub")} ${unsure ? t("sweep.unsure", { n: unsure, all: rows.length }) : t("sweep.sure", { all: rows.length })}`} table=${{
    head: [t("sweep.assumption"), t("sweep.low"), t("sweep.change"), t("sweep.high"), t("sweep.change")],
    rows: told.map((/** @type {any} */ each) => [nameOf(each, scenario), each.ends[0], within(each.low, scale), each.ends[1], within(each.high, scale)]) }}>
    <${Tornado} rows=${rows.slice(0, 12)} unit=${scale.unit} title=${title} /></${Chart}>`;
};

/** @param {any} figure @param {string} at @param {import("../i18n.js").Scale} scale */
const end = (figure, at, scale) => ({ value: figure.mean / scale.by, half: figure.half_width === null ? null : figure.half_width / scale.by, at });

/** What is varied: as the design calls it, else as the scenario does. @param {any} of @param {any} scenario */
const nameOf = (of, scenario) => {
  const label = pick(of.label);
  if (!scenario || (label !== of.path && label !== of.factor)) return label;
  const { head, tail } = pathName(scenario, of.path);
  return tail ? `${head}, ${tail}` : head;
};

/** @param {any} figure @param {import("../i18n.js").Scale} scale */
const within = (figure, scale) => `${scaled(figure.mean, scale)}${figure.half_width === null ? "" : ` ± ${scaled(figure.half_width, scale)}`} ${scale.unit}`.trim();

// ---- what is cheapest ------------------------------------------------------------------------------------

/** @param {Whole} of */
const drawOptimum = ({ answer }) => {
  const [target] = answer.targets;
  if (!target) return null;
  const cost = scaleFor("VND", answer.candidates.map((/** @type {any} */ each) => each.cost.mean), answer.certificate.indifference);
  const service = scaleFor(target.unit, [target.bound], target.tolerance / 10);
  const named = (/** @type {any} */ of) => Object.entries(of.settings).map(([name, option]) => { const decision = answer.decisions.find((/** @type {any} */ each) => each.name === name); return `${pick(decision.label)}: ${pick(decision.options[/** @type {string} */ (option)])}`; }).join(", ");
  const dots = answer.candidates.map((/** @type {any} */ of) => ({
    name: named(of), cost: of.cost.mean / cost.by, service: of.targets[0].mean / service.by,
    costHalf: of.cost.half_width === null ? null : of.cost.half_width / cost.by, serviceHalf: of.targets[0].half_width === null ? null : of.targets[0].half_width / service.by,
    front: of.front, chosen: of.number === answer.chosen, now: of.now,
  }));
  const front = answer.candidates.filter((/** @type {any} */ of) => of.front).toSorted((/** @type {any} */ a, /** @type {any} */ b) => a.cost.mean - b.cost.mean);
  const head = [`${t("optimise.cost")} [${cost.unit}]`, `${pick(target.label)} [${service.unit}]`];
  return html`<${Chart} wide title=${t("optimise.front", { n: front.length, all: answer.candidates.length })} sub=${t("optimise.front.sub")} table=${{ head: [t("optimise.ways"), ...head], rows: front.map((/** @type {any} */ of) => [named(of), within(of.cost, cost), within(of.targets[0], service)]) }}>
    <${Scatter} dots=${dots} bound=${target.bound / service.by} heads=${head} title=${t("optimise.front", { n: front.length, all: answer.candidates.length })} told=${(/** @type {number} */ value) => t("optimise.bound", { value: `${target.at_least ? "≥" : "≤"} ${number(value, service.digits)} ${service.unit}` })} /></${Chart}>`;
};

// ---- when an outage hurts most ---------------------------------------------------------------------------

const MEASURES = ["lost_h", "queue", "recovery_h"];

/** Agency × hour of the week. @param {{of: Whole}} props */
const Outages = ({ of: { answer } }) => {
  const [measure, setMeasure] = useState("lost_h");
  const [told, tell] = useState("");
  const hours = [...new Set(answer.cells.map((/** @type {any} */ cell) => cell.hour))].sort((/** @type {any} */ a, /** @type {any} */ b) => a - b);
  const days = [...new Map(answer.cells.map((/** @type {any} */ cell) => [cell.start.slice(0, 10), cell.weekday]))];
  const most = Math.max(...answer.cells.map((/** @type {any} */ cell) => cell[measure].mean), 1e-9);
  const digits = most < 10 ? 1 : 0;
  const tried = new Set(answer.cells.map((/** @type {any} */ cell) => `${cell.start.slice(0, 10)} ${cell.hour}`));
  const columns = days.flatMap(([date, weekday]) => hours.map((hour) => ({ date, hour, weekday }))).filter((at) => tried.has(`${at.date} ${at.hour}`));
  const many = columns.length > 26; // a week by the hour: days go below each other instead
  const rows = Object.keys(answer.targets).flatMap((target) => (many ? days : [null]).map((day) => ({
    target, name: day ? `${pick(answer.targets[target])} · ${t(`weekday.${day[1]}`)}` : pick(answer.targets[target]),
    cells: (many ? hours.map((hour) => ({ date: day?.[0], hour })) : columns).map((at) => answer.cells.find((/** @type {any} */ cell) => cell.target === target && cell.hour === at.hour && cell.start.startsWith(at.date))),
  })));
  const heads = many ? hours.map(String) : columns.map((at, i) => (days.length > 1 && (i === 0 || columns[i - 1].date !== at.date) ? `${t(`weekday.${at.weekday}`)} ${at.hour}` : String(at.hour)));
  const worst = answer.cells.reduce((/** @type {any} */ a, /** @type {any} */ b) => (b[measure].mean > a[measure].mean ? b : a));
  const words = (/** @type {any} */ cell) => t("outages.cell", { who: pick(answer.targets[cell.target]), when: `${t(`weekday.${cell.weekday}`)} ${cell.start.slice(11)}`, what: t(`outages.${measure}`), value: figure(cell[measure], digits) });
  const title = t("outages.title", { who: pick(answer.targets[worst.target]), when: `${t(`weekday.${worst.weekday}`)} ${worst.start.slice(11)}`, value: `${number(worst[measure].mean, digits)} ${t(`outages.unit.${measure}`)}` });
  return html`<div class="chips" role="group" aria-label=${t("outages.measure")}>${MEASURES.map((each) => html`<button type="button" class="chip" aria-pressed=${String(each === measure)} onClick=${() => { setMeasure(each); tell(""); }}>${t(`outages.${each}`)}</button>`)}</div>
    <${Chart} wide title=${title} sub=${t("outages.sub", { lasts: number(answer.lasts_h, answer.lasts_h % 1 ? 1 : 0) })} table=${{ head: [t("outages.who"), ...heads], rows: rows.map((row) => [row.name, ...row.cells.map((cell) => (cell ? figure(cell[measure], digits) : "–"))]) }}>
    <div onClick=${(/** @type {any} */ event) => { const text = event.target.closest?.("rect")?.querySelector("title")?.textContent; if (text) tell(text); }}>
      <${Grid} width=${1280} left=${300} columns=${heads} title=${title} rows=${rows.map((row) => ({ name: row.name, cells: row.cells.map((cell) => (cell ? { told: number(cell[measure].mean, digits).replace(/^−0(,0)?$/, "0"), level: Math.max(0, Math.min(6, Math.floor((7 * cell[measure].mean) / most))), title: words(cell) } : null)) }))} /></div></${Chart}>
    <p class="pad" role="status">${told || t("outages.click")}</p>`;
};

/** @param {any} of @param {number} digits */
const figure = (of, digits) => `${number(of.mean, digits)}${of.half_width === null ? "" : ` ± ${number(of.half_width, digits)}`}`;

// ---- why ------------------------------------------------------------------------------------------------

/** @param {Whole} of */
const drawWhy = ({ answer }) => {
  const seconds = (/** @type {any} */ hours) => hours.mean * 3600;
  const scale = scaleFor("s", [seconds(answer.delay)]);
  const row = (/** @type {string} */ name, /** @type {any} */ hours, by = scale, sum = false) => ({ name, value: seconds(hours) / by.by, half: hours.half_width === null ? null : (hours.half_width * 3600) / by.by, sum });
  const parties = answer.parties.toSorted((/** @type {any} */ a, /** @type {any} */ b) => b.share.mean - a.share.mean);
  const told = parties.filter((/** @type {any} */ party) => Math.abs(party.share.mean) >= 0.005 * answer.delay.mean);
  const rest = parties.filter((/** @type {any} */ party) => !told.includes(party));
  const others = rest.length ? [{ name: t("why.others", { n: rest.length }), value: rest.reduce((/** @type {number} */ sum, /** @type {any} */ party) => sum + seconds(party.share), 0) / scale.by, half: null, sum: false }] : [];
  const shares = [...told.map((/** @type {any} */ party) => row(pick(party.label), party.share)), ...others, row(t("why.total"), answer.delay, scale, true)];
  const every = [...parties.map((/** @type {any} */ party) => row(pick(party.label), party.share)), row(t("why.total"), answer.delay, scale, true)];
  const fine = scaleFor("s", [...answer.bottleneck, ...answer.after].map((/** @type {any} */ each) => seconds(each.saves)));
  const narrow = [...answer.bottleneck].slice(0, 6).map((/** @type {any} */ each) => row(pick(each.label), each.saves, fine));
  const after = [...answer.after].slice(0, 6).map((/** @type {any} */ each) => row(pick(each.label), each.saves, fine));
  const clear = (/** @type {any[]} */ found) => found[0].best && !found.slice(1).some((each) => each.best) && found[0].saves.mean > (found[0].saves.half_width ?? Infinity);
  const { through } = answer;
  const bounds = through ? [["demand", through.demand], ["achieved", through.achieved.mean], ["today", through.today.most], ["in_proportion", through.in_proportion.most], ["most", through.most.most]].filter(([, value]) => value != null) : [];
  const stays = { unit: scale.unit, digits: scale.digits };
  const saved = { unit: fine.unit, digits: fine.digits };
  const table = (/** @type {any[]} */ rows, by = scale) => ({ head: [t("why.party"), `${t("why.hours")} [${by.unit}]`, "±"], rows: rows.map((each) => [each.name, number(each.value, by.digits), each.half == null ? "–" : number(each.half, by.digits)]) });
  const [biggest] = shares;
  return html`<div class="grid c2">
    ${biggest && html`<${Chart} title=${answer.ranking.stable ? t("why.shares", { who: biggest.name, value: `${number(biggest.value, scale.digits)} ${scale.unit}` }) : t("why.shares.unsure")} sub=${t("why.shares.sub", { value: withUnit(seconds(answer.delay), scale) })} table=${table(every)}><${Bars} rows=${shares} ...${stays} title=${t("why.shares.sub", { value: withUnit(seconds(answer.delay), scale) })} /></${Chart}>`}
    ${narrow.length > 0 && html`<${Chart} title=${t(clear(answer.bottleneck) ? "why.narrow" : "why.narrow.none", { who: narrow[0].name })} sub=${t("why.narrow.sub")} table=${table(narrow, fine)}><${Bars} rows=${narrow} ...${saved} title=${t("why.narrow", { who: narrow[0].name })} /></${Chart}>`}
    ${after.length > 0 && html`<${Chart} title=${t(clear(answer.after) ? "why.after" : "why.after.none", { who: after[0].name, first: narrow[0].name })} sub=${t("why.after.sub")} table=${table(after, fine)}><${Bars} rows=${after} ...${saved} title=${t("why.after", { who: after[0].name, first: narrow[0].name })} /></${Chart}>`}
    ${bounds.length > 1 && html`<${Chart} title=${t("why.bound", { n: Math.round(through.in_proportion.most ?? through.most.most ?? through.achieved.mean) })} sub=${t("why.bound.sub")} table=${{ head: [t("why.bound.what"), t("why.bound.day")], rows: bounds.map(([name, value]) => [t(`why.bound.${name}`), number(Number(value))]) }}><${Bars} rows=${bounds.map(([name, value]) => ({ name: t(`why.bound.${name}`), value: Number(value) }))} unit=${t("why.bound.unit")} digits=${0} title=${t("why.bound.sub")} /></${Chart}>`}
  </div>`;
};

// ---- what the next days may bring ------------------------------------------------------------------------

/** @param {Whole} of */
const drawForecast = ({ answer }) => answer.fans.map((/** @type {any} */ fan, /** @type {number} */ i) => {
  const last = answer.looks.length - 1;
  const action = [...answer.chances, ...answer.actions].find((/** @type {any} */ each) => each.variant === fan.variant && i > 0 && fan.variant !== answer.fans[0].variant);
  const name = `${pick(fan.label)}${action ? ` – ${pick(action.label)}` : ""}`;
  const title = t("forecast.title", { name, low: Math.round(fan.quantiles.p10[last]), high: Math.round(fan.quantiles.p90[last]) });
  const every = Math.max(1, Math.round(answer.looks.length / 24));
  const rows = answer.looks.flatMap((/** @type {number} */ hour, /** @type {number} */ k) => (k % every && k !== last ? [] : [[`+${number(hour)} ${t("unit.h")}`, ...["p5", "p10", "p25", "p50", "p75", "p90", "p95"].map((each) => number(fan.quantiles[each][k]))]]));
  return html`<${Chart} key=${i} wide title=${title} sub=${t("forecast.sub")} table=${{ head: [t("chart.time"), "P5", "P10", "P25", "P50", "P75", "P90", "P95"], rows }}>
    <${Fan} hours=${answer.looks} quantiles=${fan.quantiles} limit=${fan.limited ? answer.limit : null} now=${answer.now} title=${title} /></${Chart}>`;
});
