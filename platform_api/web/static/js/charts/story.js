// One stay to scale: a bar cut up by the state in which time passed, on the axis of the day, closed hours shaded.
import { html } from "../kit.js";
import { date, duration, t, timeOfDay } from "../i18n.js";
import { timeTicks } from "./curve.js";
import { STATES } from "./stacked.js";

/** @typedef {{from: number, ms: number, state: typeof STATES[number], told: string}} Part */

/** @type {Record<string, typeof STATES[number]>} */
const STATE = { served: "served", passing: "process", carried: "process", errand: "process", load: "process", closed: "closed", late: "closed", fit: "closed", short: "outage", down: "outage", paused: "outage", zone: "blocked", rule: "blocked", room: "blocked", door: "blocked" };

/** In which state time passes for a cause. @param {string} kind @returns {typeof STATES[number]} */
export const stateOf = (kind) => STATE[kind] ?? "waiting";

/** How long in each state, those that there are. @param {Part[]} parts @returns {[typeof STATES[number], number][]} */
export const totals = (parts) =>
  STATES.map((state) => /** @type {[typeof STATES[number], number]} */ ([state, parts.reduce((sum, part) => sum + (part.state === state ? part.ms : 0), 0)])).filter(([, ms]) => ms > 0);

/** @param {{parts: Part[], clock: import("../i18n.js").Clock, closed: [number, number][], title: string, ended: string}} props `ended`: the text of how it ended */
export const Story = ({ parts, clock, closed, title, ended }) => {
  const begin = parts[0].from;
  const end = parts[parts.length - 1].from + parts[parts.length - 1].ms;
  /** @param {number} time */
  const x = (time) => 20 + ((time - begin) / (end - begin || 1)) * 760;
  const ticks = timeTicks(begin, end, clock).filter((tick) => x(tick) > 24 && x(tick) < 770);
  return html`<svg class="chart" viewBox="0 0 800 84" role="img" aria-label=${title}>
    ${closed.map(([from, to]) => html`<rect class="night" x=${x(from)} y="0" width=${x(to) - x(from)} height="52" />`)}
    ${parts.map((part) => html`<rect class=${`st-${part.state}`} x=${x(part.from)} y="12" width=${Math.max(0.8, x(part.from + part.ms) - x(part.from) - 0.6)} height="28"><title>${timeOfDay(part.from, clock)} · ${duration(part.ms)} · ${part.told}</title></rect>`)}
    <path class="ax" d="M20 52H780" />
    ${ticks.map((tick) => html`<path class="ax" d=${`M${x(tick)} 52v4`} /><text class="t m" x=${x(tick)} y="68">${timeOfDay(tick, clock)}</text>`)}
    <text class="t" x="20" y="82">${timeOfDay(begin, clock)} ${date(begin, clock)}</text><text class="t e" x="780" y="82">${timeOfDay(end, clock)} ${date(end, clock)} ${t(ended)}</text>
  </svg>`;
};
