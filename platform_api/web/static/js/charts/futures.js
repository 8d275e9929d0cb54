// With and without the decision, on the same trucks: one past, two futures, the gap between them tinted.
import { html } from "../kit.js";
import { number, t, timeOfDay } from "../i18n.js";
import { timeTicks } from "./curve.js";
import { axis } from "./strip.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [360, 176, 34, 84, 16, 22];

/** @param {{of: {times: number[], inside_with: number[], inside_without: number[]}, clock: import("../i18n.js").Clock, decided: number, at: number, title: string}} props */
export const Futures = ({ of, clock, decided, at, title }) => {
  const { times, inside_with: own, inside_without: other } = of;
  if (times.length < 2) return null;
  const [begin, end] = [times[0], times[times.length - 1]];
  const ticks = axis(0, Math.max(1, ...own, ...other));
  const most = ticks[ticks.length - 1];
  /** @param {number} time */
  const x = (time) => LEFT + ((time - begin) / (end - begin)) * (WIDTH - LEFT - RIGHT);
  /** @param {number} value */
  const y = (value) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM);
  const parting = Math.max(0, times.findLastIndex((time) => time <= decided));
  /** @param {number[]} values @param {number} from @param {number} [to] */
  const points = (values, from, to) => values.slice(from, to).map((value, i) => `${x(times[from + i]).toFixed(1)} ${y(value).toFixed(1)}`);
  const [a, b] = [own[own.length - 1], other[other.length - 1]];
  const near = Math.abs(y(a) - y(b)) < 13 ? (a >= b ? 7 : -7) : 0;
  return html`<figure class="futures"><figcaption class="sub">${title}</figcaption><svg class="chart fixed" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${`${title}: ${t("live.futures.with")} ${number(a)}, ${t("live.futures.without")} ${number(b)}`}>
    ${ticks.map((tick) => html`<path class="gl" d=${`M${LEFT} ${y(tick)}H${WIDTH - RIGHT}`} /><text class="t e" x=${LEFT - 4} y=${y(tick) + 4}>${number(tick)}</text>`)}
    ${timeTicks(begin, end, clock).filter((_, i, all) => i % Math.ceil(all.length / 4) === 0).map((tick) => html`<text class="t m" x=${x(tick)} y=${HEIGHT - 6}>${timeOfDay(tick, clock)}</text>`)}
    <path class="gap" d=${`M${[...points(own, parting), ...points(other, parting).reverse()].join("L")}Z`} />
    <path class="past" d=${`M${points(own, 0, parting + 1).join("L")}`} />
    <path class="without" d=${`M${points(other, parting).join("L")}`} /><path class="fmean" d=${`M${points(own, parting).join("L")}`} />
    <path class="ax" d=${`M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`} />
    <path class="mean" d=${`M${x(decided)} ${TOP - 4}V${HEIGHT - BOTTOM}`} /><text class=${`t halo${x(decided) > WIDTH / 2 ? " e" : ""}`} x=${x(decided) + (x(decided) > WIDTH / 2 ? -4 : 4)} y=${TOP - 4}>${t("live.futures.decided")}</text>
    ${at > begin && at < end && html`<path class="ax" d=${`M${x(at)} ${TOP}V${HEIGHT - BOTTOM}`} />`}
    <text class="v" x=${WIDTH - RIGHT + 5} y=${y(a) + 4 - near}>${number(a)} <tspan class="t">${t("live.futures.with")}</tspan></text>
    <text class="v" x=${WIDTH - RIGHT + 5} y=${y(b) + 4 + near}>${number(b)} <tspan class="t">${t("live.futures.without")}</tspan></text>
  </svg></figure>`;
};
