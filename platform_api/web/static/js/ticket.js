// An order on its way: how it stands, how far it is, how long yet; of runs and experiments alike.
import { html, useEffect, useState } from "./kit.js";
import { duration, pick, t } from "./i18n.js";
import { follow, get, remove } from "./api.js";
import { Beforehand } from "./beforehand.js";
import { Problems, useLoaded } from "./load.js";

const ENDED = ["succeeded", "failed", "cancelled"];

/** The ticket of an order, followed until it has ended. @param {string} at "/v1/runs" @param {string} id */
export const useTicket = (at, id) => {
  const [ticket, set] = useState(/** @type {any} */ (null));
  const { value, error, again } = useLoaded(`${at}/${id}`, () => get(`${at}/${encodeURIComponent(id)}`));
  useEffect(() => {
    if (!value) return;
    set(value);
    if (ENDED.includes(value.state)) return;
    return follow(`${at}/${id}/events`, (_, told) => { set(told); return ENDED.includes(told.state); });
  }, [value]);
  return { ticket: ticket?.id === id ? ticket : null, error, again };
};

/** What stands there until there is an answer. @param {{ticket: any, at: string}} props */
export const Progress = ({ ticket, at }) => {
  const { done, remaining_s: left, finished, planned } = ticket.progress;
  const works = ["queued", "running"].includes(ticket.state);
  return html`<main id="main"><div class="head"><div><h1>${t(`results.${ticket.state}`)}</h1><p class="sub">${ticket.kind !== "run" && html`${t(`kind.${ticket.kind}`)} · `}<a href=${`/scenarios/${ticket.scenario}`}>${ticket.scenario}</a> · ${t("results.replications", { n: ticket.replications })}</p></div>
    ${works && html`<button type="button" class="btn" onClick=${() => remove(`${at}/${ticket.id}`)}>${t("results.cancel")}</button>`}</div>
    ${works && html`<section class="card wide"><progress max="1" value=${done} aria-label=${t("results.progress")}></progress>
      <p role="status">${t("results.done", { percent: Math.floor(done * 100) })}${planned ? ` · ${t("compare.replications", { finished, planned })}` : ""}${left != null && done > 0 ? ` · ${t("results.left", { left: duration(left * 1000) })}` : ""}${done === 0 && ticket.state === "running" ? ` · ${t("results.preparing")}` : ""}</p></section>`}
    ${works && html`<${Beforehand} scenario=${ticket.scenario} overrides=${ticket.kind === "run" ? ticket.overrides : {}} />`}
    ${!works && ticket.kind !== "run" && html`<p class="pad"><a href=${`/experiments?kind=${ticket.kind}&base=${ticket.scenario}`}>${t("experiments.again")}</a></p>`}
    ${ticket.problems.length > 0 && html`<section class="card failed"><${Problems} problems=${ticket.problems} /></section>`}
  </main>`;
};

/** Warnings of an answer, as it gives them. @param {{told: import("./i18n.js").Label[]}} props */
export const Warnings = ({ told }) => told.length > 0 && html`<ul class="card wide notes">${told.map((each) => html`<li>${pick(each)}</li>`)}</ul>`;
