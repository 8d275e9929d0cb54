// A map of cells: a shade of seven steps and a number in each; hatched where there is nothing to tell.
import { html } from "../kit.js";
import { short } from "./shares.js";

/** @typedef {{told: string, level: number, title?: string} | null} Cell */

/** @param {{rows: {name: string, cells: Cell[]}[], columns: string[], title: string, width?: number, left?: number}} props */
export const Grid = ({ rows, columns, title, width = 640, left = 196 }) => {
  const wide = (width - left) / columns.length;
  return html`<svg class="chart" viewBox=${`0 0 ${width} ${rows.length * 22 + 20}`} role="img" aria-label=${title}>
    ${rows.map((row, i) => html`<text class="l e" x=${left - 8} y=${i * 22 + 15}>${short(row.name, left)}<title>${row.name}</title></text>
      ${row.cells.map((cell, k) => html`<rect class=${cell === null ? "st-closed" : `h${cell.level}`} x=${left + k * wide} y=${i * 22} width=${wide - 1} height="21">${cell?.title && html`<title>${cell.title}</title>`}</rect>
          ${cell !== null && wide >= 17 && html`<text class=${`hv${cell.level > 2 ? " w" : ""}`} x=${left + (k + 0.5) * wide} y=${i * 22 + 15}>${cell.told}</text>`}`)}`)}
    ${columns.map((column, k) => html`<text class="t m" x=${left + (k + 0.5) * wide} y=${rows.length * 22 + 15}>${column}</text>`)}
  </svg>`;
};
