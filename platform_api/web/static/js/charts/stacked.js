// Where the time goes: a row for each place, cut up by the state in which time passed.
import { html } from "../kit.js";
import { number, scaleFor, t } from "../i18n.js";
import { axis } from "./strip.js";

export const STATES = /** @type {const} */ (["served", "waiting", "closed", "outage", "blocked", "process"]);

/** @typedef {{name: string, half: number | null, parts: Record<typeof STATES[number], number>}} Row */

/** @param {{rows: Row[], title: string}} props */
export const Stacked = ({ rows, title }) => {
  const totals = rows.map((row) => STATES.reduce((sum, state) => sum + row.parts[state], 0));
  const scale = scaleFor("s", totals);
  const ticks = axis(0, Math.max(...totals, 1) / scale.by);
  const most = ticks[ticks.length - 1];
  const [left, right, height] = [196, 60, 23];
  /** @param {number} seconds */
  const wide = (seconds) => (seconds / scale.by / most) * (640 - left - right);
  return html`<svg class="chart" viewBox=${`0 0 640 ${rows.length * height + 22}`} role="img" aria-label=${title}>
    ${rows.map((row, i) => {
      let x = left;
      return html`<text class="l e" x=${left - 8} y=${i * height + 16}>${cut(row.name)}<title>${row.name}</title></text>
        ${STATES.map((state) => {
          const width = wide(row.parts[state]);
          const from = x;
          x += width;
          return width > 0.4 && html`<rect class=${`st-${state}`} x=${from} y=${i * height + 4} width=${Math.max(1, width - 1.5)} height="15"><title>${t(`state.${state}`)}</title></rect>`;
        })}
        <text class="v" x=${x + 6} y=${i * height + 16}>${number(totals[i] / scale.by, scale.digits)}</text>`;
    })}
    <path class="ax" d=${`M${left} ${rows.length * height + 2}H${640 - right}`} />
    ${ticks.map((tick) => html`<text class="t m" x=${left + (tick / most) * (640 - left - right)} y=${rows.length * height + 18}>${number(tick, ticks[1] < 1 ? 1 : 0)}</text>`)}
    <text class="t e" x="636" y=${rows.length * height + 18}>${scale.unit}</text>
  </svg>`;
};

/** @param {string} name */
const cut = (name) => (name.length > 29 ? `${name.slice(0, 28).trimEnd()}…` : name);

export const StatesKey = () => html`<p class="key">${STATES.map((state) => html`<span><svg viewBox="0 0 22 12" aria-hidden="true"><rect class=${`st-${state}`} x="1" y="1" width="20" height="10" /></svg>${t(`state.${state}`)}</span>`)}</p>`;
