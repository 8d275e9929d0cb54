// What was computed for each answer: one bar each, the right one filled, its value beside it.
import { html } from "../kit.js";
import { scaled, scaleFor } from "../i18n.js";

/** @typedef {{name: string, label: string, value: number, right: boolean, mine: boolean}} Bar */

/** @param {{bars: Bar[], unit: string, title: string, mine: string}} props `mine`: the words beside one's own guess */
export const Bars = ({ bars, unit, title, mine }) => {
  const scale = scaleFor(unit, bars.map((bar) => bar.value));
  const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), 1e-9);
  return html`<ul class="bars" aria-label=${title}>${bars.map((bar) => html`<li class=${bar.right ? "right" : ""}><span>${bar.right ? "✓ " : ""}${bar.label}${bar.mine ? ` · ${mine}` : ""}</span>
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class=${bar.right ? "r1" : "r2"} width=${Math.max(0.4, (Math.abs(bar.value) / most) * 100)} height="10" /></svg><b>${`${scaled(bar.value, scale)} ${scale.unit}`.trim()}</b></li>`)}</ul>`;
};

/** A number that was guessed: what came out, what counts as near, one's own. @param {{right: number, mine: number | null, near: number, least: number, most: number, unit: string, title: string, said: {right: string, mine: string}}} props */
export const Guessed = ({ right, mine, near, least, most, unit, title, said }) => {
  const scale = scaleFor(unit, [most]);
  const wide = innerWidth < 560 ? 350 : 720; // drawn anew on a phone, not made smaller
  /** @param {number} value */
  const x = (value) => 20 + ((Math.min(Math.max(value, least), most) - least) / (most - least)) * (wide - 40);
  const told = (/** @type {number} */ value) => `${scaled(value, scale)} ${scale.unit}`.trim();
  const side = (/** @type {number} */ at) => (at > wide * 0.6 ? " e" : "");
  return html`<svg class="chart free" viewBox=${`0 0 ${wide} 96`} role="img" aria-label=${title}>
    <rect class="r2" x=${x(right * (1 - near))} y="38" width=${x(right * (1 + near)) - x(right * (1 - near))} height="16" />
    <path class="ax" d=${`M20 46H${wide - 20}M20 40v12M${wide - 20} 40v12`} />
    <text class="t" x="20" y="68">${told(least)}</text><text class="t e" x=${wide - 20} y="68">${told(most)}</text>
    <path class="pt" d=${`M${x(right)} 32v28`} /><text class=${`v${side(x(right))}`} x=${x(right)} y="26">${said.right}: ${told(right)}</text>
    ${mine !== null && html`<path class="obs" d=${`M${x(mine)} 38l8 8-8 8-8-8z`} /><text class=${`l${side(x(mine))}`} x=${x(mine)} y="88">${said.mine}: ${told(mine)}</text>`}
  </svg>`;
};
