// Class: what am I asked now? How is the class doing? One page to join and sit, one for the trainer.
import { html, useEffect, useState } from "../kit.js";
import { clockTime, duration, number, pick, scaleFor, t } from "../i18n.js";
import { follow, get, getOnce, getText, keepKey, post, Refused } from "../api.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { ask, go, query } from "../route.js";
import { Answer, Ask } from "./lessons.js";

/** @param {string} code */
const at = (code) => `/v1/classes/${encodeURIComponent(code)}`;

// ---- participants ----------------------------------------------------------------------------------------

export const Join = () => {
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const [nickname, name] = useState("");
  const code = (query.value.get("code") ?? "").toUpperCase();
  const join = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    try {
      await post(`${at(code)}/seats`, { nickname });
      go(`/class/${code}`);
    } catch (wrong) { setFailed(wrong); }
  };
  return html`<main id="main" class="seat"><h1>${t("class.join")}</h1><p class="sub">${t("class.join.sub")}</p>
    <form class="card" onSubmit=${join}><label>${t("class.code")} <input class="code" required maxlength="4" autocomplete="off" autocapitalize="characters" value=${code} onInput=${(/** @type {any} */ e) => ask({ code: e.target.value.toUpperCase() || null })} /></label>
      <label>${t("class.nickname")} <input maxlength="24" autocomplete="off" value=${nickname} onInput=${(/** @type {any} */ e) => name(e.target.value)} /></label>
      <p class="ctrl"><button class="btn pri">${t("class.enter")}</button></p></form>
    ${failed && html`<${Failed} error=${failed} />`}</main>`;
};

/** @param {{code: string}} props */
export const Seat = ({ code }) => {
  const { value, error, again } = useLoaded(`seat ${code}`, () => get(`${at(code)}/me`));
  useEffect(() => { if (error instanceof Refused && error.status === 401) go(`/join?code=${code}`, { replace: true }); }, [error]);
  if (error) return html`<main id="main" class="seat"><h1>${t("class.none")}</h1><${Failed} error=${error} again=${again} /></main>`;
  if (!value) return html`<main id="main" class="seat"><${Waiting} lines=${5} /></main>`;
  return html`<${Sitting} key=${code} code=${code} first=${value} />`;
};

/** An answer that could not be sent stays on the phone until it can. @param {string} code */
const held = (code) => `cuakhau.class.${code}`;

/** @param {{code: string, first: any}} props */
const Sitting = ({ code, first }) => {
  const [now, set] = useState(first);
  const [connected, setConnected] = useState(true);
  const [over, setOver] = useState(/** @type {string | null} */ (null));
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const [mine, setMine] = useState(/** @type {any} */ (JSON.parse(sessionStorage.getItem(held(code)) ?? "null"))); // not yet heard by the server
  useEffect(() => follow(`${at(code)}/me/events`, (kind, told) => {
    if (kind !== "seat") { setOver(kind); return true; }
    set((/** @type {any} */ before) => (told.version < before.version ? before : told)); // what is older than what one did oneself is no news
    return undefined;
  }, setConnected), [code]);
  /** @param {string} path @param {any} body @param {string} [method] */
  const send = async (path, body, method = "PUT") => {
    try {
      set(await post(`${at(code)}/me${path}`, body, method));
      setFailed(null);
      return true;
    } catch (wrong) {
      if (!(wrong instanceof Refused)) return false;
      setFailed(wrong);
      return true;
    }
  };
  const answer = async (/** @type {any} */ given) => {
    if (given.guess === null) return;
    const order = { question: now.question.name, guess: given.guess, sure: given.sure };
    setMine(order);
    sessionStorage.setItem(held(code), JSON.stringify(order));
    await hand(order);
  };
  const hand = async (/** @type {any} */ order) => {
    if (!(await send(`/answers/${order.question}`, { guess: order.guess, sure: order.sure }))) return;
    setMine((/** @type {any} */ last) => (last === order ? null : last));
    if (sessionStorage.getItem(held(code)) === JSON.stringify(order)) sessionStorage.removeItem(held(code));
  };
  useEffect(() => { // what could not be sent is sent once there is a line again
    if (!mine) return undefined;
    const again = setInterval(() => hand(mine), 2000);
    return () => clearInterval(again);
  }, [mine]);
  const shown = mine && now.stage === "predict" && now.question?.name === mine.question ? { ...now, given: { ...mine, points: null } } : now;
  if (over) return html`<main id="main" class="seat"><h1>${t(`class.over.${over}`)}</h1><p class="pad"><button type="button" class="btn" onClick=${() => location.reload()}>${t("class.back")}</button></p></main>`;
  return html`<main id="main" class="seat"><h1>${pick(now.title)}</h1>
    <p class="chips flat"><span class="chip">${t("class.team", { n: now.team })}</span><span class="chip">${pick(now.role.label)}</span>${now.nickname && html`<span class="chip">${now.nickname}</span>`}<span class=${`chip${connected ? "" : " bad"}`} role="status">${t(connected ? "class.connected" : "class.reconnect")}</span></p>
    <${Now} now=${shown} answer=${answer} send=${send} />
    ${failed && html`<${Failed} error=${failed} />`}</main>`;
};

