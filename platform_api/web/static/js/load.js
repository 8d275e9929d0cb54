// What is asked of the API for a page: not there yet, there, or refused.
import { html, useEffect, useState } from "./kit.js";
import { pick, t } from "./i18n.js";
import { keepKey, Refused } from "./api.js";

/** @template T @typedef {{value?: T, error?: any, again: () => void}} Loaded */

/** Ask once for each `key`; what comes late for another key is dropped.
 * @template T @param {string} key @param {() => Promise<T>} from @returns {Loaded<T>} */
export const useLoaded = (key, from) => {
  const [state, set] = useState(/** @type {{key?: string, value?: T, error?: any}} */ ({}));
  const [turn, again] = useState(0);
  useEffect(() => {
    let wanted = true;
    from().then(
      (value) => wanted && set({ key, value }),
      (error) => wanted && set({ key, error }),
    );
    return () => { wanted = false; };
  }, [key, turn]);
  const fits = state.key === key;
  return { value: fits ? state.value : undefined, error: fits ? state.error : undefined, again: () => again(turn + 1) };
};

/** A place in the final shape while one waits; words after a second. @param {{lines?: number}} props */
export const Waiting = ({ lines = 3 }) => {
  const [late, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class="waiting" role="status">${Array.from({ length: lines }, () => html`<i></i>`)}${late && html`<p>${t("load.waiting")}</p>`}</div>`;
};

/** What went wrong, where, and what to do. @param {{error: any, again?: () => void}} props */
export const Failed = ({ error, again }) => {
  if (error instanceof Refused && error.status === 401) return html`<${AskKey} />`;
  const refused = error instanceof Refused && error.problems.length ? error.problems : null;
  return html`<section class="card failed" role="alert">
    <h2>✕ ${t("load.failed")}</h2>
    ${refused ? html`<${Problems} problems=${refused} />` : html`<p>${error instanceof Refused ? error.message : t("load.unreachable")}</p>`}
    ${again && html`<button type="button" class="btn" onClick=${again}>${t("load.again")}</button>`}
  </section>`;
};

/** @param {{problems: {place: string, message: import("./i18n.js").Label, remedy: import("./i18n.js").Label, line?: number | null}[]}} props */
export const Problems = ({ problems }) => html`<ul class="problems">${problems.map((each) => html`
  <li><code>${each.line ? t("load.line", { line: each.line }) + " · " : ""}${each.place}</code> ${pick(each.message)}; ${pick(each.remedy)}</li>`)}</ul>`;

const AskKey = () => html`<form class="card failed" onSubmit=${(/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  keepKey(String(new FormData(form).get("key") ?? ""));
  location.reload();
}}>
  <h2>${t("load.key.title")}</h2>
  <label>${t("load.key.label")} <input name="key" type="password" autocomplete="current-password" required /></label>
  <button class="btn pri">${t("load.key.send")}</button>
</form>`;
