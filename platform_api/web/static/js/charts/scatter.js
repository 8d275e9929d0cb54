// Cost against service: those that nobody beats joined, others hollow, the chosen one ringed, the present one in a square.
import { html } from "../kit.js";
import { number, t } from "../i18n.js";
import { axis, decimals } from "./strip.js";

/** @typedef {{cost: number, service: number, costHalf: number | null, serviceHalf: number | null, name: string, front: boolean, chosen: boolean, now: boolean}} Dot in shown units */

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [1280, 360, 66, 40, 26, 46];

/** @param {{dots: Dot[], bound: number, heads: [string, string], title: string, told: (value: number) => string}} props `told`: the bound in words */
export const Scatter = ({ dots, bound, heads, title, told }) => {
  /** @param {(number | null)[]} values */
  const ends = (values) => axis(Math.min(.../** @type {number[]} */ (values)), Math.max(.../** @type {number[]} */ (values)));
  const xs = ends(dots.flatMap((dot) => [dot.cost - (dot.costHalf ?? 0), dot.cost + (dot.costHalf ?? 0)]));
  const ys = ends([bound, ...dots.flatMap((dot) => [dot.service - (dot.serviceHalf ?? 0), dot.service + (dot.serviceHalf ?? 0)])]);
  /** @param {number} value */
  const x = (value) => LEFT + ((value - xs[0]) / (xs[xs.length - 1] - xs[0] || 1)) * (WIDTH - LEFT - RIGHT);
  /** @param {number} value */
  const y = (value) => HEIGHT - BOTTOM - ((value - ys[0]) / (ys[ys.length - 1] - ys[0] || 1)) * (HEIGHT - TOP - BOTTOM);
  const joined = dots.filter((dot) => dot.front).toSorted((a, b) => a.cost - b.cost);
  return html`<svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${title}>
    ${xs.map((tick) => html`<path class="gl" d=${`M${x(tick)} ${TOP}V${HEIGHT - BOTTOM}`} /><text class="t m" x=${x(tick)} y=${HEIGHT - BOTTOM + 17}>${number(tick, decimals(xs))}</text>`)}
    ${ys.map((tick) => html`<path class="gl" d=${`M${LEFT} ${y(tick)}H${WIDTH - RIGHT}`} /><text class="t e" x=${LEFT - 8} y=${y(tick) + 4}>${number(tick, decimals(ys))}</text>`)}
    <text class="t m" x=${(LEFT + WIDTH - RIGHT) / 2} y=${HEIGHT - 8}>${heads[0]}</text><text class="t" x="4" y="14">${heads[1]}</text>
    <path class="goal" d=${`M${LEFT} ${y(bound)}H${WIDTH - RIGHT}`} /><text class="l halo e" x=${WIDTH - RIGHT} y=${y(bound) - 5}>${told(bound)}</text>
    ${joined.length > 1 && html`<path class="joined" d=${`M${joined.map((dot) => `${x(dot.cost)} ${y(dot.service)}`).join("L")}`} />`}
    ${dots.map((dot) => html`<g><title>${dot.name}</title>
      ${dot.front && dot.costHalf !== null && html`<path class="whisk" d=${`M${x(dot.cost - dot.costHalf)} ${y(dot.service)}H${x(dot.cost + dot.costHalf)}`} />`}
      ${dot.front && dot.serviceHalf !== null && html`<path class="whisk" d=${`M${x(dot.cost)} ${y(dot.service - dot.serviceHalf)}V${y(dot.service + dot.serviceHalf)}`} />`}
      <circle class=${dot.front ? "dot" : "pt"} cx=${x(dot.cost)} cy=${y(dot.service)} r=${dot.front ? 5 : 4} />
      ${dot.chosen && html`<circle class="ringed" cx=${x(dot.cost)} cy=${y(dot.service)} r="11" />`}
      ${dot.now && html`<rect class="ringed" x=${x(dot.cost) - 8} y=${y(dot.service) - 8} width="16" height="16" />`}</g>`)}
    ${dots.filter((dot) => dot.chosen || dot.now).map((dot) => html`<text class=${`l halo${x(dot.cost) > WIDTH * 0.7 ? " e" : ""}`} x=${x(dot.cost) + (x(dot.cost) > WIDTH * 0.7 ? -15 : 15)} y=${y(dot.service) + (dot.chosen ? 20 : -8)}>${t(dot.chosen ? "optimise.chosen" : "optimise.now")}</text>`)}
  </svg>`;
};