/** @param {{now: any, answer: (given: any) => void, send: (path: string, body: any, method?: string) => Promise<boolean>}} props */
const Now = ({ now, answer, send }) => {
  const { stage } = now;
  if (stage === "lobby") return html`<section class="card"><p class="say">${t("class.lobby")}</p><p>${pick(now.role.task)}</p>
    <div class="seg" role="group" aria-label=${t("class.teams")}>${Array.from({ length: now.teams }, (_, i) => html`<button type="button" aria-pressed=${String(now.team === i + 1)} onClick=${() => send("/team", { team: i + 1 })}>${t("class.team", { n: i + 1 })}</button>`)}</div></section>`;
  if (now.question) return html`<section class="card question"><${Ask} of=${now.question} now=${{ guess: now.given?.guess ?? null, sure: now.given?.sure ?? 0.75, locked: stage !== "predict" }} keep=${answer} />
      <p class="sub" role="status">${stage === "predict" ? t(now.given ? "class.noted" : "class.choose") : stage === "locked" ? t("class.locked") : ""}</p></section>
    ${now.answer && html`<section class="card revealed"><h2>${t("lesson.right")}</h2><${Answer} of=${now.question} now=${{ guess: now.given?.guess ?? null, answer: now.answer }} />
      ${now.given && now.given.points !== null && html`<p class="say"><b>${t("lesson.points", { n: now.given.points })}</b></p>`}
      ${now.answer.thought && html`<p class="thought"><b>${t("lesson.thought")}</b> ${pick(now.answer.thought)}</p>`}<p class="say">${pick(now.answer.why)}</p></section>`}`;
  if (stage === "play") return html`<${Playing} now=${now} send=${send} />`;
  if (now.take_home.length) return html`<section class="card"><h2>${t("lesson.take_home")}</h2><ol class="home">${now.take_home.map((/** @type {any} */ each) => html`<li>${pick(each)}</li>`)}</ol>${now.points !== null && html`<p class="say">${t("class.play", { n: now.points })}${now.unseen ? ` ✕ ${t("lesson.unseen", { n: now.unseen })}` : ""}</p>`}</section>`;
  return html`<section class="card"><p class="say">${now.text ? pick(now.text) : t("class.paused")}</p></section>`;
};

/** @param {{now: any, send: (path: string, body: any, method?: string) => Promise<boolean>}} props */
const Playing = ({ now, send }) => html`<section class="card"><p class="say">${pick(now.role.task)}</p>
    ${now.run && html`<p><b class="clock">${localTime(now.run.clock)}</b> ${now.run.inside.map((/** @type {any} */ each) => html`<span class="chip">${pick(each.label)}: <b>${number(each.n)}</b></span> `)}</p>`}
    <ul class="levers">${now.levers.map((/** @type {any} */ lever) => {
      const label = pick(lever.label);
      const set = (/** @type {number} */ value) => send("/acts", { lever: lever.name, value }, "POST");
      if (lever.name.startsWith("platforms.")) return html`<li><span>${label}<br /><small>${lever.units === 0 ? `✕ ${t("live.down")}` : `✓ ${t("live.works")}`}</small></span><button type="button" class="btn" disabled=${!now.may_decide} onClick=${() => set(lever.units === 0 ? 1000 : 0)}>${t(lever.units === 0 ? "live.restore" : "live.cut")}</button></li>`;
      return html`<li><span>${label}<br /><small>${t("live.units", { busy: lever.busy, units: lever.units })}</small></span>
        <button type="button" class="btn" disabled=${!now.may_decide || lever.units === 0} onClick=${() => set(lever.units - 1)}>−1<span class="unseen"> ${t("live.fewer", { what: label })}</span></button><button type="button" class="btn" disabled=${!now.may_decide} onClick=${() => set(lever.units + 1)}>+1<span class="unseen"> ${t("live.more", { what: label })}</span></button></li>`;
    })}</ul><p class="sub" role="status">${t(now.may_decide ? "class.may" : "class.wait")}</p></section>`;

