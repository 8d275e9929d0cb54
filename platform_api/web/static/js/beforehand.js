// An estimate before anything is simulated: hollow figures that the run replaces.
import { html, useEffect, useState } from "./kit.js";
import { pick, scaled, scaleFor, t } from "./i18n.js";
import { getOnce, post } from "./api.js";

const SHOWN = ["dwell_mean", "closing_backlog", "throughput", "wait_mean"];

/** @param {{scenario: string, overrides: Record<string, unknown>, blocked?: boolean}} props */
export const Beforehand = ({ scenario, overrides, blocked = false }) => {
  const [told, set] = useState(/** @type {any} */ (null));
  const [names, setNames] = useState(/** @type {any} */ (null));
  const key = JSON.stringify(overrides);
  useEffect(() => {
    if (blocked) return set(null);
    let wanted = true;
    const timer = setTimeout(async () => {
      try {
        const [found, words] = await Promise.all([post("/v1/scenarios:estimate", { scenario, overrides }), getOnce("/v1/indicators")]);
        if (wanted) { setNames(words.indicators); set(found); }
      } catch { if (wanted) set(null); } // what is wrong is told by the check beside it
    }, 400);
    return () => { wanted = false; clearTimeout(timer); };
  }, [scenario, key, blocked]);
  if (!told || !names) return html`<p class="guess sub">${blocked ? "" : t("estimate.making")}</p>`;
  if (told.kind === "none") return html`<p class="guess sub">${t("estimate.none")} ${told.missing.slice(0, 2).map((/** @type {any} */ each) => pick(each.told)).join("; ")}.</p>`;
  const figures = SHOWN.flatMap((name) => told.figures.filter((/** @type {any} */ each) => each.name === name && each.value !== null && !Object.keys(each.labels).length));
  return html`<div class="guess"><span>${t(told.kind === "rough" ? "estimate.rough" : "estimate.title")}</span><dl>${figures.map((/** @type {any} */ each) => {
    const scale = scaleFor(each.unit, [each.value, each.high]);
    return html`<div><dt>${pick(names.find((/** @type {any} */ name) => name.name === each.name)?.label)}</dt><dd><b>${scaled(each.value, scale)}</b> ${scale.unit} <span class="sub">(${scaled(each.low, scale)} – ${scaled(each.high, scale)})</span></dd></div>`;
  })}</dl></div>`;
};
