// The public API, and nothing else: documents, orders, and streams of events.

/** What is wrong with a request, as the API tells it. */
export class Refused extends Error {
  /** @param {number} status @param {any} document */
  constructor(status, document) {
    super(document?.detail ?? `HTTP ${status}`);
    this.status = status;
    /** @type {{place: string, value: string, message: import("./i18n.js").Label, remedy: import("./i18n.js").Label, line: number | null}[]} */
    this.problems = document?.problems ?? [];
  }
}

const KEY = "cuakhau.key";

/** The key that the service asks for elsewhere than on its own machine. @param {string} key */
export const keepKey = (key) => {
  sessionStorage.setItem(KEY, key);
  // what the browser fetches by itself (pictures, downloads, a report in a new tab) has no header; a cookie only reads
  document.cookie = `cuakhau_key=${encodeURIComponent(key)}; Path=/v1; SameSite=Strict${location.protocol === "https:" ? "; Secure" : ""}`;
};

/** @returns {Record<string, string>} */
const withKey = () => {
  const key = sessionStorage.getItem(KEY);
  return key ? { Authorization: `Bearer ${key}` } : {};
};

/** @param {string} path @param {RequestInit} [how] */
const ask = async (path, how = {}) => {
  const language = document.documentElement.lang;
  const headers = { "Accept-Language": language, ...withKey(), ...how.headers };
  const answer = await fetch(path, { ...how, headers });
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => null));
  return answer;
};

/** @param {string} path @returns {Promise<any>} */
export const get = async (path) => (await ask(path)).json();

/** @param {string} path */
export const getText = async (path) => (await ask(path)).text();

/** @param {string} path @param {unknown} body @param {string} [method] @returns {Promise<any>} */
export const post = async (path, body, method = "POST") => {
  const headers = { "Content-Type": "application/json" };
  return (await ask(path, { method, headers, body: JSON.stringify(body) })).json();
};

/** A written scenario. @param {string} path @param {string} text @returns {Promise<any>} */
export const postYaml = async (path, text) =>
  (await ask(path, { method: "POST", headers: { "Content-Type": "application/yaml" }, body: text })).json();

/** @param {string} path */
export const remove = (path) => ask(path, { method: "DELETE" });

/** Documents that do not change while the pages are open. @type {Map<string, Promise<any>>} */
const kept = new Map();

/** @param {string} path @returns {Promise<any>} */
export const getOnce = (path) => {
  let found = kept.get(path);
  if (!found) {
    found = get(path);
    found.catch(() => kept.delete(path));
    kept.set(path, found);
  }
  return found;
};

/** Listen to a stream of events until it says so, or `stop` is called; who is cut off asks again for what was missed.
 * @param {string} path
 * @param {(kind: string, data: any) => boolean | void} heard true: that was the last
 * @param {(connected: boolean) => void} [connection]
 * @returns {() => void} stop */
export const follow = (path, heard, connection = () => {}) => {
  const abort = new AbortController();
  const live = async () => {
    let last = "";
    let pause = 500;
    while (!abort.signal.aborted) {
      try {
        /** @type {Record<string, string>} */
        const headers = { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) };
        const answer = await ask(path, { headers, signal: abort.signal });
        connection(true);
        pause = 500;
        for await (const event of events(answer)) {
          last = event.id || last;
          if (heard(event.kind, JSON.parse(event.data))) return;
        }
      } catch (error) {
        if (error instanceof Refused && error.status === 404) return;
      }
      if (abort.signal.aborted) return;
      connection(false);
      await new Promise((done) => setTimeout(done, pause));
      pause = Math.min(pause * 2, 5000);
    }
  };
  live();
  return () => abort.abort();
};

/** @param {Response} answer */
async function* events(answer) {
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    held += value;
    const blocks = held.split("\n\n");
    held = blocks.pop() ?? "";
    for (const block of blocks) {
      /** @type {Record<string, string>} */
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
      if (fields.data) yield { id: fields.id ?? "", kind: fields.event ?? "message", data: fields.data };
    }
  }
}
