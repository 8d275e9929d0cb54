// Live: what happens now, and because of what?
import { html, useEffect, useMemo, useReducer, useRef, useState } from "../kit.js";
import { clockTime, date, duration, lang, number, pick, t, timeOfDay } from "../i18n.js";
import { follow, get, getOnce, post, remove } from "../api.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { geometryOf, HEIGHT, WIDTH } from "../plan/geometry.js";
import { Trucks } from "../plan/trucks.js";
import { Futures } from "../charts/futures.js";
import { valueName } from "../names.js";
import { ask, go, query } from "../route.js";

const SPEEDS = [1, 10, 60, 600, 3600];
const [DOOR, QUEUE, SERVICE] = [0, 1, 2]; // and 3: served, held because what comes next is full

// ---- which sessions there are ----------------------------------------------------------------------------

export const Sessions = () => {
  const { value, error, again } = useLoaded("sessions", async () => ({ open: (await get("/v1/sessions")).sessions, library: (await getOnce("/v1/scenarios")).scenarios }));
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const open = async (/** @type {string} */ scenario) => {
    try { go(`/live/${(await post("/v1/sessions", { scenario, seed: 1 })).id}`); } catch (wrong) { setFailed(wrong); }
  };
  return html`<main id="main"><div class="head"><div><h1>${t("live.title")}</h1><p class="sub">${t("live.sub")}</p></div></div>
    ${failed && html`<${Failed} error=${failed} />`}
    ${error ? html`<${Failed} error=${error} again=${again} />` : !value ? html`<${Waiting} lines=${5} />` : html`
      ${value.open.length > 0 && html`<section class="card wide scrollx" tabindex="0" role="region" aria-label=${t("live.open")}><h2>${t("live.open")}</h2><table><thead><tr><th>${t("runs.scenario")}</th><th>${t("live.at")}</th><th>${t("live.decisions")}</th><th><span class="unseen">${t("live.end")}</span></th></tr></thead>
        <tbody>${value.open.map((/** @type {any} */ each) => html`<tr><td><a href=${`/live/${each.id}`}>${each.scenario}</a></td><td>${duration(each.at)}</td><td>${number(each.interventions.length)}</td><td><button type="button" class="link" onClick=${() => remove(`/v1/sessions/${each.id}`).then(again)}>${t("live.end")}</button></td></tr>`)}</tbody></table></section>`}
      <section class="card wide"><h2>${t("live.begin")}</h2><ul class="begin">${value.library.map((/** @type {any} */ each) => html`<li><button type="button" class="btn" onClick=${() => open(each.name)}>${pick(each.title)}</button></li>`)}</ul></section>`}
  </main>`;
};

// ---- one session -----------------------------------------------------------------------------------------

/** What a watcher knows. @typedef {{at: number, plays: boolean, over: boolean, capacity: number[], busy: number[], taken: number[], platforms: number[], came: number[], left: number[], inside: number[], visits: Map<number, number[]>}} State */

