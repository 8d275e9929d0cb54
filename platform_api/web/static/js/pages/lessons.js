// Lessons: what shall we learn in 20 or 120 minutes? A step at a time: places, a truck, predictions, roles, debrief.
import { html, useEffect, useMemo, useRef, useState } from "../kit.js";
import { clockTime, date, number, pick, scaleFor, t, timeOfDay } from "../i18n.js";
import { get, getOnce, post, Refused } from "../api.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { Bars, Guessed } from "../charts/bars.js";
import { Lines } from "../charts/lines.js";
import { geometryOf } from "../plan/geometry.js";
import { ask, query } from "../route.js";
import { Plan, sideOf, stateOf, Watching } from "./live.js";

/** What one has answered so far, by question; kept in this browser. @typedef {{guess: string | number | null, sure: number, locked: boolean, answer: any}} Given */

export const Lessons = () => {
  const { value, error, again } = useLoaded("lessons", () => getOnce("/v1/lessons"));
  return html`<main id="main"><div class="head"><div><h1>${t("lesson.title")}</h1><p class="sub">${t("lesson.sub")}</p></div></div>
    ${error ? html`<${Failed} error=${error} again=${again} />` : !value ? html`<${Waiting} lines=${6} />` : html`
      <ul class="cards">${value.lessons.map((/** @type {any} */ each) => html`<li class="card"><h2><a href=${`/lessons/${each.name}`}>${pick(each.title)}</a></h2><p class="sub">${pick(each.question)}</p>
        <p class="act"><a class="btn" href=${`/lessons/${each.name}?plan=twenty_minutes`}>${t("lesson.plan.twenty_minutes")}</a><a class="btn" href=${`/lessons/${each.name}?plan=two_hours`}>${t("lesson.plan.two_hours")}</a><a class="btn" href=${`/lessons/${each.name}/handout`}>${t("lesson.handout")}</a></p></li>`)}</ul>`}
  </main>`;
};

/** A lesson, and the scenario it is about. @param {string} name */
const opened = async (name) => {
  const lesson = await getOnce(`/v1/lessons/${encodeURIComponent(name)}`);
  const at = `/v1/scenarios/${encodeURIComponent(lesson.scenario)}`;
  const [scenario, plan] = await Promise.all([getOnce(`${at}/resolved`), getOnce(`${at}/plan`).catch(() => ({ plan: null }))]);
  return { lesson, scenario, plan: plan.plan };
};

