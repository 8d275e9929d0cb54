// The address is the state: which page, which run, which tab; copied and sent, it shows the same.
import { computed, signal } from "./kit.js";

const here = signal(location.pathname + location.search);
addEventListener("popstate", () => (here.value = location.pathname + location.search));

/** Parts of the path, `["runs", "20250312-…"]`. */
export const path = computed(() => new URL(here.value, location.origin).pathname.split("/").filter(Boolean).map(decodeURIComponent));

/** What stands behind the question mark. */
export const query = computed(() => new URL(here.value, location.origin).searchParams);

/** @param {string} address @param {{replace?: boolean}} [how] */
export const go = (address, { replace = false } = {}) => {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  const moved = new URL(here.value, location.origin).pathname !== location.pathname;
  here.value = location.pathname + location.search;
  if (moved) scrollTo(0, 0);
};

/** Change what stands behind the question mark; null leaves a name out. @param {Record<string, string | null>} changes */
export const ask = (changes) => {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes)) value === null ? next.delete(name) : next.set(name, value);
  const tail = next.toString();
  go(location.pathname + (tail ? `?${tail}` : ""), { replace: true });
};

/** A click on a link of ours goes there without loading everything anew. @param {MouseEvent} event */
export const follow = (event) => {
  const link = /** @type {Element | null} */ (event.target)?.closest?.("a[href^='/']");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const address = link.getAttribute("href") ?? "";
  if (link.hasAttribute("download") || link.hasAttribute("target") || address.startsWith("/v1/")) return;
  event.preventDefault();
  go(address);
};
