// Several levels over the same days, one line for each way, named at its end; dashes stand beside the colours.
import { html } from "../kit.js";
import { number, timeOfDay, date } from "../i18n.js";
import { timeTicks } from "./curve.js";
import { axis } from "./strip.js";

/** @typedef {{name: string, start_s: number, step_s: number, values: (number | null)[]}} Line */

const [LEFT, RIGHT, TOP, BOTTOM, WIDE, HIGH] = [44, 16, 12, 24, 900, 280];

/** @param {{lines: Line[], clock: import("../i18n.js").Clock, title: string}} props */
export const Lines = ({ lines, clock, title }) => {
  const first = lines[0];
  const begin = first.start_s * 1000;
  const end = begin + first.step_s * 1000 * (first.values.length - 1);
  const ticks = axis(0, Math.max(1, ...lines.flatMap((line) => line.values.map((value) => value ?? 0))));
  const most = ticks[ticks.length - 1];
  /** @param {number} time */
  const x = (time) => LEFT + ((time - begin) / (end - begin || 1)) * (WIDE - LEFT - RIGHT);
  /** @param {number} value */
  const y = (value) => HIGH - BOTTOM - (value / most) * (HIGH - TOP - BOTTOM);
  const when = (/** @type {number} */ tick) => (end - begin > 3 * 86_400_000 ? date(tick, clock).replace(/\D\d{4}$/, "") : timeOfDay(tick, clock));
  const path = (/** @type {Line} */ line) => line.values.map((value, i) => (value === null ? "" : `${i && line.values[i - 1] !== null ? "L" : "M"}${x(line.start_s * 1000 + i * line.step_s * 1000).toFixed(1)} ${y(value).toFixed(1)}`)).join("");
  return html`<svg class="chart" viewBox=${`0 0 ${WIDE} ${HIGH}`} role="img" aria-label=${title}>
    ${ticks.map((tick) => html`<path class="gl" d=${`M${LEFT} ${y(tick)}H${WIDE - RIGHT}`} /><text class="t e" x=${LEFT - 6} y=${y(tick) + 4}>${number(tick)}</text>`)}
    <path class="ax" d=${`M${LEFT} ${HIGH - BOTTOM}H${WIDE - RIGHT}`} />
    ${timeTicks(begin, end, clock).filter((tick) => x(tick) < WIDE - 40).map((tick) => html`<text class="t m" x=${x(tick)} y=${HIGH - 6}>${when(tick)}</text>`)}
    ${lines.map((line, i) => html`<path class=${`way w${i}`} d=${path(line)} />`)}
  </svg>
  <p class="key">${lines.map((line, i) => html`<span><svg viewBox="0 0 22 12" aria-hidden="true"><path class=${`way w${i}`} d="M0 6H22" /></svg>${line.name}</span>`)}</p>`;
};
