// Compare: which is better, by how much, and what would overturn it?
import { html } from "../kit.js";
import { duration, lang, pick, scaled, scaleFor, t, withUnit } from "../i18n.js";
import { getOnce } from "../api.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { Forest } from "../charts/forest.js";
import { pathName, told, valueName } from "../names.js";
import { Progress, useTicket, Warnings } from "../ticket.js";

/** @param {{id: string}} props */
export const ComparePage = ({ id }) => {
  const { ticket, error, again } = useTicket("/v1/experiments", id);
  if (error) return html`<main id="main"><h1 class="pad">${t("compare.unknown")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href="/experiments">${t("experiments.title")}</a></p></main>`;
  if (!ticket) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return ticket.state === "succeeded" ? html`<${Answer} key=${id} id=${id} ticket=${ticket} />` : html`<${Progress} ticket=${ticket} at="/v1/experiments" />`;
};

/** @param {{id: string, ticket: any}} props */
const Answer = ({ id, ticket }) => {
  const { value, error, again } = useLoaded(id, async () => {
    const at = `/v1/scenarios/${encodeURIComponent(ticket.scenario)}`;
    const [answer, scenario, indicators] = await Promise.all([getOnce(`/v1/experiments/${id}/answer`), getOnce(`${at}/resolved`), getOnce("/v1/indicators")]);
    return { answer, scenario, indicators: Object.fromEntries(indicators.indicators.map((/** @type {any} */ each) => [each.name, each])) };
  });
  if (error) return html`<main id="main"><h1 class="pad">${ticket.scenario}</h1><${Failed} error=${error} again=${again} /></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  const { answer, scenario, indicators } = value;
  return html`<main id="main">
    <div class="head"><div><h1>${headline(answer)}</h1><p class="sub"><a href=${`/scenarios/${ticket.scenario}`}>${pick(scenario.title)}</a> · ${t("compare.same", { n: answer.replications })} · ${t("runs.seed")} ${String(answer.seed)}</p></div>
      <div class="act"><a class="btn" href=${`/v1/experiments/${id}/report?language=${lang.value}`} target="_blank" rel="noopener">${t("results.report")}</a><a class="btn" href=${`/v1/experiments/${id}/download?format=xlsx`} download>${t("download.xlsx")}</a><a class="btn" href=${`/v1/experiments/${id}/download?format=csv`} download>CSV</a></div></div>
    <${Warnings} told=${answer.warnings} />
    ${primary(answer).map((name) => html`<${Figure} key=${name} name=${name} answer=${answer} scenario=${scenario} indicators=${indicators} />`)}
    <div class="grid c2"><${Winners} answer=${answer} scenario=${scenario} /><${Overturns} answer=${answer} scenario=${scenario} /></div>
  </main>`;
};

/** The clearest sentence about a primary figure; that nothing was shown, if so. @param {any} answer */
const headline = (answer) => {
  const told = answer.differences.map((/** @type {any} */ of, /** @type {number} */ i) => ({ of, why: answer.evidence[i] })).filter((/** @type {any} */ each) => each.why.primary);
  const decided = told.filter((/** @type {any} */ each) => ["better", "worse", "higher", "lower"].includes(each.of.verdict));
  return (decided.length ? decided : told).slice(0, 2).map((/** @type {any} */ each) => pick(each.why.sentence)).map((/** @type {string} */ said) => said.charAt(0).toUpperCase() + said.slice(1)).join(". ");
};

/** Names of figures, in the order of the answer. @param {any} answer @returns {string[]} */
const primary = (answer) => [...new Set(/** @type {string[]} */ (answer.differences.map((/** @type {any} */ each) => each.name)))];

/** @param {{name: string, answer: any, scenario: any, indicators: any}} props */
const Figure = ({ name, answer, scenario, indicators }) => {
  const rows = answer.differences.map((/** @type {any} */ of, /** @type {number} */ i) => ({ of, why: answer.evidence[i] })).filter((/** @type {any} */ each) => each.of.name === name);
  const scale = scaleFor(rows[0].of.unit, rows.flatMap((/** @type {any} */ each) => [each.of.mean, each.why.p10, each.why.p90]), Math.min(...rows.map((/** @type {any} */ each) => each.of.half_width ?? Infinity).filter((/** @type {number} */ h) => h > 0)));
  const shown = (/** @type {number | null | undefined} */ value) => (value == null ? null : value / scale.by);
  const label = (/** @type {string} */ side) => pick(answer.sides.find((/** @type {any} */ each) => each.name === side)?.label) || side;
  const range = (/** @type {any} */ of) => [...answer.input_ranges, ...(answer.evidence[answer.differences.indexOf(of)].primary ? answer.ranges : [])].find((/** @type {any} */ each) => each.variant === of.variant && (!each.name || (each.name === of.name && JSON.stringify(each.labels) === JSON.stringify(of.labels))));
  const level = (/** @type {string} */ side, /** @type {any} */ labels) => answer.levels.find((/** @type {any} */ each) => each.side === side && each.name === name && JSON.stringify(each.labels) === JSON.stringify(labels));
  const title = pick(indicators[name]?.label) || name;
  return html`<section class="card wide"><h2>${title} [${scale.unit || t("compare.count")}]</h2><p class="sub">${pick(indicators[name]?.meaning)}</p>
    ${rows.some((/** @type {any} */ each) => each.of.verdict !== "identical") && html`<${Forest} title=${title} unit=${scale.unit || t("compare.count")} rows=${rows.map((/** @type {any} */ { of, why }) => ({ name: label(of.variant), of: told(scenario, of.labels), mean: shown(of.mean), half: shown(of.half_width), p10: shown(why.p10), p90: shown(why.p90), low: shown(range(of)?.low), high: shown(range(of)?.high) }))} />`}
    <div class="scrollx" tabindex="0" role="region" aria-label=${title}><table><thead><tr><th>${t("compare.variant_name")}</th><th>${t("compare.of")}</th><th>${t("compare.base")}</th><th>${t("compare.with")}</th><th>${t("compare.difference")}</th><th>${t("compare.days")}</th><th>${t("compare.verdict")}</th></tr></thead>
    <tbody>${rows.map((/** @type {any} */ { of, why }) => { const own = scaleFor(of.unit, [of.mean, why.p10, why.p90], of.half_width || null); return html`<tr><td>${label(of.variant)}</td><td>${told(scenario, of.labels) || t("results.everything")}</td><td>${scaled(level("base", of.labels)?.mean, scaleFor(of.unit, [why.base]))}</td><td>${withUnit(level(of.variant, of.labels)?.mean, scaleFor(of.unit, [why.base]))}</td><td>${scaled(of.mean, own)}${of.half_width === null ? "" : ` ± ${scaled(of.half_width, own)}`} ${own.unit}</td><td>${scaled(why.p10, own)} … ${withUnit(why.p90, own)}</td><td><b>${verdict(of, answer)}</b></td></tr>`; })}</tbody></table></div></section>`;
};

/** The fixed words of a verdict. @param {any} of @param {any} answer */
const verdict = (of, answer) => {
  const tried = answer.ranges.find((/** @type {any} */ each) => each.variant === of.variant);
  const primary = answer.evidence[answer.differences.indexOf(of)].primary;
  if (of.verdict === "better" && primary && tried && (tried.reversed > 0 || tried.tipping.length)) return t("verdict.fragile");
  return t(`verdict.${of.verdict.replaceAll(" ", "_")}`);
};

/** @param {{answer: any, scenario: any}} props */
const Winners = ({ answer, scenario }) => {
  if (!answer.winners.length) return html`<section class="card"><h2>${t("compare.winners")}</h2><p class="sub">${t("compare.winners.none")}</p></section>`;
  return html`<section class="card"><h2>${t("compare.winners")}</h2><p class="sub">${t("compare.winners.sub")}</p>
    ${answer.winners.map((/** @type {any} */ of) => {
      const { won, lost, same } = of.all;
      const all = won + lost + same || 1;
      const by = Object.entries(of.by.direction ?? of.by.flow ?? {});
      return html`<h3>${pick(answer.sides.find((/** @type {any} */ each) => each.name === of.variant)?.label)}</h3>
        <svg class="winbar" viewBox="0 0 100 7" preserveAspectRatio="none" aria-hidden="true"><rect class="r1" width=${(won / all) * 100} height="7" /><rect class="vb" x=${(won / all) * 100} width=${(same / all) * 100} height="7" /><rect class="st-waiting" x=${((won + same) / all) * 100} width=${(lost / all) * 100} height="7" /></svg>
        <p>${t("compare.winners.told", { won: Math.round(won), lost: Math.round(lost), same: Math.round(same) })} ${t("compare.winners.sum", { won: duration(of.won_s * 1000), lost: duration(of.lost_s * 1000) })}</p>
        <p class="sub">${by.map(([value, share]) => `${valueName(scenario, of.by.direction ? "direction" : "flow", value)}: ${t("compare.winners.short", { won: Math.round(share.won), lost: Math.round(share.lost) })}`).join(" · ")}</p>`;
    })}</section>`;
};

/** @param {{answer: any, scenario: any}} props */
const Overturns = ({ answer, scenario }) => html`<section class="card"><h2>${t("compare.overturns")}</h2>
  ${!answer.ranges.length ? html`<p class="sub">${t("compare.overturns.not_tried")}</p>` : answer.ranges.map((/** @type {any} */ each) => html`<h3>${pick(answer.sides.find((/** @type {any} */ side) => side.name === each.variant)?.label)}</h3>
    <p>${pick(each.sentence)}</p><p class="sub">${t("compare.overturns.points", { points: each.points, holds: each.holds, reversed: each.reversed, undecided: each.undecided })}</p>
    ${each.tipping.length > 0 && html`<ul class="tips">${each.tipping.map((/** @type {any} */ tip) => {
      const { head, tail } = pathName(scenario, tip.path);
      return html`<li>${t("compare.tips", { what: `${head}${tail ? `, ${tail}` : ""}`, at: tip.at || `${tip.first} – ${tip.last}`, now: tip.now })}${tip.confirmed ? "" : ` (${t("compare.unconfirmed")})`}</li>`;
    })}</ul>`}`)}</section>`;
