// What each assumption does by itself, from low to high, the widest on top; what cannot be told from nothing is pale.
import { html } from "../kit.js";
import { number } from "../i18n.js";
import { short } from "./shares.js";
import { axis, decimals } from "./strip.js";

/** @typedef {{value: number, half: number | null, at: string}} End in shown units, `at`: the value of the assumption */
/** @typedef {{name: string, ends: [End, End]}} Row */

/** @param {End} end */
export const shown = (end) => end.half !== null && Math.abs(end.value) > end.half;

/** @param {{rows: Row[], unit: string, title: string}} props */
export const Tornado = ({ rows, unit, title }) => {
  const values = rows.flatMap((row) => row.ends.flatMap((end) => [end.value - (end.half ?? 0), end.value + (end.half ?? 0)]));
  const ticks = axis(Math.min(0, ...values), Math.max(0, ...values));
  const [width, left, right, high] = [1280, 380, 130, 34];
  /** @param {number} value */
  const x = (value) => left + 90 + ((value - ticks[0]) / (ticks[ticks.length - 1] - ticks[0] || 1)) * (width - left - right - 90);
  const bottom = rows.length * high + 4;
  return html`<svg class="chart" viewBox=${`0 0 ${width} ${bottom + 24}`} role="img" aria-label=${title}>
    ${ticks.map((tick) => html`<path class="gl" d=${`M${x(tick)} 0V${bottom}`} /><text class="t m" x=${x(tick)} y=${bottom + 16}>${number(tick, decimals(ticks))}</text>`)}
    <path class="mean" d=${`M${x(0)} 0V${bottom}`} /><text class="t" x=${width - right + 14} y=${bottom + 16}>${unit}</text>
    ${rows.map((row, i) => {
      const y = i * high + 4;
      const [small, large] = row.ends[0].value <= row.ends[1].value ? row.ends : [row.ends[1], row.ends[0]];
      const reach = row.ends.flatMap((end) => [x(end.value - (end.half ?? 0)), x(end.value + (end.half ?? 0))]);
      return html`<text class="l e" x=${left - 8} y=${y + 18}>${short(row.name, left)}<title>${row.name}</title></text>
        ${row.ends.map((end, k) => html`<rect class=${`${k ? "r1" : "r2"}${shown(end) ? "" : " unsure"}`} x=${Math.min(x(0), x(end.value))} y=${y + 4} width=${Math.max(1, Math.abs(x(end.value) - x(0)))} height="18" />
          ${end.half !== null && html`<path class="whisk" d=${`M${x(end.value - end.half)} ${y + 13}H${x(end.value + end.half)}`} />`}`)}
        <text class="t e" x=${Math.min(x(0), ...reach) - 6} y=${y + 17}>${small.at}</text>
        <text class="t" x=${Math.max(x(0), ...reach) + 6} y=${y + 17}>${large.at}</text>`;
    })}
  </svg>`;
};
