// Paired differences around zero: block = interval of the mean, bar = days, dashes = over the assumptions' ranges.
import { html } from "../kit.js";
import { number, t } from "../i18n.js";
import { axis, decimals } from "./strip.js";

/** @typedef {{name: string, of: string, mean: number | null, half: number | null, p10: number | null, p90: number | null, low: number | null, high: number | null}} Row in shown units */

/** @param {{rows: Row[], unit: string, title: string}} props */
export const Forest = ({ rows, unit, title }) => {
  const ends = rows.flatMap((row) => [row.mean, row.p10, row.p90, row.low, row.high, row.mean !== null && row.half !== null ? row.mean - row.half : null, row.mean !== null && row.half !== null ? row.mean + row.half : null]).filter((v) => v !== null);
  const ticks = axis(Math.min(0, ...ends), Math.max(0, ...ends));
  const [left, right, high] = [300, 40, 42];
  const [from, to] = [ticks[0], ticks[ticks.length - 1]];
  /** @param {number} value */
  const x = (value) => left + ((value - from) / (to - from || 1)) * (1280 - left - right);
  const digits = decimals(ticks);
  const bottom = rows.length * high + 6;
  return html`<svg class="chart" viewBox=${`0 0 1280 ${bottom + 24}`} role="img" aria-label=${title}>
    ${ticks.map((tick) => html`<path class="gl" d=${`M${x(tick)} 0V${bottom}`} /><text class="t m" x=${x(tick)} y=${bottom + 16}>${number(tick, digits)}</text>`)}
    <path class="mean" d=${`M${x(0)} 0V${bottom}`} /><text class="t e" x="286" y=${bottom + 16}>${t("compare.axis", { unit })}</text>
    ${rows.map((row, i) => {
      const y = i * high + 6;
      return html`<text class="l e" x="286" y=${y + 13}>${row.name}</text><text class="t e" x="286" y=${y + 28}>${row.of}</text>
        ${row.mean !== null && html`
          ${row.half !== null && html`<rect class="r1" x=${x(row.mean - row.half)} y=${y + 2} width=${Math.max(2, x(row.mean + row.half) - x(row.mean - row.half))} height="9" />`}
          ${row.p10 !== null && row.p90 !== null && row.half !== null && html`<rect class="r2" x=${x(row.p10)} y=${y + 14} width=${Math.max(2, x(row.p90) - x(row.p10))} height="9" />`}
          ${row.low !== null && row.high !== null && html`<path class="r3" d=${`M${x(row.low)} ${y + 30}H${x(row.high)}`} /><path class="r3e" d=${`M${x(row.low)} ${y + 26}v8M${x(row.high)} ${y + 26}v8`} />`}
          <path class="pt" d=${`M${x(row.mean)} ${y - 1}v26`} />`}`;
    })}
  </svg>`;
};
