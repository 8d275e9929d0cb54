// A level over the day: mean, the spread between days, closed hours shaded, published figures as diamonds.
import { html } from "../kit.js";
import { number, timeOfDay } from "../i18n.js";
import { axis } from "./strip.js";

/** @typedef {{times: number[], mean: (number | null)[], p10: (number | null)[], p90: (number | null)[]}} Series */
/** @typedef {{at: number, value: number, text: string}} Observed */

const [LEFT, RIGHT, TOP, BOTTOM] = [44, 70, 12, 24];

/** @param {{series: Series, clock: import("../i18n.js").Clock, closed: [number, number][], observed?: Observed[], title: string, width?: number, height?: number, at?: number | null}} props */
export const Curve = ({ series, clock, closed, observed = [], title, width = 640, height = 268, at = null }) => {
  const { times, mean, p10, p90 } = series;
  const [begin, end] = [times[0], times[times.length - 1]];
  const known = [...mean, ...p90, ...observed.map((o) => o.value)].filter((v) => v !== null);
  const ticks = axis(0, Math.max(1, .../** @type {number[]} */ (known)));
  const most = ticks[ticks.length - 1];
  /** @param {number} time */
  const x = (time) => LEFT + ((time - begin) / (end - begin)) * (width - LEFT - RIGHT);
  /** @param {number} value */
  const y = (value) => height - BOTTOM - (value / most) * (height - TOP - BOTTOM);
  /** @param {(number | null)[]} values */
  const line = (values) => values.map((v, i) => (v === null ? "" : `${i && values[i - 1] !== null ? "L" : "M"}${x(times[i]).toFixed(1)} ${y(v).toFixed(1)}`)).join("");
  const band = `${line(p90)}L${[...times].map((time, i) => `${x(time).toFixed(1)} ${y(p10[i] ?? 0).toFixed(1)}`).reverse().join("L")}Z`;
  const last = mean[mean.length - 1] ?? 0;
  return html`<svg class="chart" viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${title}>
    ${closed.map(([from, to]) => to > begin && from < end && html`<rect class="night" x=${x(Math.max(from, begin))} y=${TOP} width=${x(Math.min(to, end)) - x(Math.max(from, begin))} height=${height - TOP - BOTTOM} />`)}
    ${ticks.map((tick) => html`<path class="gl" d=${`M${LEFT} ${y(tick)}H${width - RIGHT}`} /><text class="t e" x=${LEFT - 6} y=${y(tick) + 4}>${number(tick)}</text>`)}
    ${p10[0] !== null && html`<path class="fband" d=${band} />`}
    <path class="fmean" d=${line(mean)} />
    <path class="ax" d=${`M${LEFT} ${height - BOTTOM}H${width - RIGHT}`} />
    ${timeTicks(begin, end, clock).map((tick) => html`<text class="t m" x=${x(tick)} y=${height - 6}>${timeOfDay(tick, clock)}</text>`)}
    ${at !== null && html`<path class="mean" d=${`M${x(at)} ${TOP}V${height - BOTTOM}`} />`}
    ${observed.map((o) => html`<path class="obs" d=${`M${x(o.at)} ${y(o.value) - 7}l6 7-6 7-6-7z`} /><text class=${`l halo${o.at > (begin + end) / 2 ? " e" : ""}`} x=${x(o.at) + (o.at > (begin + end) / 2 ? -12 : 12)} y=${y(o.value) + 22}>${o.text}</text>`)}
    <text class="v" x=${width - RIGHT + 12} y=${y(last) + 4}>${number(last)}</text>
  </svg>`;
};

/** Full hours, few enough to be read. @param {number} begin @param {number} end @param {import("../i18n.js").Clock} clock */
export const timeTicks = (begin, end, clock) => {
  const hour = 3_600_000;
  const step = [1, 2, 3, 4, 6, 12, 24, 48, 168, 720].map((h) => h * hour).find((s) => (end - begin) / s <= 8) ?? end - begin;
  const [h, m] = timeOfDay(begin, clock).split(":").map(Number);
  const into = (h * hour + m * 60_000) % Math.min(step, 24 * hour);
  const ticks = [];
  for (let tick = begin + ((step - into) % step); tick <= end; tick += step) ticks.push(tick);
  return ticks;
};