/** The simulated time, as gates in Việt Nam read it. @param {string} utc */
const localTime = (utc) => clockTime(0, { start_utc: Date.parse(utc), zone: "Asia/Ho_Chi_Minh" });

// ---- the trainer -----------------------------------------------------------------------------------------

const STAGES = ["lobby", "orient", "follow", "predict", "locked", "revealed", "play", "paused", "debrief"];

/** @param {{code: string}} props */
export const Trainer = ({ code }) => {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) { // the key comes with the address that the command printed, and goes out of sight at once
    keepKey(given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  const { value, error, again } = useLoaded(`class ${code}`, async () => {
    const room = await get(at(code));
    return { room, lesson: await getOnce(`/v1/lessons/${room.lesson}`), qr: await getText(`${at(code)}/qr`).catch(() => "") };
  });
  if (error) return html`<main id="main"><h1 class="pad">${t("class.none")}</h1><${Failed} error=${error} again=${again} /></main>`;
  if (!value) return html`<main id="main"><${Waiting} lines=${8} /></main>`;
  return html`<${Leading} key=${code} code=${code} ...${value} />`;
};

/** @param {{code: string, room: any, lesson: any, qr: string}} props */
const Leading = ({ code, room: first, lesson, qr }) => {
  const [room, set] = useState(first);
  const [connected, setConnected] = useState(true);
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  useEffect(() => follow(`${at(code)}/events`, (kind, told) => { if (kind === "class") set(told); }, setConnected), [code]);
  const act = async (/** @type {any} */ what) => {
    try { setFailed(null); set(await post(`${at(code)}/acts`, what)); } catch (wrong) { setFailed(wrong); }
  };
  const asked = lesson.questions.find((/** @type {any} */ each) => each.name === room.question) ?? lesson.questions[0];
  const plays = room.teams.some((/** @type {any} */ team) => team.run?.plays);
  return html`<main id="main"><div class="livebar"><h1>${pick(room.title)}</h1><span class="chip">${t("class.count", { n: room.seats })}</span>${!connected && html`<span class="chip bad" role="status">${t("live.reconnecting")}</span>`}<a class="btn" href=${`/lessons/${room.lesson}?plan=two_hours`} target="_blank">${t("class.lesson")}</a></div>
    <div class="lesson">
      <section class="card room"><h2>${t("class.code")}</h2><p class="code">${code}</p>${qr && html`<${Picture} qr=${qr} />`}<p class="sub">${location.origin}/join</p></section>
      <div class="col">
        <section class="card"><h2>${t("class.now")}</h2><div class="chips flat">${STAGES.map((stage) => html`<button type="button" class="chip" aria-pressed=${String(room.stage === stage)} onClick=${() => act({ do: "stage", stage, question: ["predict", "locked", "revealed"].includes(stage) ? asked.name : null })}>${t(`class.stage.${stage}`)}</button>`)}</div>
          <p class="ctrl"><label>${t("class.question")} <select value=${asked.name} onChange=${(/** @type {any} */ e) => act({ do: "stage", stage: "predict", question: e.target.value })}>${lesson.questions.map((/** @type {any} */ each) => html`<option value=${each.name}>${pick(each.ask)}</option>`)}</select></label></p>
          ${room.stage === "orient" && html`<p class="ctrl"><button type="button" class="btn" disabled=${room.shown === 0} onClick=${() => act({ do: "stage", stage: "orient", shown: room.shown - 1 })}>${t("lesson.place.before")}</button><button type="button" class="btn" disabled=${room.shown >= lesson.orient.length - 1} onClick=${() => act({ do: "stage", stage: "orient", shown: room.shown + 1 })}>${t("lesson.place.next")}</button></p><p class="say">${pick(lesson.orient[room.shown].text)}</p>`}
          ${["predict", "locked"].includes(room.stage) && html`<p class="say" role="status">${t("class.answered", { n: room.answered, of: room.seats })}</p>`}
          ${room.stage === "play" && html`<p class="ctrl"><button type="button" class="btn pri" onClick=${() => act(plays ? { do: "pause" } : { do: "play", speed: 600 })}>${plays ? `❚❚ ${t("live.pause")}` : `▶ ${t("live.play")}`}</button><button type="button" class="btn" onClick=${() => act({ do: "judge" })}>${t("lesson.judge")}</button></p>`}
          ${failed && html`<${Failed} error=${failed} />`}</section>
        ${["locked", "revealed"].includes(room.stage) && html`<section class="card revealed"><h2>${pick(asked.ask)}</h2><${Guesses} of=${asked} room=${room} />${room.answer && html`<${Answer} of=${asked} now=${{ guess: null, answer: room.answer }} /><p class="say">${pick(room.answer.why)}</p><p class="say"><b>${t("lesson.discuss")}</b> ${pick(room.answer.discuss)}</p>`}</section>`}
        ${room.teams.map((/** @type {any} */ team) => html`<section class="card"><div class="title"><h2>${t("class.team", { n: team.number })}</h2><span class="sub">${[team.run && `${localTime(team.run.clock)} · ${t("class.decisions", { n: team.run.decisions })}`, team.mean !== null && t("class.mean", { n: team.mean }), team.points !== null && t("class.play", { n: team.points }), team.unseen > 0 && `✕ ${t("lesson.unseen", { n: team.unseen })}`].filter(Boolean).join(" · ")}</span>${team.session && html`<a href=${`/live/${team.session}`} target="_blank">${t("class.watch")}</a>`}</div>
          <ul class="seats">${team.seats.map((/** @type {any} */ seat) => html`<li><b>${seat.number}</b> ${seat.nickname} <span class="sub">${pick(lesson.roles.find((/** @type {any} */ role) => role.name === seat.role)?.label)} · ${t(!seat.here ? "class.lost" : seat.answered && ["predict", "locked"].includes(room.stage) ? "class.has_answered" : "class.here")}</span> <button type="button" class="link" onClick=${() => act({ do: "remove", seat: seat.number })}>${t("class.remove")}<span class="unseen"> ${seat.number}</span></button></li>`)}</ul>${!team.seats.length && html`<p class="sub">${t("class.nobody")}</p>`}</section>`)}
      </div></div></main>`;
};

/** The picture is our own server's; it is put in as elements, since an address would need the key. @param {{qr: string}} props */
const Picture = ({ qr }) => {
  const path = /<path[^>]*\bd="([^"]+)"/.exec(qr)?.[1] ?? "";
  const size = Number(/width="(\d+)"/.exec(qr)?.[1] ?? 0) / 8;
  return html`<svg class="qr" viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${t("class.qr")}><rect width=${size} height=${size} class="qr0" /><path class="qr1" d=${path} /></svg>`;
};

/** How many chose what, once it is locked. @param {{of: any, room: any}} props */
const Guesses = ({ of, room }) => {
  const scale = scaleFor(of.unit, [of.guess?.most ?? 1]);
  const told = (/** @type {string} */ guess) => (of.kind === "guess" ? (of.unit === "s" ? duration(Number(guess) * 1000) : number(Number(guess) / scale.by, scale.digits)) : pick(of.options.find((/** @type {any} */ each) => each.name === guess)?.label));
  const rows = of.kind === "guess" ? Object.entries(room.guesses) : of.options.map((/** @type {any} */ each) => [each.name, room.guesses[each.name] ?? 0]);
  return html`<ul class="options">${rows.map((/** @type {any} */ [guess, n]) => html`<li class=${room.answer?.right === guess ? "right" : ""}>${room.answer?.right === guess ? "✓ " : ""}${told(guess)}: <b>${number(n)}</b></li>`)}</ul>`;
};
