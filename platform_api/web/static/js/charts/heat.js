// How busy, hour by hour: every cell prints its number; outside the hours of a place it is hatched.
import { html } from "../kit.js";
import { number, timeOfDay } from "../i18n.js";
import { Grid } from "./grid.js";

const EDGES = [20, 40, 60, 75, 85, 95];

/** @typedef {{name: string, cells: (number | null)[]}} Row shares from 0 to 1; null: not on duty */

/** @param {{rows: Row[], hours: number[], clock: import("../i18n.js").Clock, title: string}} props */
export const Heat = ({ rows, hours, clock, title }) => html`<${Grid} title=${title} columns=${hours.map((hour, k) => (k % 2 === 0 ? timeOfDay(hour, clock).slice(0, 2) : ""))} rows=${rows.map((row) => ({ name: row.name, cells: row.cells.map((cell) => {
  if (cell === null) return null;
  const percent = Math.round(cell * 100);
  return { told: number(percent), level: EDGES.filter((edge) => percent >= edge).length };
}) }))} />`;