/** @param {{name: string}} props */
export const LessonPage = ({ name }) => {
  const { value, error, again } = useLoaded(`lesson ${name}`, () => opened(name));
  if (error) return html`<main id="main"><h1 class="pad">${t("lesson.unknown")}</h1><${Failed} error=${error} again=${again} /><p class="pad"><a href="/lessons">${t("lesson.title")}</a></p></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return html`<${Teaching} key=${name} ...${value} />`;
};

const kept = (/** @type {string} */ lesson) => `cuakhau.lesson.${lesson}`;

/** @param {string} lesson @returns {Record<string, Given>} */
const recall = (lesson) => JSON.parse(sessionStorage.getItem(kept(lesson)) ?? "{}");

/** @param {{lesson: any, scenario: any, plan: any}} props */
const Teaching = ({ lesson, scenario, plan }) => {
  const chosen = query.value.get("plan") === "two_hours" ? "two_hours" : "twenty_minutes";
  const parts = lesson.plans[chosen];
  const at = Math.max(0, Math.min(parts.length - 1, Number(query.value.get("part") ?? 1) - 1 || 0));
  const part = parts[at];
  const [given, setGiven] = useState(() => recall(lesson.name));
  const to = (/** @type {number} */ next) => { if (parts[next]) ask({ part: String(next + 1), place: null }); };
  const keys = useRef(/** @type {(event: KeyboardEvent) => void} */ (() => {}));
  keys.current = (event) => {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(/** @type {HTMLElement} */ (event.target).tagName)) return;
    const step = { PageDown: 1, PageUp: -1 }[event.key];
    if (step) { event.preventDefault(); to(at + step); }
  };
  useEffect(() => {
    const pressed = (/** @type {KeyboardEvent} */ event) => keys.current(event);
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  /** @param {string} question @param {Given} now */
  const keep = (question, now) => setGiven((before) => {
    const after = { ...before, [question]: now };
    sessionStorage.setItem(kept(lesson.name), JSON.stringify(after));
    return after;
  });
  return html`<main id="main">
    <div class="livebar"><h1>${pick(lesson.title)} <span class="sub">${pick(lesson.question)}</span></h1>
      <div class="seg" role="group" aria-label=${t("lesson.length")}>${["twenty_minutes", "two_hours"].map((each) => html`<button type="button" aria-pressed=${String(each === chosen)} onClick=${() => ask({ plan: each, part: null })}>${t(`lesson.plan.${each}`)}</button>`)}</div>
      <a class="btn" href=${`/lessons/${lesson.name}/handout?plan=${chosen}`}>${t("lesson.handout")}</a></div>
    <div class="lesson">
      <nav class="card parts" aria-label=${t("lesson.parts")}><ol>${parts.map((/** @type {any} */ each, /** @type {number} */ i) => html`<li><button type="button" class="part" aria-current=${i === at ? "step" : undefined} onClick=${() => to(i)}><b>${t(`lesson.do.${each.do}`)}</b><span>${t("lesson.minutes", { n: each.minutes })}</span></button></li>`)}</ol>
        <p class="sub"><b>${t("lesson.trainer")}</b> ${pick(part.say)}</p>
        <p class="ctrl"><button type="button" class="btn" disabled=${at === 0} onClick=${() => to(at - 1)}>← <span class="unseen">${t("lesson.before")}</span></button><button type="button" class="btn pri" disabled=${at === parts.length - 1} onClick=${() => to(at + 1)}>${t("lesson.next")} →</button></p></nav>
      <div class="col">${part.do === "predict"
        ? html`<${Question} key=${part.question} lesson=${lesson} of=${lesson.questions.find((/** @type {any} */ each) => each.name === part.question)} given=${given[part.question]} keep=${(/** @type {Given} */ now) => keep(part.question, now)} />`
        : part.do === "debrief" ? html`<${Debrief} lesson=${lesson} scenario=${scenario} given=${given} />`
          : html`<${OnThePlan} key=${part.do} what=${part.do} lesson=${lesson} scenario=${scenario} plan=${plan} />`}</div>
    </div></main>`;
};

// ---- places, a truck, roles: on a live session -----------------------------------------------------------

/** The session of a lesson in this browser, begun anew where it is no more. @param {string} lesson @param {string} what */
const sessionOf = async (lesson, what) => {
  const key = `${kept(lesson)}.${what}`;
  const [id, follow] = (sessionStorage.getItem(key) ?? "").split(" ");
  if (id) {
    try {
      return { whole: await get(`/v1/sessions/${id}`), follow: Number(follow) };
    } catch (wrong) { if (!(wrong instanceof Refused) || wrong.status !== 404) throw wrong; }
  }
  const made = await post(`/v1/lessons/${encodeURIComponent(lesson)}/sessions`, {});
  sessionStorage.setItem(key, `${made.session.id} ${made.follow ?? -1}`);
  return { whole: await get(`/v1/sessions/${made.session.id}`), follow: made.follow ?? -1 };
};

/** @param {{what: string, lesson: any, scenario: any, plan: any}} props */
const OnThePlan = ({ what, lesson, scenario, plan }) => {
  const { value, error, again } = useLoaded(`${lesson.name} ${what}`, () => sessionOf(lesson.name, what === "play" ? "play" : "watch"));
  if (error) return html`<${Failed} error=${error} again=${again} />`;
  if (!value) return html`<${Waiting} lines=${8} />`;
  const { whole, follow } = value;
  if (what === "orient") return html`<${Orient} lesson=${lesson} scenario=${scenario} plan=${plan} whole=${whole} />`;
  const id = whole.session.id;
  if (what === "play") return html`<${Roles} lesson=${lesson} scenario=${scenario} plan=${plan} whole=${whole} />`;
  return html`<section class="card"><p class="say">${pick(lesson.follow)}</p></section>
    <${Watching} key=${id} id=${id} whole=${whole} scenario=${scenario} plan=${plan} inside=${true} first=${follow} />`;
};

/** @param {{lesson: any, scenario: any, plan: any, whole: any}} props */
const Orient = ({ lesson, scenario, plan, whole }) => {
  const [shown, show] = useState(0);
  const geometry = useMemo(() => geometryOf(plan, scenario), [plan]);
  const side = useMemo(() => sideOf(scenario), [scenario]);
  const state = useRef(stateOf(whole.state));
  const trucks = useRef(/** @type {any} */ (null));
  const one = lesson.orient[shown];
  const station = geometry.stations.find((/** @type {any} */ each) => each.steps.includes(one.at));
  const { clock } = scenario;
  return html`<section class="card"><p class="say" role="status" aria-live="polite"><b>${shown + 1}/${lesson.orient.length} ${pick(station?.label ?? scenario.steps[one.at].label)}.</b> ${pick(one.text)}</p>
    <p class="ctrl"><button type="button" class="btn" disabled=${shown === 0} onClick=${() => show(shown - 1)}>${t("lesson.place.before")}</button><button type="button" class="btn pri" disabled=${shown === lesson.orient.length - 1} onClick=${() => show(shown + 1)}>${t("lesson.place.next")}</button><span class="sub">${clockTime(whole.state.at, clock)} ${date(whole.state.at, clock)}</span></p></section>
    <${Plan} geometry=${geometry} names=${whole.names} scenario=${scenario} side=${side} state=${state} trucks=${trucks} chosen=${station?.name ?? null} followTruck=${() => {}} />`;
};

/** @param {{lesson: any, scenario: any, plan: any, whole: any}} props */
const Roles = ({ lesson, scenario, plan, whole }) => {
  const [role, choose] = useState(lesson.roles[0].name);
  const [judged, setJudged] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const id = whole.session.id;
  const own = lesson.roles.find((/** @type {any} */ each) => each.name === role);
  const judge = async () => {
    try {
      setFailed(null);
      const { session } = await get(`/v1/sessions/${id}`);
      setJudged(await post(`/v1/lessons/${encodeURIComponent(lesson.name)}/plays`, { interventions: session.interventions }));
    } catch (wrong) { setFailed(wrong); }
  };
  return html`<section class="card"><h2>${t("lesson.roles")}</h2><p class="chips flat">${lesson.roles.map((/** @type {any} */ each) => html`<button type="button" class="chip" aria-pressed=${String(each.name === role)} onClick=${() => choose(each.name)}>${pick(each.label)}</button>`)}</p>
    <p class="say">${pick(own.task)}</p><p class="sub">${t("lesson.rounds", { at: lesson.rounds.map((/** @type {number} */ at) => `${timeOfDay(at, scenario.clock)} ${date(at, scenario.clock)}`).join(" · ") })}</p>
    <p class="ctrl"><button type="button" class="btn" onClick=${judge}>${t("lesson.judge")}</button></p>
    <div role="status" aria-live="polite">${judged && html`<p class="say"><b>${t("lesson.points", { n: judged.points })}</b> ${t("lesson.saved", { h: judged.saved_h, n: judged.entities })}</p>
      <p class=${judged.unseen ? "bad" : "sub"}>${judged.unseen ? `✕ ${t("lesson.unseen", { n: judged.unseen })}` : t("lesson.all_seen", { n: judged.done })}</p>`}</div>
    ${failed && html`<${Failed} error=${failed} />`}</section>
    <${Watching} key=${id} id=${id} whole=${whole} scenario=${scenario} plan=${plan} inside=${true} levers=${own.levers} />`;
};

// ---- a prediction ----------------------------------------------------------------------------------------

const SURE = [0.5, 0.75, 1];

/** The question and its answers, or a number. @param {{of: any, now: {guess: string | number | null, sure: number, locked: boolean}, keep: (now: any) => void}} props */
export const Ask = ({ of, now, keep }) => {
  const scale = scaleFor(of.unit, [of.guess?.most ?? 1]);
  const typed = (/** @type {any} */ event) => { const value = Number(event.target.value); if (Number.isFinite(value)) keep({ ...now, guess: value * scale.by }); };
  const shown = now.guess === null ? "" : String(Math.round((Number(now.guess) / scale.by) * 10) / 10);
  const label = `${t("lesson.guess")}${scale.unit ? ` (${scale.unit})` : ""}`;
  const step = of.guess ? (of.guess.most - of.guess.least) / scale.by / 200 : 1;
  return html`<h2 class="asking">${pick(of.ask)}</h2>
    ${of.kind === "guess"
      ? html`<p class="ctrl"><label>${label} <input type="number" min=${of.guess.least / scale.by} max=${of.guess.most / scale.by} step="any" disabled=${now.locked} value=${shown} onInput=${typed} /></label>
        <input type="range" aria-label=${label} min=${of.guess.least / scale.by} max=${of.guess.most / scale.by} step=${step} disabled=${now.locked} value=${shown || of.guess.least / scale.by} onInput=${typed} /></p>`
      : html`<fieldset disabled=${now.locked}><legend class="unseen">${pick(of.ask)}</legend>${of.options.map((/** @type {any} */ option) => html`<label class="option"><input type="radio" name=${of.name} value=${option.name} checked=${now.guess === option.name} onChange=${() => keep({ ...now, guess: option.name })} /> ${pick(option.label)}</label>`)}</fieldset>
        <div class="ctrl"><span class="sub">${t("lesson.sure")}</span><div class="seg" role="group" aria-label=${t("lesson.sure")}>${SURE.map((each) => html`<button type="button" disabled=${now.locked} aria-pressed=${String(now.sure === each)} onClick=${() => keep({ ...now, sure: each })}>${t(`lesson.sure.${each * 100}`)}</button>`)}</div></div>`}`;
};

/** @param {{lesson: any, of: any, given: Given | undefined, keep: (now: Given) => void}} props */
const Question = ({ lesson, of, given, keep }) => {
  const now = given ?? { guess: null, sure: 0.75, locked: false, answer: null };
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const reveal = async () => {
    const order = { question: of.name, guess: now.guess, sure: of.kind === "guess" ? 1 : now.sure };
    try {
      setFailed(null);
      keep({ ...now, locked: true, answer: await post(`/v1/lessons/${encodeURIComponent(lesson.name)}/answers`, order) });
    } catch (wrong) { setFailed(wrong); }
  };
  return html`<section class="card question"><${Ask} of=${of} now=${now} keep=${(/** @type {any} */ next) => keep({ ...now, ...next })} />
    <p class="ctrl"><button type="button" class="btn" disabled=${now.locked || now.guess === null} onClick=${() => keep({ ...now, locked: true })}>${t("lesson.lock")}</button>
      <button type="button" class="btn pri" disabled=${!!now.answer} onClick=${reveal}>${t(now.guess === null ? "lesson.preview" : "lesson.reveal")}</button>
      ${now.locked && html`<button type="button" class="link" onClick=${() => keep({ guess: null, sure: 0.75, locked: false, answer: null })}>${t("lesson.again")}</button>`}</p>
    ${failed && html`<${Failed} error=${failed} />`}</section>
    <div role="status" aria-live="polite">${now.answer && html`<${Revealed} lesson=${lesson} of=${of} now=${now} />`}</div>`;
};

/** What came out, beside one's own guess. @param {{of: any, now: {guess: string | number | null, answer: any}}} props */
export const Answer = ({ of, now }) => {
  const { answer } = now;
  const title = pick(of.ask);
  if (of.kind === "guess") return html`<${Guessed} right=${answer.right} mine=${now.guess === null ? null : Number(now.guess)} near=${of.guess.near} least=${of.guess.least} most=${of.guess.most} unit=${of.unit} title=${title} said=${{ right: t("lesson.came_out"), mine: t("lesson.mine") }} />`;
  if (of.kind === "pick") return html`<${Bars} unit=${of.unit} title=${title} mine=${t("lesson.mine")} bars=${answer.values.map((/** @type {any} */ each) => ({ name: each.name, label: pick(each.label), value: each.value, right: each.name === answer.right, mine: each.name === now.guess }))} />`;
  const scale = scaleFor(of.unit, [answer.values[0].value]);
  const value = `${number(answer.values[0].value / scale.by, scale.digits)} ${of.unit === "1" ? t("lesson.times") : scale.unit}`.trim();
  return html`<p class="came"><b>${value}</b></p><ul class="options">${of.options.map((/** @type {any} */ option) => html`<li class=${option.name === answer.right ? "right" : ""}>${option.name === answer.right ? "✓ " : ""}${pick(option.label)}${option.name === now.guess ? ` · ${t("lesson.mine")}` : ""}</li>`)}</ul>`;
};

/** @param {{lesson: any, of: any, now: Given}} props */
const Revealed = ({ lesson, of, now }) => {
  const { answer } = now;
  const { value: held } = useLoaded(`${lesson.name} agreement`, () => getOnce(`/v1/lessons/${encodeURIComponent(lesson.name)}/agreement`));
  return html`<section class="card revealed"><h2>${t("lesson.right")}</h2><${Answer} of=${of} now=${now} />
    ${answer.thought && html`<p class="thought"><b>${t("lesson.thought")}</b> ${pick(answer.thought)}</p>`}
    <p class="say"><b>${t("lesson.why")}</b> ${pick(answer.why)}</p>
    <p class="sub">${answer.points !== null && `${t("lesson.points", { n: answer.points })} · `}${held ? t("lesson.held", { agree: held.agree[of.name], of: held.of }) : t("lesson.holding")}</p>
    <p class="say"><b>${t("lesson.discuss")}</b> ${pick(answer.discuss)}</p></section>`;
};

// ---- debrief and handout ---------------------------------------------------------------------------------

/** @param {{lesson: any, scenario: any, given: Record<string, Given>}} props */
const Debrief = ({ lesson, scenario, given }) => {
  const { value, error, again } = useLoaded(`${lesson.name} debrief`, () => getOnce(`/v1/lessons/${encodeURIComponent(lesson.name)}/debrief`));
  if (error) return html`<${Failed} error=${error} again=${again} />`;
  if (!value) return html`<${Waiting} lines=${8} />`;
  const scored = Object.values(given).filter((each) => each.answer && each.answer.points !== null);
  const mean = scored.reduce((sum, each) => sum + each.answer.points, 0) / (scored.length || 1);
  return html`<section class="card"><h2>${t("lesson.take_home")}</h2><ol class="home">${lesson.take_home.map((/** @type {any} */ each) => html`<li>${pick(each)}</li>`)}</ol>
      ${scored.length > 0 && html`<p class="sub">${t("lesson.mean", { n: Math.round(mean), of: scored.length })}</p>`}
      <p class="say"><b>${t("lesson.discuss")}</b> ${pick(lesson.discuss)}</p><p class="say"><b>${t("lesson.at_your_gate")}</b> ${pick(lesson.at_your_gate)}</p></section>
    <section class="card"><h2>${t("lesson.inside")}</h2><${Lines} lines=${value.lines.map((/** @type {any} */ line) => ({ ...line, name: pick(line.label) }))} clock=${scenario.clock} title=${t("lesson.inside")} /><${LineTable} lines=${value.lines} clock=${scenario.clock} /></section>
    ${lesson.questions.map((/** @type {any} */ of) => html`<section class="card"><h2>${pick(of.ask)}</h2>${given[of.name]?.answer
      ? html`<${Answer} of=${of} now=${given[of.name]} />` : html`<p class="sub">${t("lesson.not_asked")}</p>`}</section>`)}`;
};

/** @param {{lines: any[], clock: any}} props */
const LineTable = ({ lines, clock }) => {
  const every = Math.max(1, Math.ceil(lines[0].values.length / 25));
  const rows = lines[0].values.map((/** @type {unknown} */ _, /** @type {number} */ i) => i).filter((/** @type {number} */ i) => i % every === 0);
  return html`<details class="every"><summary>${t("chart.table")}</summary><div class="scrollx tall" tabindex="0" role="region" aria-label=${t("lesson.inside")}><table><thead><tr><th>${t("chart.time")}</th>${lines.map((line) => html`<th>${pick(line.label)}</th>`)}</tr></thead>
    <tbody>${rows.map((/** @type {number} */ i) => { const at = (lines[0].start_s + i * lines[0].step_s) * 1000; return html`<tr><td>${timeOfDay(at, clock)} ${date(at, clock)}</td>${lines.map((line) => html`<td>${line.values[i] === null || line.values[i] === undefined ? "–" : number(line.values[i])}</td>`)}</tr>`; })}</tbody></table></div></details>`;
};

/** @param {{name: string}} props */
export const Handout = ({ name }) => {
  const { value, error, again } = useLoaded(`lesson ${name}`, () => opened(name));
  if (error) return html`<main id="main"><h1 class="pad">${t("lesson.unknown")}</h1><${Failed} error=${error} again=${again} /></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  const { lesson, scenario } = value;
  const chosen = query.value.get("plan") === "two_hours" ? "two_hours" : "twenty_minutes";
  const asked = lesson.plans[chosen].map((/** @type {any} */ part) => part.question).filter(Boolean);
  const given = recall(name);
  return html`<main id="main" class="sheet"><h1>${pick(lesson.title)}</h1><p class="sub">${pick(lesson.question)} · ${t(`lesson.plan.${chosen}`)} · <code>${lesson.scenario}</code> · ${t("live.seed", { seed: String(lesson.seed) })}</p>
    <p class="act"><button type="button" class="btn pri" onClick=${() => print()}>${t("lesson.print")}</button><a class="btn" href=${`/lessons/${name}?plan=${chosen}`}>${t("lesson.back")}</a></p>
    <h2>${t("lesson.parts")}</h2><ol class="home">${lesson.plans[chosen].map((/** @type {any} */ part) => html`<li><b>${t(`lesson.do.${part.do}`)}</b>, ${t("lesson.minutes", { n: part.minutes })}. ${pick(part.say)}</li>`)}</ol>
    <h2>${t("lesson.do.orient")}</h2><ul class="home">${lesson.orient.map((/** @type {any} */ each) => html`<li><b>${pick(scenario.steps[each.at].label)}.</b> ${pick(each.text)}</li>`)}</ul>
    <h2>${t("lesson.do.follow")}</h2><p>${pick(lesson.follow)}</p><p class="blank"></p>
    ${lesson.questions.filter((/** @type {any} */ of) => asked.includes(of.name)).map((/** @type {any} */ of) => html`<section class="asked"><h2>${pick(of.ask)}</h2>${given[of.name]?.answer
      ? html`<${Answer} of=${of} now=${given[of.name]} /><p>${pick(given[of.name].answer.why)}</p>`
      : of.options.length ? html`<ul class="options">${of.options.map((/** @type {any} */ option) => html`<li>☐ ${pick(option.label)}</li>`)}</ul>` : html`<p class="blank"></p>`}</section>`)}
    <h2>${t("lesson.take_home")}</h2><ol class="home">${lesson.take_home.map((/** @type {any} */ each) => html`<li>${pick(each)}</li>`)}</ol>
    <p>${pick(lesson.discuss)}</p><p>${pick(lesson.at_your_gate)}</p><p class="blank"></p></main>`;
};
