// The house mark: three ranges of one figure, from sharp to vague, that are never added to each other.
import { html } from "../kit.js";
import { number, scaled, t } from "../i18n.js";

/** @typedef {{mean: number | null, half_width: number | null, p10: number | null, p90: number | null, n: number}} Estimate */

/** Round ends of an axis around what must fit. @param {number} low @param {number} high */
export const axis = (low, high) => {
  const span = high - low || Math.abs(high) || 1;
  const raw = span / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= raw) ?? raw;
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
};

/** How many decimals tell the ticks of an axis apart. @param {number[]} ticks */
export const decimals = (ticks) => {
  const step = (ticks[1] ?? ticks[0] + 1) - ticks[0];
  return [0, 1, 2, 3].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6 * step * 10 ** digits) ?? 3;
};

/** @param {{of: Estimate, scale: import("../i18n.js").Scale, published?: number | null}} props */
export const Strip = ({ of, scale, published = null }) => {
  const { mean, half_width: half, p10, p90 } = of;
  if (mean === null) return null;
  const values = [mean, mean - (half ?? 0), mean + (half ?? 0), p10 ?? mean, p90 ?? mean, ...(published === null ? [] : [published])].map((v) => v / scale.by);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low) * 0.25 || Math.abs(mean / scale.by) * 0.05 || 1;
  const ticks = axis(low >= 0 ? Math.max(0, low - pad) : low - pad, high + pad);
  const [from, to] = [ticks[0], ticks[ticks.length - 1]];
  /** @param {number} value */
  const x = (value) => 20 + ((value / scale.by - from) / (to - from)) * 240;
  const digits = decimals(ticks);
  return html`<svg class="strip" viewBox="0 0 280 60" role="img" aria-label=${t("strip.told", { mean: scaled(mean, scale), unit: scale.unit })}>
    <path class="ax" d="M20 42H260" />
    ${ticks.map((tick) => html`<path class="ax" d=${`M${x(tick * scale.by)} 42v4`} /><text class="t m" x=${x(tick * scale.by)} y="57">${number(tick, digits)}</text>`)}
    ${half !== null && html`<rect class="r1" x=${x(mean - half)} y="5" width=${Math.max(2, x(mean + half) - x(mean - half))} height="8" />`}
    ${half !== null && p10 !== null && p90 !== null && html`<rect class="r2" x=${x(p10)} y="17" width=${Math.max(2, x(p90) - x(p10))} height="9" />`}
    <path class="mean" d=${`M${x(mean)} 2v38`} />
    ${published !== null && html`<path class="obs" d=${`M${x(published)} 29l5 5-5 5-5-5z`} />`}
  </svg>`;
};

/** What the rows of a strip are. */
export const StripKey = () => html`<p class="key rangekey">
  <b>${t("range.key")}</b>
  <span><svg viewBox="0 0 22 12" aria-hidden="true"><rect class="r1" x="1" y="2" width="20" height="8" /></svg>${t("range.mean")}</span>
  <span><svg viewBox="0 0 22 12" aria-hidden="true"><rect class="r2" x="1" y="2" width="20" height="8" /></svg>${t("range.days")}</span>
  <span><svg viewBox="0 0 22 12" aria-hidden="true"><path class="obs" d="M11 1l5 5-5 5-5-5z" /></svg>${t("range.published")}</span>
  <span class="mark p">◆ ${t("mark.predicted")}</span><span class="mark f">◈ ${t("mark.fitted")}</span><span class="mark g">◇ ${t("mark.given")}</span>
</p>`;