/** @param {{id: string}} props */
export const LivePage = ({ id }) => {
  const { value, error, again } = useLoaded(id, async () => {
    const whole = await get(`/v1/sessions/${encodeURIComponent(id)}`);
    const at = `/v1/scenarios/${encodeURIComponent(whole.session.scenario)}`;
    const [scenario, plan] = await Promise.all([getOnce(`${at}/resolved`), getOnce(`${at}/plan`).catch(() => ({ plan: null }))]);
    return { whole, scenario, plan: plan.plan };
  });
  if (error) return html`<main id="main"><h1 class="pad">${t("live.unknown")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href="/live">${t("live.title")}</a></p></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return html`<${Watching} key=${id} id=${id} ...${value} />`;
};

/** @param {any} whole @returns {State} */
export const stateOf = (whole) => {
  const { visits, ...rest } = whole;
  return { ...rest, visits: new Map(visits.map((/** @type {number[]} */ visit) => [Trucks.key(visit[0], visit[1]), visit])) };
};

/** @param {{id: string, whole: any, scenario: any, plan: any, inside?: boolean, first?: number, levers?: string[]}} props inside: as a part of another page; first: the truck that is followed from the beginning; levers: what may be set, else everything */
export const Watching = ({ id, whole, scenario, plan, inside = false, first = -1, levers }) => {
  const names = whole.names;
  const geometry = useMemo(() => geometryOf(plan, scenario), [plan, scenario]);
  const side = useMemo(() => sideOf(scenario), [scenario]);
  const state = useRef(stateOf(whole.state));
  const [session, setSession] = useState(whole.session);
  const [, draw] = useReducer((/** @type {number} */ n) => n + 1, 0);
  const [connected, setConnected] = useState(true);
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const [said, say] = useState(/** @type {{time: number, told: import("../i18n.js").Label[]}} */ ({ time: whole.session.at, told: [] }));
  const [followed, setFollowed] = useState(first);
  const [story, setStory] = useState(/** @type {{time: number, step: number, phase: number, waited?: number}[]} */ ([]));
  const trucks = useRef(/** @type {Trucks | null} */ (null));
  const seen = useRef({ followed: -1, drawn: 0 });
  seen.current.followed = followed;

  useEffect(() => follow(`/v1/sessions/${id}/events`, (kind, told) => {
    const before = state.current;
    if (kind === "snapshot") {
      state.current = stateOf(told);
      trucks.current?.reset(told.visits, performance.now());
    } else {
      for (const [entity, step] of told.gone) before.visits.delete(Trucks.key(entity, step));
      for (const visit of told.changed) before.visits.set(Trucks.key(visit[0], visit[1]), visit);
      state.current = { ...told, visits: before.visits };
      trucks.current?.change(told.changed, told.gone, performance.now());
      const heard = changesTold(before, told, names, scenario);
      if (heard.length) say({ time: told.at - 1, told: heard });
      const own = told.changed.filter((/** @type {number[]} */ visit) => visit[0] === seen.current.followed);
      if (own.length) setStory((story) => [...story, ...own.map((/** @type {number[]} */ v) => ({ time: v[3], step: v[1], phase: v[2] }))].slice(-60));
    }
    const now = performance.now();
    if (now - seen.current.drawn > 180 || !told.plays) { seen.current.drawn = now; draw(0); } // words follow five times a second
  }, setConnected), [id]);

  /** @param {any} what */
  const act = async (what) => {
    try {
      setFailed(null);
      const done = await post(`/v1/sessions/${id}/acts`, what);
      setSession(done.session);
      const told = done.happened.filter((/** @type {any} */ each) => each.interesting);
      const shown = told.length ? told : done.happened.slice(-2);
      if (shown.length) say({ time: shown[0].time, told: shown.map((/** @type {any} */ each) => each.told) });
      else if (what.do === "intervene") say({ time: done.session.at, told: [{ vi: decision(what, scenario), en: decision(what, scenario) }] });
      else if (what.do === "seek") say({ time: done.session.at, told: [] });
    } catch (wrong) { setFailed(wrong); }
  };
  const { at, plays, over } = state.current;
  const speed = session.speed;
  const keys = useRef(/** @type {(event: KeyboardEvent) => void} */ (() => {}));
  const toggle = () => act(plays ? { do: "pause" } : { do: "play", speed });
  keys.current = (event) => {
    const on = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(on.tagName)) return;
    if (event.key === " " && (/^(BUTTON|SUMMARY)$/.test(on.tagName) || on.getAttribute("role") === "button")) return; // reached by Tab
    const doing = shortcuts(event.key, act, toggle);
    if (doing) { event.preventDefault(); doing(); }
  };
  useEffect(() => {
    const pressed = (/** @type {KeyboardEvent} */ event) => keys.current(event);
    // after a click by mouse nothing keeps the focus, so that Space plays and does not press the same again
    const clicked = (/** @type {MouseEvent} */ event) => event.detail > 0 && /** @type {HTMLElement | null} */ (document.activeElement)?.closest("button, [role=button], summary") && /** @type {HTMLElement} */ (document.activeElement).blur();
    addEventListener("keydown", pressed);
    addEventListener("click", clicked);
    return () => { removeEventListener("keydown", pressed); removeEventListener("click", clicked); };
  }, []);
  const chosen = query.value.get("place");
  const clock = scenario.clock;
  const followTruck = (/** @type {number} */ entity) => {
    setFollowed(entity);
    const here = () => [...state.current.visits.values()].filter((visit) => visit[0] === entity).map((v) => ({ time: v[3], step: v[1], phase: v[2] }));
    setStory(here());
    get(`/v1/sessions/${id}/entities/${entity}`).then((past) => { // what it has behind it
      if (seen.current.followed === entity) setStory([...past.visits.map((/** @type {any} */ v) => ({ time: v.started ?? v.joined, step: names.steps.indexOf(v.step), phase: SERVICE, waited: v.started === null ? 0 : v.started - v.joined })), ...here()]);
    }, () => {});
    if (trucks.current) { trucks.current.followed = entity; trucks.current.moving = true; }
  };
  const Box = inside ? "section" : "main";
  return html`<${Box} id=${inside ? undefined : "main"} class=${inside ? "inlay" : undefined}>
    <div class="livebar">${inside ? html`<span class="sp"></span>` : html`<h1>${pick(scenario.title)} <span class="sub">${t("live.seed", { seed: String(session.seed) })}</span></h1>`}
      <${Chips} state=${state.current} names=${names} scenario=${scenario} />
      ${!connected && html`<span class="chip bad" role="status">${t("live.reconnecting")}</span>`}
      <span class="chip">${over ? t("live.over") : plays ? t("live.plays", { speed }) : t("live.paused")}</span>
      <time class="clock">${clockTime(at, clock)}</time><span class="sub">${date(at, clock)}</span></div>
    <div class="live">
      <div class="col">
        <${Plan} geometry=${geometry} names=${names} scenario=${scenario} side=${side} state=${state} trucks=${trucks} chosen=${chosen} followTruck=${followTruck} followed=${followed} />
        <section class="card"><p class="say" role="status" aria-live="polite">${said.told.length ? html`<b>${timeOfDay(said.time, clock)}</b> ${said.told.slice(0, 3).map(pick).join(". ")}.${said.told.length > 3 ? ` (+${said.told.length - 3})` : ""}` : t("live.quiet")}</p>
          <${Scrubber} session=${session} at=${at} clock=${clock} act=${act} />
          <div class="ctrl">
            <button type="button" class="btn sq" title=${t("live.restart")} aria-label=${t("live.restart")} onClick=${() => act({ do: "seek", to: 0 })}><svg viewBox="0 0 18 18" width="16" height="16" aria-hidden="true"><path d="M3 3v12M15 3L6 9l9 6z" class="icon" /></svg></button>
            <button type="button" class="btn pri" onClick=${toggle} disabled=${over}>${plays ? `❚❚ ${t("live.pause")}` : `▶ ${t("live.play")}`} <kbd>${t("live.space")}</kbd></button>
            <button type="button" class="btn" onClick=${() => act({ do: "step", step: "event" })}>${t("live.event")} <kbd>→</kbd></button>
            <button type="button" class="btn" onClick=${() => act({ do: "step", step: "interesting" })}>${t("live.interesting")} <kbd>N</kbd></button>
            <button type="button" class="btn" onClick=${() => act({ do: "step", step: "minute" })}>${t("live.minute")} <kbd>M</kbd></button>
            <span class="sp"></span>
            <div class="seg" role="group" aria-label=${t("live.speed")}>${SPEEDS.map((each) => html`<button type="button" aria-pressed=${String(each === speed)} onClick=${() => act({ do: "play", speed: each })}>×${number(each)}</button>`)}</div>
          </div>
          ${failed && html`<${Failed} error=${failed} />`}</section>
      </div>
      <div class="col">
        ${followed >= 0 && html`<${Dossier} entity=${followed} story=${story} state=${state.current} names=${names} scenario=${scenario} stop=${() => { setFollowed(-1); if (trucks.current) { trucks.current.followed = -1; trucks.current.moving = true; } }} />`}
        <${PlacePanel} chosen=${chosen} geometry=${geometry} state=${state.current} names=${names} scenario=${scenario} act=${act} levers=${levers} rows=${session.interventions} />
        <${Effect} id=${id} session=${session} scenario=${scenario} act=${act} at=${at} />
      </div>
    </div>
    <${Twin} geometry=${geometry} state=${state.current} names=${names} scenario=${scenario} />
  </${Box}>`;
};

/** @param {string} key @param {(what: any) => void} act @param {() => void} toggle @returns {(() => void) | undefined} */
const shortcuts = (key, act, toggle) => {
  const speed = SPEEDS[Number(key) - 1];
  if (speed) return () => act({ do: "play", speed });
  return {
    " ": toggle, k: toggle,
    ArrowRight: () => act({ do: "step", step: "event" }),
    n: () => act({ do: "step", step: "interesting" }), N: () => act({ do: "step", step: "interesting" }),
    m: () => act({ do: "step", step: "minute" }),
  }[key];
};

/** Which way those at a step drive. @param {any} scenario */
export const sideOf = (scenario) => {
  const sides = new Map();
  for (const flow of Object.values(/** @type {Record<string, any>} */ (scenario.flows))) {
    const values = flow.attributes?.direction?.values ?? [];
    const side = values.length === 1 ? (values[0] === "import" ? 1 : 0) : 2;
    for (const step of Object.keys(flow.next ?? {})) sides.set(step, sides.has(step) && sides.get(step) !== side ? 2 : side);
  }
  return (/** @type {string} */ step) => sides.get(step) ?? 2;
};

/** What opened, closed, failed or came back between two looks. @param {State} before @param {State} after @param {any} names @param {any} scenario */
const changesTold = (before, after, names, scenario) => {
  /** @type {import("../i18n.js").Label[]} */
  const told = [];
  const both = (/** @type {string} */ key, /** @type {any} */ label, /** @type {number} */ value) => {
    told.push(/** @type {any} */ ({ get vi() { return t(key, { who: pick(label), value }); }, get en() { return t(key, { who: pick(label), value }); } }));
  };
  after.capacity.forEach((units, i) => {
    const was = before.capacity[i];
    if (units !== was) both(units === 0 ? "live.said.closed" : was === 0 ? "live.said.opened" : "live.said.units", scenario.resources[names.resources[i]].label, units);
  });
  after.platforms.forEach((state, i) => {
    if (state !== before.platforms[i]) both(state === 0 ? "live.said.down" : state === 1000 ? "live.said.up" : "live.said.slow", scenario.platforms[names.platforms[i]].label, state);
  });
  return told;
};

/** Platforms that do not work, and how many there are. @param {{state: State, names: any, scenario: any}} props */
const Chips = ({ state, names, scenario }) => html`${names.platforms.map((/** @type {string} */ name, /** @type {number} */ i) => state.platforms[i] < 1000 && html`<span class="chip bad">${state.platforms[i] === 0 ? "✕" : "◔"} ${pick(scenario.platforms[name].label)}: ${t(state.platforms[i] === 0 ? "live.down" : "live.slow")}</span>`)}
  ${names.flows.map((/** @type {string} */ name, /** @type {number} */ i) => html`<span class="chip">${pick(scenario.flows[name].label)}: <b>${number(state.inside[i])}</b></span>`)}`;

// ---- the plan --------------------------------------------------------------------------------------------

/** Entities at a station: who is served, waits, is held back. @param {any} station @param {State} state @param {any} names */
const countOf = (station, state, names) => {
  const steps = new Set(station.steps.map((/** @type {string} */ step) => names.steps.indexOf(step)));
  const count = { all: 0, service: 0, queue: 0, blocked: 0, since: state.at };
  for (const [, step, phase, since] of state.visits.values()) {
    if (!steps.has(step)) continue;
    count.all += 1;
    if (phase === SERVICE) count.service += 1;
    else if (phase === QUEUE) count.queue += 1;
    else count.blocked += 1;
    if (phase === QUEUE || phase === DOOR) count.since = Math.min(count.since, since);
  }
  return count;
};

/** The pools that work at a station, with how many of them are there. @param {any} station @param {any} scenario */
const poolsOf = (station, scenario) => [...new Set(station.steps.flatMap((/** @type {string} */ step) => scenario.steps[step].needs.flatMap((/** @type {any} */ need) => need.any_of.map((/** @type {any} */ [pool]) => pool))))];

/** @param {{geometry: any, names: any, scenario: any, side: any, state: {current: State}, trucks: {current: Trucks | null}, chosen: string | null, followTruck: (entity: number) => void, followed?: number}} props */
export const Plan = ({ geometry, names, scenario, side, state, trucks, chosen, followTruck, followed = -1 }) => {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  /** @type {string[][]} */
  const lines = useMemo(() => geometry.stations.map((/** @type {any} */ station) => wrapped(pick(station.label), station.at[2])), [geometry, lang.value]);
  useEffect(() => {
    if (!canvas.current || !box.current) return;
    const drawn = new Trucks(canvas.current, geometry, names.steps, side, lines.map((each) => 4 + 10 * each.length));
    trucks.current = drawn;
    drawn.fit(box.current.clientWidth, devicePixelRatio);
    drawn.followed = followed;
    drawn.reset([...state.current.visits.values()], performance.now());
    let frame = 0;
    const loop = (/** @type {number} */ now) => {
      if (drawn.moving && !document.hidden) drawn.frame(now);
      frame = requestAnimationFrame(loop);
    };
    frame = requestAnimationFrame(loop);
    const watch = new ResizeObserver(() => box.current && drawn.fit(box.current.clientWidth, devicePixelRatio));
    watch.observe(box.current);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => drawn.repaint();
    dark.addEventListener("change", repaint);
    return () => { cancelAnimationFrame(frame); watch.disconnect(); dark.removeEventListener("change", repaint); };
  }, [geometry, lang.value]);
  const choose = (/** @type {string} */ name) => ask({ place: name });
  /** @param {MouseEvent} event */
  const clicked = (event) => {
    const rect = /** @type {HTMLElement} */ (box.current).getBoundingClientRect();
    const entity = trucks.current?.at(((event.clientX - rect.left) / rect.width) * WIDTH, ((event.clientY - rect.top) / rect.height) * HEIGHT) ?? -1;
    if (entity >= 0) return followTruck(entity);
    const name = /** @type {Element} */ (event.target).closest("[data-station]")?.getAttribute("data-station");
    if (name) choose(name);
  };
  /** Arrow keys go from place to place, Enter chooses. @param {KeyboardEvent} event */
  const pressed = (event) => {
    const name = /** @type {Element} */ (event.target).getAttribute("data-station");
    const i = geometry.stations.findIndex((/** @type {any} */ each) => each.name === name);
    if (i < 0) return;
    if (event.key === "Enter") { choose(geometry.stations[i].name); event.preventDefault(); event.stopPropagation(); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = geometry.stations[(i + step + geometry.stations.length) % geometry.stations.length].name;
    /** @type {SVGElement | null | undefined} */ (box.current?.querySelector(`[data-station="${next}"]`))?.focus();
  };
  const now = state.current;
  const first = chosen ?? geometry.stations[0]?.name;
  return html`<div class="card plan" ref=${box} onClick=${clicked} onKeyDown=${pressed}>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label=${t("live.plan")}>
      ${geometry.areas.map((/** @type {any} */ area) => html`<g><rect class=${area.kind === "yard" ? "yard" : area.at[0] >= (geometry.border ?? WIDTH) ? "land2" : "land"} x=${area.at[0]} y=${area.at[1]} width=${area.at[2]} height=${area.at[3]} rx=${area.kind === "yard" ? 6 : 0} /></g>`)}
      ${geometry.roads.map((/** @type {any} */ road) => html`<polyline class="road" points=${road.along.map((/** @type {number[]} */ p) => p.join(",")).join(" ")} stroke-width=${road.lanes * 16} />`)}
      ${geometry.border !== null && html`<path class="bord" d=${`M${geometry.border} 0V${HEIGHT}`} />`}
      ${geometry.areas.map((/** @type {any} */ area) => {
        const zone = area.zone === null ? -1 : names.zones.indexOf(area.zone);
        const words = zone < 0 ? pick(area.label) : `${pick(area.label)} ${number(now.taken[zone])}/${number(scenario.zones[area.zone].room)}`;
        return html`<text class="t" x=${area.at[0] + 8} y=${area.at[1] + area.at[3] - 8}>${words}</text>`;
      })}
      ${geometry.stations.map((/** @type {any} */ station, /** @type {number} */ k) => {
        const [x, y, wide, high] = station.at;
        const count = countOf(station, now, names);
        const pools = poolsOf(station, scenario);
        const units = pools.reduce((sum, pool) => sum + now.capacity[names.resources.indexOf(pool)], 0);
        const paper = station.steps.some((/** @type {string} */ step) => scenario.steps[step].platforms.some((/** @type {string} */ p) => now.platforms[names.platforms.indexOf(p)] === 0));
        const shut = pools.length > 0 && units === 0;
        const words = `${pick(station.label)}: ${t("live.place", { all: count.all, service: count.service, queue: count.queue })}${shut ? `, ${t("live.shut")}` : ""}${count.blocked ? `, ${t("live.blocked", { n: count.blocked })}` : ""}`;
        return html`<g data-station=${station.name} role="button" tabindex=${station.name === first ? 0 : -1} aria-pressed=${String(station.name === chosen)}><title>${words}</title>
          <rect class=${`st${shut ? " shut" : ""}${paper ? " down" : ""}`} x=${x} y=${y} width=${wide} height=${high} rx="4" />
          ${shut && html`<rect class="hatch" x=${x} y=${y} width=${wide} height=${high} rx="4" />`}
          ${lines[k].map((line, row) => html`<text class="sn" x=${x + 4} y=${y + 10 + 10 * row}>${line}</text>`)}
          <text class=${`cnt${side(station.steps[0]) === 1 ? " e" : ""}`} x=${side(station.steps[0]) === 1 ? x + wide - 3 : x + 4} y=${y + high - 4}>${number(count.all)}</text></g>`;
      })}
    </svg>
    <canvas ref=${canvas} aria-hidden="true"></canvas></div>
    <p class="key plankey">${geometry.border !== null && html`<span><i class="kx"></i>${t("live.key.export")}</span><span><i class="ki"></i>${t("live.key.import")}</span>`}<span>${t("live.key.states")}</span><span>${t("live.schema")}</span></p>`;
};

/** A label in lines that fit its station; three at most, and the whole is in its title and in the table.
 * @param {string} label @param {number} wide @returns {string[]} */
const wrapped = (label, wide) => {
  const letters = Math.max(6, Math.floor((wide - 6) / 4.7));
  /** @type {string[]} */
  const lines = [];
  for (const word of label.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length <= 3 ? lines : [...lines.slice(0, 2), `${lines[2]}…`];
};

// ---- what one may do -------------------------------------------------------------------------------------

/** @param {{session: any, at: number, clock: any, act: (what: any) => void}} props */
const Scrubber = ({ session, at, clock, act }) => {
  const begin = Math.min(0, session.at);
  const marks = session.interventions.map((/** @type {any} */ row) => ((row.time - begin) / (session.end - begin)) * 100);
  return html`<div class="scrub"><input type="range" min=${begin} max=${session.end} step="60000" value=${at} aria-label=${t("live.seek")} aria-valuetext=${`${timeOfDay(at, clock)} ${date(at, clock)}`} onChange=${(/** @type {any} */ e) => act({ do: "seek", to: Number(e.target.value) })} />
    <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${marks.map((/** @type {number} */ mark) => html`<path class="evyou" d=${`M${mark} 0l0.6 4h-1.2z`} />`)}</svg>
    <p class="ends sub"><span>${timeOfDay(begin, clock)}</span><span>${timeOfDay(session.end, clock)}</span></p></div>`;
};

/** @param {{chosen: string | null, geometry: any, state: State, names: any, scenario: any, act: (what: any) => void, levers?: string[], rows: any[]}} props */
const PlacePanel = ({ chosen, geometry, state, names, scenario, act, levers, rows }) => {
  const station = geometry.stations.find((/** @type {any} */ each) => each.name === chosen);
  const may = (/** @type {string} */ name) => !levers || levers.includes(name);
  const pools = (station ? poolsOf(station, scenario) : levers ? names.resources : []).filter((/** @type {string} */ name) => may(`resources.${name}`));
  const platforms = names.platforms.filter((/** @type {string} */ name) => may(`platforms.${name}`)).filter((/** @type {string} */ name) => !station || station.steps.some((/** @type {string} */ step) => scenario.steps[step].platforms.includes(name)));
  const count = station && countOf(station, state, names);
  const set = (/** @type {string} */ what, /** @type {string} */ target, /** @type {number} */ value) => act({ do: "intervene", what, target, value });
  return html`<section class="card"><h2>${station ? pick(station.label) : t("live.intervene")}</h2>
    ${count ? html`<p class="sub">${t("live.place", { all: count.all, service: count.service, queue: count.queue })}${count.queue ? ` · ${t("live.longest", { wait: duration(state.at - count.since) })}` : ""}</p>` : html`<p class="sub">${t("live.choose")}</p>`}
    <ul class="levers">${pools.map((/** @type {string} */ pool) => {
      const i = names.resources.indexOf(pool);
      const units = state.capacity[i];
      const label = pick(scenario.resources[pool].label);
      return html`<li><span>${label}<br /><small>${t("live.units", { busy: state.busy[i], units })}</small></span>
        <button type="button" class="btn" disabled=${units === 0 || state.over} onClick=${() => set("capacity", pool, units - 1)}>−1<span class="unseen"> ${t("live.fewer", { what: label })}</span></button>
        <button type="button" class="btn" disabled=${state.over} onClick=${() => set("capacity", pool, units + 1)}>+1<span class="unseen"> ${t("live.more", { what: label })}</span></button>
        <button type="button" class="btn" disabled=${units === 0 || state.over} onClick=${() => set("capacity", pool, 0)}>${t("live.close")}<span class="unseen">: ${label}</span></button></li>`;
    })}
    ${platforms.map((/** @type {string} */ name) => {
      const now = state.platforms[names.platforms.indexOf(name)];
      const label = pick(scenario.platforms[name].label);
      return html`<li><span>${label}<br /><small>${now === 0 ? `✕ ${t("live.down")}` : now < 1000 ? `◔ ${t("live.slow")}` : `✓ ${t("live.works")}`}</small></span>
        <button type="button" class="btn" disabled=${state.over} onClick=${() => set("platform", name, now === 0 ? 1000 : 0)}>${now === 0 ? t("live.restore") : t("live.cut")}</button></li>`;
    })}
    ${(station || levers ? [] : scaled(scenario)).map((/** @type {string} */ flow) => {
      const now = demandOf(flow, rows, scenario, state.at);
      const label = pick(scenario.flows[flow].label);
      return html`<li><span>${label}<br /><small>${t("live.demand", { value: now / 10 })}</small></span>
        <button type="button" class="btn" disabled=${now === 0 || state.over} onClick=${() => set("demand", flow, Math.max(0, now - 250))}>−25 %<span class="unseen"> ${t("live.demand.less", { what: label })}</span></button>
        <button type="button" class="btn" disabled=${now >= MOST_DEMAND || state.over} onClick=${() => set("demand", flow, Math.min(MOST_DEMAND, now + 250))}>+25 %<span class="unseen"> ${t("live.demand.more", { what: label })}</span></button></li>`;
    })}</ul></section>`;
};

const MOST_DEMAND = 10000; // per mille
/** Flows whose demand can be set: not who comes by a list or has booked. @param {any} scenario @returns {string[]} */
const scaled = (scenario) => Object.keys(scenario.flows).filter((name) => ["rate", "count"].includes(scenario.flows[name].arrivals.kind) && !scenario.flows[name].arrivals.appointments);
/** Of the base rate, as it was set last [per mille]. @param {string} flow @param {any[]} rows @param {any} scenario @param {number} at @returns {number} */
const demandOf = (flow, rows, scenario, at) => rows.findLast((row) => row.what === "demand" && row.target === flow && row.time <= at)?.value ?? scenario.flows[flow].arrivals.demand;

/** @param {{id: string, session: any, scenario: any, act: (what: any) => void, at: number}} props */
const Effect = ({ id, session, scenario, act, at }) => {
  const [found, set] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const rows = session.interventions;
  const compare = () => get(`/v1/sessions/${id}/effect?until=${session.end}`).then(set, setFailed);
  // both run on to the end: another moment changes nothing of it, another decision does
  useEffect(() => { if (rows.length) compare(); else set(null); }, [JSON.stringify(rows)]);
  const touched = found ? found.won + found.lost : 0;
  const each = touched ? (found.saved_s * 1000) / touched : 0;
  return html`<section class="card"><h2>${t("live.effect")}</h2>
    ${!rows.length ? html`<p class="sub">${t("live.no_decision")}</p>` : html`<ul class="rows">${rows.map((/** @type {any} */ row) => html`<li><b>${timeOfDay(row.time, scenario.clock)}</b> ${decision(row, scenario)} <button type="button" class="link" onClick=${() => act({ do: "seek", to: row.time, forget: true })}>${t("live.undo")}</button></li>`)}</ul>
      ${found && html`<p class="say"><b>${Math.abs(each) < 1000 ? t("live.effect.none") : each > 0 ? t("live.effect.saved", { time: duration(each) }) : t("live.effect.lost", { time: duration(-each) })}</b></p>
        <p class="sub">${t("live.effect.trucks", { won: found.won, lost: found.lost, same: found.entities - found.won - found.lost, at: timeOfDay(found.at, scenario.clock) })}</p>
        <${Futures} of=${found} clock=${scenario.clock} decided=${rows[0].time} at=${at} title=${t("live.futures", { n: found.entities })} />`}
      ${failed && html`<${Failed} error=${failed} />`}
      <button type="button" class="link" onClick=${compare}>${t("live.compare")}</button>`}</section>`;
};

/** @param {any} row @param {any} scenario */
const decision = (row, scenario) => {
  const who = pick((scenario.resources[row.target] ?? scenario.platforms[row.target] ?? scenario.steps[row.target] ?? scenario.flows[row.target])?.label);
  if (row.what === "demand" || row.what === "slow") return t(`live.said.${row.what === "slow" ? "pace" : row.what}`, { who, value: row.value / 10 });
  if (row.what === "platform") return t(row.value === 0 ? "live.said.down" : row.value === 1000 ? "live.said.up" : "live.said.slow", { who, value: row.value });
  return t(row.value === 0 ? "live.said.closed" : "live.said.units", { who, value: row.value });
};

/** @param {{entity: number, story: {time: number, step: number, phase: number, waited?: number}[], state: State, names: any, scenario: any, stop: () => void}} props */
const Dossier = ({ entity, story, state, names, scenario, stop }) => {
  const now = [...state.visits.values()].filter((visit) => visit[0] === entity);
  return html`<section class="card"><div class="title"><h2>${t("live.truck", { n: String(entity + 1) })}</h2><button type="button" class="link" onClick=${stop}>${t("live.unfollow")}</button></div>
    ${!now.length && html`<p class="sub">${t(story.length ? "live.gone" : "live.not_yet")}</p>`}
    <ol class="steps">${story.toReversed().slice(0, 9).map((each, i) => html`<li class=${i === 0 && now.length ? "now" : "done"}><i aria-hidden="true">${i === 0 && now.length ? "●" : "✓"}</i><span>${valueName(scenario, "step", names.steps[each.step])}<br /><small>${t(`live.phase.${each.phase}`)}${each.waited ? ` · ${t("live.waited", { wait: duration(each.waited) })}` : ""}</small></span><time>${timeOfDay(each.time, scenario.clock)}</time></li>`)}</ol></section>`;
};

/** The same in words: for who cannot see the plan, and for numbers. @param {{geometry: any, state: State, names: any, scenario: any}} props */
export const Twin = ({ geometry, state, names, scenario }) => {
  const rows = geometry.stations.map((/** @type {any} */ station) => ({ station, count: countOf(station, state, names) }))
    .filter((/** @type {any} */ row) => row.count.all > 0).sort((/** @type {any} */ a, /** @type {any} */ b) => b.count.queue + b.count.blocked - a.count.queue - a.count.blocked || b.count.all - a.count.all).slice(0, 12);
  return html`<section class="card wide"><h2>${t("live.twin")}</h2><div class="scrollx" tabindex="0" role="region" aria-label=${t("live.twin")}><table>
    <thead><tr><th>${t("live.twin.place")}</th><th>${t("live.twin.all")}</th><th>${t("live.twin.service")}</th><th>${t("live.twin.queue")}</th><th>${t("live.twin.blocked")}</th><th>${t("live.twin.longest")}</th><th>${t("live.twin.open")}</th></tr></thead>
    <tbody>${rows.map((/** @type {any} */ { station, count }) => {
      const pools = poolsOf(station, scenario);
      const units = pools.reduce((sum, pool) => sum + state.capacity[names.resources.indexOf(pool)], 0);
      return html`<tr><td>${pick(station.label)}</td><td>${number(count.all)}</td><td>${number(count.service)}</td><td>${number(count.queue)}</td><td>${number(count.blocked)}</td><td>${count.queue || count.blocked ? duration(state.at - count.since) : "–"}</td><td>${!pools.length ? "–" : units ? t("live.twin.units", { n: units }) : t("live.shut")}</td></tr>`;
    })}</tbody></table></div></section>`;
};
