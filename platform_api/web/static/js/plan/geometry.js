// Where things lie on the drawing of a gate: by its plan, else made from the process, the same each time.

export const WIDTH = 940;
export const HEIGHT = 420;

/** @typedef {{name: string, label: import("../i18n.js").Label, at: [number, number, number, number], steps: string[]}} Station */
/** @typedef {{name: string, label: import("../i18n.js").Label | null, at: [number, number, number, number], kind: string, zone: string | null}} Area */
/** @typedef {{border: number | null, areas: Area[], stations: Station[], roads: any[], drawn: boolean}} Geometry */

/** @param {any} plan as the API gives it, or null @param {import("../names.js").Scenario} scenario @returns {Geometry} */
export const geometryOf = (plan, scenario) =>
  plan
    ? {
      border: plan.border,
      areas: named(plan.areas),
      stations: named(plan.stations),
      roads: plan.roads,
      drawn: true,
    }
    : made(scenario);

/** @param {Record<string, any>} things @returns {any[]} */
const named = (things) => Object.entries(things).map(([name, thing]) => ({ name, ...thing }));

/** Kinds of steps in which somebody may stay. */
const SEEN = new Set(["work", "wait", "hold", "take", "gather", "ride", "send", "join"]);

/** From left to right by how far a step is along the way, a band for each flow.
 * @param {import("../names.js").Scenario} scenario @returns {Geometry} */
const made = (scenario) => {
  const flows = Object.values(/** @type {Record<string, any>} */ (scenario.flows));
  const placed = new Set();
  const bands = flows.map((flow) => {
    const depth = depths(flow, scenario);
    const steps = [...depth].filter(([name]) => SEEN.has(scenario.steps[name].kind) && !placed.has(name));
    steps.forEach(([name]) => placed.add(name));
    return steps.sort((a, b) => a[1] - b[1]);
  }).filter((band) => band.length);
  const rest = Object.keys(scenario.steps).filter((name) => SEEN.has(scenario.steps[name].kind) && !placed.has(name));
  if (rest.length) bands.push(rest.map((name, i) => [name, i]));
  const tall = HEIGHT / Math.max(1, bands.length);
  const stations = bands.flatMap((band, i) => inBand(band, i * tall, tall, scenario));
  return { border: null, areas: [], stations, roads: [], drawn: false };
};

/** How many steps lie before each, at most. @param {any} flow @param {any} scenario @returns {Map<string, number>} */
const depths = (flow, scenario) => {
  /** @type {Map<string, number>} */
  const depth = new Map();
  /** @param {string | null | undefined} name @param {number} at @param {Set<string>} way @returns {number} where one goes on */
  const walk = (name, at, way) => {
    if (!name || way.has(name) || !scenario.steps[name] || (depth.get(name) ?? -1) >= at) return at;
    depth.set(name, at);
    const on = new Set(way).add(name);
    const step = scenario.steps[name];
    let after = at + 1;
    for (const branch of step.branches ?? []) after = Math.max(after, walk(branch, at + 1, on) + 1);
    for (const option of Object.values(flow.options?.[name] ?? {})) walk(/** @type {string} */ (option), at + 1, on);
    return Math.max(after, walk(flow.next?.[name], after, on));
  };
  walk(flow.first, 0, new Set());
  return depth;
};

/** A band's stations in columns of equal height. @param {(string | number)[][]} band @param {number} top @param {number} tall @param {any} scenario @returns {Station[]} */
const inBand = (band, top, tall, scenario) => {
  const columns = Math.min(8, Math.max(3, Math.ceil(band.length / Math.max(1, Math.floor((tall - 8) / 62)))), band.length);
  const each = Math.ceil(band.length / columns);
  const wide = WIDTH / columns;
  const high = (tall - 10) / each;
  return band.map(([step], i) => {
    const [column, row] = [Math.floor(i / each), i % each];
    const name = String(step);
    return {
      name,
      label: scenario.steps[name].label,
      at: [Math.round(column * wide + 6), Math.round(top + 5 + row * high), Math.round(wide - 12), Math.round(Math.min(high - 6, 120))],
      steps: [name],
    };
  });
};
