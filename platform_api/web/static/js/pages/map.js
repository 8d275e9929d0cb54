// Map: what did the gate look like at 14:00? A finished run's first replication, to be scrubbed through.
import { html, useEffect, useMemo, useReducer, useRef, useState } from "../kit.js";
import { clockTime, date, pick, t, timeOfDay } from "../i18n.js";
import { get, getOnce, post, remove } from "../api.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { Curve } from "../charts/curve.js";
import { closedHours } from "../hours.js";
import { geometryOf } from "../plan/geometry.js";
import { ask, go, query } from "../route.js";
import { Plan, sideOf, stateOf, Twin } from "./live.js";

/** How many pictures a window is cut into: of a day, one every quarter of an hour. */
const FRAMES = 96;

/** @param {{id: string}} props */
export const MapPage = ({ id }) => {
  const { value, error, again } = useLoaded(`${id} map`, async () => {
    const ticket = await get(`/v1/runs/${encodeURIComponent(id)}`);
    const [scenario, series, plan] = await Promise.all([getOnce(`/v1/runs/${id}/files/scenario.json`), getOnce(`/v1/runs/${id}/series`), getOnce(`/v1/scenarios/${encodeURIComponent(ticket.scenario)}/plan`).catch(() => ({ plan: null }))]);
    const order = { scenario: ticket.scenario, overrides: ticket.overrides, seed: ticket.seed, at: 0 };
    const session = await post("/v1/sessions", order);
    return { ticket, scenario, backlog: series.series.find((/** @type {any} */ each) => each.name === "backlog"), plan: plan.plan, session, order };
  });
  useEffect(() => (value ? () => { remove(`/v1/sessions/${value.session.id}`).catch(() => {}); } : undefined), [value]);
  if (error) return html`<main id="main"><h1 class="pad">${t("map.none")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href=${`/runs/${id}`}>${t("nav.runs")}</a></p></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return html`<${Scrubbing} key=${value.session.id} id=${id} ...${value} />`;
};

/** @param {{id: string, ticket: any, scenario: any, backlog: any, plan: any, session: any, order: any}} props */
const Scrubbing = ({ id, ticket, scenario, backlog, plan, session, order }) => {
  const { clock } = scenario;
  const step = Math.max(60_000, Math.round(session.end / FRAMES / 60_000) * 60_000);
  const times = useMemo(() => Array.from({ length: Math.floor(session.end / step) + 1 }, (_, i) => Math.min(i * step, session.end)), [session.end]);
  const frames = useRef(/** @type {any[]} */ ([]));
  const names = useRef(/** @type {any} */ (null));
  const [ready, more] = useReducer((/** @type {number} */ n) => n + 1, 0);
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const asked = Math.round(Number(query.value.get("t") ?? session.end / 2) / step);
  const shown = Math.max(0, Math.min(asked, ready - 1));
  const trucks = useRef(/** @type {any} */ (null));
  const state = useRef(/** @type {any} */ (null));
  const geometry = useMemo(() => geometryOf(plan, scenario), [plan]);
  const side = useMemo(() => sideOf(scenario), [scenario]);

  useEffect(() => { // the run is gone through once, a picture kept every so often; scrubbing needs no server then
    let wanted = true;
    (async () => {
      for (const time of times) {
        if (!wanted) return;
        await post(`/v1/sessions/${session.id}/acts`, { do: "seek", to: time });
        const whole = await get(`/v1/sessions/${session.id}`);
        names.current = whole.names;
        frames.current.push(stateOf(whole.state));
        more(0);
      }
    })().catch((error) => wanted && setFailed(error));
    return () => { wanted = false; };
  }, []);
  const frame = frames.current[shown];
  if (frame && state.current !== frame) {
    state.current = frame;
    trucks.current?.reset([...frame.visits.values()], performance.now());
  }
  const seek = (/** @type {number} */ i) => ask({ t: String(times[i]) });
  const live = async () => go(`/live/${(await post("/v1/sessions", { ...order, at: times[shown] })).id}`);
  if (!frame) return html`<main id="main">${failed ? html`<${Failed} error=${failed} />` : html`<${Waiting} lines=${8} />`}</main>`;
  const inside = frame.inside.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
  return html`<main id="main">
    <div class="livebar"><h1>${t("map.title", { n: inside, time: timeOfDay(frame.at, clock) })}</h1>
      <span class="sub"><a href=${`/runs/${id}`}>${pick(scenario.title)}</a> · ${t("map.which", { n: 1, of: ticket.replications })}</span>
      <time class="clock">${clockTime(frame.at, clock)}</time><span class="sub">${date(frame.at, clock)}</span>
      <button type="button" class="btn" onClick=${live}>${t("map.live")}</button></div>
    ${failed && html`<${Failed} error=${failed} />`}
    <div class="mapgrid"><div class="col"><${Plan} geometry=${geometry} names=${names.current} scenario=${scenario} side=${side} state=${state} trucks=${trucks} chosen=${query.value.get("place")} followTruck=${() => {}} /></div></div>
    <section class="card wide scrubcurve">${backlog && html`<${Curve} series=${backlog} clock=${clock} closed=${closedHours(scenario, 0, session.end)} title=${t("map.curve")} width=${1280} height=${130} at=${frame.at} />`}
      <input type="range" min="0" max=${times.length - 1} value=${shown} aria-label=${t("live.seek")} aria-valuetext=${`${timeOfDay(frame.at, clock)} ${date(frame.at, clock)}`} onInput=${(/** @type {any} */ e) => seek(Number(e.target.value))} />
      <p class="sub" role="status">${ready < times.length ? t("map.loading", { done: ready, all: times.length }) : t("map.curve")}</p></section>
    <${Twin} geometry=${geometry} state=${frame} names=${names.current} scenario=${scenario} />
  </main>`;
};
