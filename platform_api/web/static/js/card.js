// A chart in its card: the finding as its title, and its numbers as a table one click away.
import { html, useState } from "./kit.js";
import { t } from "./i18n.js";

/** @param {{title: any, sub?: any, children: any, wide?: boolean, table?: {head: string[], rows: (string | number)[][]}}} props */
export const Chart = ({ title, sub, children, wide, table }) => {
  const [flat, setFlat] = useState(false);
  return html`<section class=${wide ? "card wide" : "card"}><div class="title"><h2>${title}</h2>${table && html`<button type="button" class="link" aria-pressed=${String(flat)} onClick=${() => setFlat(!flat)}>${t("chart.table")}</button>`}</div>
    ${sub && html`<p class="sub">${sub}</p>`}
    ${flat && table ? html`<${Table} title=${title} ...${table} />` : html`<div class="scrollx" tabindex="0" role="region" aria-label=${title}>${children}</div>`}
  </section>`;
};

/** @param {{title: string, head: string[], rows: (string | number)[][]}} props */
export const Table = ({ title, head, rows }) => html`<div class="scrollx tall" tabindex="0" role="region" aria-label=${title}><table><thead><tr>${head.map((each) => html`<th>${each}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
