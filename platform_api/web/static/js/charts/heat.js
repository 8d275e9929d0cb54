// How busy, hour by hour: every cell prints its number; outside the hours of a place it is hatched.
import { html } from "../kit.js";
import { number, timeOfDay } from "../i18n.js";

const EDGES = [20, 40, 60, 75, 85, 95];

/** @typedef {{name: string, cells: (number | null)[]}} Row shares from 0 to 1; null: not on duty */

/** @param {{rows: Row[], hours: number[], clock: import("../i18n.js").Clock, title: string}} props */
export const Heat = ({ rows, hours, clock, title }) => {
  const left = 196;
  const wide = (640 - left) / hours.length;
  return html`<svg class="chart" viewBox=${`0 0 640 ${rows.length * 22 + 20}`} role="img" aria-label=${title}>
    ${rows.map((row, i) => html`<text class="l e" x=${left - 8} y=${i * 22 + 15}>${row.name.length > 29 ? `${row.name.slice(0, 28).trimEnd()}…` : row.name}<title>${row.name}</title></text>
      ${row.cells.map((cell, k) => {
        const percent = cell === null ? null : Math.round(cell * 100);
        const level = percent === null ? "off" : EDGES.filter((edge) => percent >= edge).length;
        return html`<rect class=${percent === null ? "st-closed" : `h${level}`} x=${left + k * wide} y=${i * 22} width=${wide - 1} height="21" />
          ${percent !== null && wide >= 17 && html`<text class=${`hv${Number(level) > 2 ? " w" : ""}`} x=${left + (k + 0.5) * wide} y=${i * 22 + 15}>${number(percent)}</text>`}`;
      })}`)}
    ${hours.map((hour, k) => k % 2 === 0 && html`<text class="t m" x=${left + (k + 0.5) * wide} y=${rows.length * 22 + 15}>${timeOfDay(hour, clock).slice(0, 2)}</text>`)}
  </svg>`;
};
