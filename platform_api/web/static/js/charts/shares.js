// Bars from zero, to either side, a row each, with the interval of each as a whisker and its value beside it.
import { html } from "../kit.js";
import { number } from "../i18n.js";
import { axis, decimals } from "./strip.js";

/** @typedef {{name: string, value: number, half?: number | null, told?: string, sum?: boolean}} Row in shown units */

/** @param {{rows: Row[], unit: string, title: string, digits?: number, width?: number}} props */
export const Bars = ({ rows, unit, title, digits = 1, width = 640 }) => {
  const ends = rows.flatMap((row) => [row.value - (row.half ?? 0), row.value + (row.half ?? 0)]);
  const ticks = axis(Math.min(0, ...ends), Math.max(0, ...ends));
  const [left, right, high] = [Math.round(width * 0.36), 96, 26];
  /** @param {number} value */
  const x = (value) => left + ((value - ticks[0]) / (ticks[ticks.length - 1] - ticks[0] || 1)) * (width - left - right);
  const bottom = rows.length * high + 4;
  return html`<svg class="chart" viewBox=${`0 0 ${width} ${bottom + 22}`} role="img" aria-label=${title}>
    ${ticks.map((tick) => html`<path class=${tick === 0 ? "ax" : "gl"} d=${`M${x(tick)} 0V${bottom}`} /><text class="t m" x=${x(tick)} y=${bottom + 16}>${number(tick, decimals(ticks))}</text>`)}
    <text class="t e" x=${width - 4} y=${bottom + 16}>${unit}</text>
    ${rows.map((row, i) => {
      const y = i * high + 4;
      const far = x(Math.max(0, row.value + (row.half ?? 0)));
      return html`<text class=${row.sum ? "v e" : "l e"} x=${left - 8} y=${y + 14}>${short(row.name, left)}<title>${row.name}</title></text>
        <rect class=${row.sum ? "total" : "r1"} x=${Math.min(x(0), x(row.value))} y=${y + 2} width=${Math.max(1, Math.abs(x(row.value) - x(0)))} height="15" />
        ${row.half != null && html`<path class="whisk" d=${`M${x(row.value - row.half)} ${y + 9.5}H${x(row.value + row.half)}`} />`}
        <text class="v" x=${far + 6} y=${y + 14}>${row.told ?? number(row.value, digits)}</text>`;
    })}
  </svg>`;
};

/** A name as long as there is room before the bars; the whole of it is its tip, and stands in the table.
 * @param {string} name @param {number} room */
export const short = (name, room) => {
  const most = Math.floor(room / 6.9);
  return name.length > most ? `${name.slice(0, most - 1).trimEnd()}…` : name;
};
