// What may come, hour by hour: bands around the middle, a line across where a yard is full.
import { html } from "../kit.js";
import { date, number, t, timeOfDay } from "../i18n.js";
import { axis } from "./strip.js";

const BANDS = [["p5", "p95"], ["p10", "p90"], ["p25", "p75"]];
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [1280, 300, 52, 96, 16, 40];

/** @param {{hours: number[], quantiles: Record<string, number[]>, limit: number | null, now: string, title: string}} props `now`: local */
export const Fan = ({ hours, quantiles, limit, now, title }) => {
  const end = hours[hours.length - 1];
  const far = limit !== null && limit > 2 * Math.max(...quantiles.p95); // a line so far above would flatten the fan
  const ticks = axis(0, Math.max(1, ...quantiles.p95, far ? 0 : limit ?? 0));
  const most = ticks[ticks.length - 1];
  /** @param {number} hour */
  const x = (hour) => LEFT + (hour / end) * (WIDTH - LEFT - RIGHT);
  /** @param {number} value */
  const y = (value) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM);
  /** @param {number[]} values */
  const points = (values) => values.map((value, i) => `${x(hours[i]).toFixed(1)} ${y(value).toFixed(1)}`);
  const clock = { start_utc: Date.parse(`${now.slice(0, 16)}Z`), zone: "UTC" };
  const into = (clock.start_utc / 3_600_000) % 24;
  const step = [1, 2, 3, 6, 12, 24, 48, 168].find((each) => end / each <= 14) ?? 168;
  const marks = /** @type {number[]} */ ([]);
  for (let hour = (step - (into % step)) % step; hour <= end; hour += step) marks.push(hour);
  const last = hours.length - 1;
  return html`<svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${title}>
    ${ticks.map((tick) => html`<path class="gl" d=${`M${LEFT} ${y(tick)}H${WIDTH - RIGHT}`} /><text class="t e" x=${LEFT - 6} y=${y(tick) + 4}>${number(tick)}</text>`)}
    ${marks.map((hour) => html`<path class="gl" d=${`M${x(hour)} ${TOP}V${HEIGHT - BOTTOM}`} /><text class="t m" x=${x(hour)} y=${HEIGHT - BOTTOM + 15}>${timeOfDay(hour * 3_600_000, clock)}</text>
      ${(hour === marks[0] || (into + hour) % 24 < step) && html`<text class="t m" x=${x(hour)} y=${HEIGHT - BOTTOM + 31}>${date(hour * 3_600_000, clock).split(" ").slice(-3).join(" ")}</text>`}`)}
    ${BANDS.map(([low, high]) => html`<path class="fband" d=${`M${[...points(quantiles[high]), ...points(quantiles[low]).reverse()].join("L")}Z`} />`)}
    <path class="fmean" d=${`M${points(quantiles.p50).join("L")}`} />
    <path class="mean" d=${`M${LEFT} ${TOP - 8}V${HEIGHT - BOTTOM}`} /><text class="l halo" x=${LEFT + 6} y=${TOP}>${t("forecast.now")}</text>
    ${limit !== null && !far && html`<path class="goal" d=${`M${LEFT} ${y(limit)}H${WIDTH - RIGHT}`} /><text class="l halo e" x=${WIDTH - RIGHT - 4} y=${y(limit) < TOP + 16 ? y(limit) + 15 : y(limit) - 5}>${t("forecast.limit", { limit: number(limit) })}</text>`}
    ${limit !== null && far && html`<text class="l halo e" x=${WIDTH - RIGHT - 4} y=${TOP}>${t("forecast.limit.far", { limit: number(limit) })}</text>`}
    <path class="ax" d=${`M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`} />
    ${apart([["P95", quantiles.p95[last]], [t("forecast.middle"), quantiles.p50[last]], ["P5", quantiles.p5[last]]], y).map(([name, value, at]) => html`<text class="v" x=${WIDTH - RIGHT + 6} y=${at}>${number(Number(value))} <tspan class="t">${name}</tspan></text>`)}
  </svg>`;
};

/** Labels one below the other, none upon another. @param {[string, number][]} labels @param {(value: number) => number} y */
const apart = (labels, y) => {
  let above = -Infinity;
  return labels.map(([name, value]) => {
    above = Math.max(y(value) + 4, above + 14);
    return /** @type {[string, number, number]} */ ([name, value, above]);
  });
};
