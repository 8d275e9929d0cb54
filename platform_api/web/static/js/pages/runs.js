// The latest runs: which of them do I want to read again?
import { html } from "../kit.js";
import { instant, number, t } from "../i18n.js";
import { get } from "../api.js";
import { Failed, useLoaded, Waiting } from "../load.js";

export const Runs = () => {
  const { value, error, again } = useLoaded("runs", () => get("/v1/runs"));
  return html`<main id="main"><div class="head"><div><h1>${t("runs.title")}</h1><p class="sub">${t("runs.sub")}</p></div></div>
    ${error ? html`<${Failed} error=${error} again=${again} />` : !value ? html`<${Waiting} lines=${5} />`
      : !value.runs.length ? html`<p class="card none">${t("runs.none")} <a href="/">${t("nav.library")}</a></p>`
      : html`<section class="card wide scrollx" tabindex="0" role="region" aria-label=${t("runs.title")}><table><thead><tr><th>${t("runs.scenario")}</th><th>${t("runs.state")}</th><th>${t("runs.replications")}</th><th>${t("runs.changes")}</th><th>${t("runs.seed")}</th><th>${t("runs.created")}</th></tr></thead>
        <tbody>${value.runs.map((/** @type {any} */ run) => html`<tr><td><a href=${`/runs/${run.id}`}>${run.scenario}</a></td><td>${t(`run.state.${run.state}`)}</td><td>${number(run.replications)}</td><td>${number(Object.keys(run.overrides).length)}</td><td>${run.seed}</td><td>${instant(run.created)}</td></tr>`)}</tbody></table></section>`}
  </main>`;
};
