// Every text of the pages in both languages, and numbers, times and durations as each language writes them.
import { signal } from "./kit.js";

/** @typedef {"vi" | "en"} Language */
/** @typedef {{vi: string, en: string}} Label */

/** @type {Record<string, Label>} */
const TEXTS = await (await fetch("/static/texts.json")).json();

const KEPT = "cuakhau.lang";

/** @returns {Language} */
const first = () => {
  const said = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEPT);
  return said === "en" ? "en" : "vi";
};

/** The language shown. */
export const lang = signal(first());

/** The language that is asked for while something is said in both. @type {Language | null} */
let spoken = null;

const spokenNow = () => spoken ?? lang.value;

/** What `say` says, in both languages. @param {() => string} say @returns {Label} */
export const inBoth = (say) => {
  try {
    spoken = "vi";
    const vi = say();
    spoken = "en";
    return { vi, en: say() };
  } finally { spoken = null; }
};

/** @param {Language} language */
export const setLang = (language) => {
  localStorage.setItem(KEPT, language);
  lang.value = language;
};

/** `{name}` is filled in; `{n:truck|trucks}` is the word for one where n is 1, else for many.
 * @param {string} key @param {Record<string, string | number>} [values] */
export const t = (key, values = {}) => {
  const pair = TEXTS[key];
  if (!pair) throw new Error(`no text '${key}'`);
  return pair[spokenNow()].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name, one, many) => {
    if (!(name in values)) throw new Error(`text '${key}' lacks ${whole}`);
    const value = values[name];
    if (many !== undefined) return String(value) === "1" ? one : many;
    return typeof value === "number" ? number(value, Number.isInteger(value) ? 0 : 1) : value;
  });
};

/** A text without placeholders in both languages. @param {string} key @returns {Label} */
export const both = (key) => ({ ...TEXTS[key] });

/** @param {string} key */
export const has = (key) => key in TEXTS;

/** A label of the scenario, in the language shown. @param {Label | null | undefined} label */
export const pick = (label) => (label ? label[spokenNow()] : "");

const locale = () => (lang.value === "vi" ? "vi-VN" : "en-GB");

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) => {
  const key = `${locale()} ${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format.format(value).replace(/^-/, "−");
};

// ---- units ----------------------------------------------------------------------------------------------

/** How a quantity is written: its numbers are divided by `by`. @typedef {{by: number, unit: string, digits: number}} Scale */

const TIMES = /** @type {const} */ ([[1, "s", 90], [60, "min", 90 * 60], [3600, "h", 96 * 3600], [86400, "d", Infinity]]);
const POWERS = /** @type {const} */ ([[1, ""], [1e3, "k"], [1e6, "M"], [1e9, "G"]]);

/** The scale of values in a unit of results: seconds become hours, VND millions.
 * @param {string} unit @param {(number | null)[]} values @param {number | null} [fine] a half-width that must show
 * @returns {Scale} */
export const scaleFor = (unit, values, fine = null) => {
  const most = Math.max(0, ...values.map((value) => Math.abs(value ?? 0)));
  let by = 1;
  let name = has(`unit.${unit}`) ? t(`unit.${unit}`) : unit;
  if (unit === "s") {
    const [size, called] = TIMES.find(([, , limit]) => most < limit) ?? TIMES[3];
    by = size;
    name = t(`unit.${called}`);
  } else if (unit === "ratio") {
    by = 0.01;
    name = "%";
  } else if (unit === "VND") {
    const [size, called] = POWERS.findLast(([size]) => most >= size) ?? POWERS[0];
    by = size;
    name = t(`unit.VND${called}`);
  }
  const shown = most / by;
  const small = fine === null ? shown / 100 : fine / by;
  const digits = shown >= 100 || small >= 10 ? 0 : small >= 0.05 || shown >= 10 ? 1 : 2;
  return { by, unit: name, digits };
};

/** @param {number | null | undefined} value @param {Scale} scale */
export const scaled = (value, scale) => (value == null ? "–" : number(value / scale.by, scale.digits));

/** @param {number | null | undefined} value @param {Scale} scale */
export const withUnit = (value, scale) => (value == null ? "–" : `${scaled(value, scale)} ${scale.unit}`.trim());

/** A length of time in words, "3 giờ 24 phút". @param {number} ms */
export const duration = (ms) => {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const sign = ms < 0 ? "−" : "";
  if (seconds < 60) return `${sign}${number(seconds)} ${t("unit.s")}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${sign}${number(minutes)} ${t("unit.min")}`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const tail = rest && hours < 100 ? ` ${rest} ${t("unit.min")}` : "";
  return `${sign}${number(hours)} ${t("unit.h")}${tail}`;
};

// ---- instants -------------------------------------------------------------------------------------------

/** The clock of a scenario: where its time 0 is. @typedef {{start_utc: number, zone: string, window?: number | null, lead_in?: number}} Clock */

/** @param {number} ms after the start of the window @param {Clock} clock @param {Intl.DateTimeFormatOptions} options */
const told = (ms, clock, options) =>
  new Intl.DateTimeFormat(locale(), { timeZone: clock.zone, hourCycle: "h23", ...options }).format(clock.start_utc + ms);

/** "14:32" @param {number} ms @param {Clock} clock */
export const timeOfDay = (ms, clock) => told(ms, clock, { hour: "2-digit", minute: "2-digit" });

/** "14:32:10" @param {number} ms @param {Clock} clock */
export const clockTime = (ms, clock) =>
  told(ms, clock, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "thứ Tư 12/3/2025" @param {number} ms @param {Clock} clock */
export const date = (ms, clock) =>
  `${told(ms, clock, { weekday: "long" })} ${told(ms, clock, lang.value === "vi"
    ? { day: "numeric", month: "numeric", year: "numeric" }
    : { day: "numeric", month: "short", year: "numeric" })}`;

/** An instant of our own clock, for lists of runs. @param {string} iso */
export const instant = (iso) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
