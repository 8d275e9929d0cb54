// What the things of a scenario are called: agencies, steps, pools, the values of attributes.
import { has, pick, t } from "./i18n.js";

/** A resolved scenario, as `/resolved` gives it. @typedef {Record<string, any>} Scenario */

/** @type {Record<string, string>} */
const PARTS = { flow: "flows", step: "steps", agency: "agencies", resource: "resources", zone: "zones", stock: "stocks", platform: "platforms" };

/** @type {Record<string, string>} */
export const SIGNS = { green: "●", yellow: "▲", red: "■" };

/** One label's value in words. @param {Scenario} scenario @param {string} name @param {string} value @returns {string} */
export const valueName = (scenario, name, value) => {
  const thing = scenario[PARTS[name] ?? ""]?.[value];
  if (thing) return pick(thing.label);
  for (const flow of Object.values(scenario.flows)) {
    const label = flow.attributes?.[name]?.labels?.[value];
    if (label) return (name === "channel" && SIGNS[value] ? `${SIGNS[value]} ` : "") + pick(label);
  }
  const key = `value.${name}.${value}`;
  return has(key) ? t(key) : value;
};

/** All labels of a figure, "Xuất · Hữu Nghị". @param {Scenario} scenario @param {Record<string, string>} labels */
export const told = (scenario, labels) =>
  Object.entries(labels).map(([name, value]) => valueName(scenario, name, value)).join(" · ");

/** What a dotted path of a number is about: the thing, and which number of it.
 * @param {Scenario} scenario @param {string} path */
export const pathName = (scenario, path) => {
  const [part, name, ...rest] = path.split(".");
  const thing = scenario[part]?.[name];
  const tail = rest.filter((each) => !["value", "units"].includes(each)).map((each) => {
    const [, word, place] = each.match(/^(\w+)\[(\d+)\]$/) ?? [each, each, null];
    const said = has(`path.${word}`) ? t(`path.${word}`) : attributeWord(scenario, word);
    return place === null ? said : `${said} ${Number(place) + 1}`;
  });
  const head = thing?.label ? pick(thing.label) : has(`path.${part}`) ? t(`path.${part}`) + (name ? ` ${name}` : "") : path;
  return { head, tail: tail.join(" · ") };
};

/** @param {Scenario} scenario @param {string} word */
const attributeWord = (scenario, word) => {
  for (const flow of Object.values(scenario.flows)) {
    for (const attribute of Object.values(/** @type {Record<string, any>} */ (flow.attributes ?? {}))) {
      if (attribute.labels?.[word]) return pick(attribute.labels[word]);
    }
    if (flow.attributes?.[word]) return pick(flow.attributes[word].label);
  }
  for (const step of Object.values(scenario.steps)) {
    const label = step.option_labels?.[word];
    if (label) return pick(label);
  }
  return scenario.resources[word] ? pick(scenario.resources[word].label) : word;
};

/** @param {string} text */
export const plain = (text) =>
  text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
