// Library: which of these is my question?
import { html, useEffect, useRef } from "../kit.js";
import { lang, pick, t } from "../i18n.js";
import { getOnce } from "../api.js";
import { Failed, useLoaded, Waiting } from "../load.js";
import { plain } from "../names.js";
import { ask, query } from "../route.js";

/** @typedef {{name: string, title: import("../i18n.js").Label, question: import("../i18n.js").Label, version: number | null}} Item */

export const Library = () => {
  const { value, error, again } = useLoaded("library", () => getOnce("/v1/scenarios"));
  const wanted = query.value.get("q") ?? "";
  const found = value ? search(value.scenarios, wanted) : [];
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const slash = (event) => {
      if (event.key === "/" && document.activeElement === document.body) { event.preventDefault(); box.current?.focus(); }
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);
  return html`<main id="main">
    <div class="head"><div><h1>${t("library.title")}</h1><p class="sub">${t("library.sub")}</p></div></div>
    <div class="tools"><label class="search"><span class="unseen">${t("library.search")}</span>
      <input ref=${box} type="search" placeholder=${t("library.placeholder")} value=${wanted} onInput=${(/** @type {any} */ event) => ask({ q: event.target.value || null })} /></label>
      ${value && html`<span class="sub" role="status">${t("library.count", { n: found.length, all: value.scenarios.length })}</span>`}</div>
    ${error ? html`<${Failed} error=${error} again=${again} />` : !value ? html`<${Waiting} lines=${6} />` : html`
      ${!found.length && html`<p class="card none">${t("library.none", { wanted })} <button type="button" class="btn" onClick=${() => ask({ q: null })}>${t("library.all")}</button></p>`}
      <ul class="cards">${found.map((item) => html`<${Card} key=${item.name} item=${item} />`)}</ul>`}
  </main>`;
};

/** @param {{item: Item}} props */
const Card = ({ item }) => html`<li class="card lib">
  <a class="pict" href=${`/scenarios/${item.name}`} tabindex="-1" aria-hidden="true"><img src=${`/v1/scenarios/${encodeURIComponent(item.name)}/picture?language=${lang.value}`} alt="" loading="lazy" /></a>
  <div>
    <h2><a href=${`/scenarios/${item.name}`}>${pick(item.question)}</a></h2>
    <p class="sub">${pick(item.title)} · <code>${item.name}</code>${item.version !== null && html` · ${t("library.own", { version: item.version })}`}</p>
  </div>
</li>`;

/** Those with all words, with or without diacritics, in either language; words of the question count most.
 * @param {Item[]} items @param {string} wanted @returns {any[]} */
export const search = (items, wanted) => {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  if (!words.length) return items;
  return items.filter((item) => {
    const all = plain([item.name, item.title.vi, item.title.en, item.question.vi, item.question.en].join(" "));
    return words.every((word) => all.includes(word));
  });
};
