// A variant as text: what it is based on, and the numbers that differ. The form and the text are one document:
// what the form can show is read back; a text that says more is kept as it is, and the form waits.

/** @param {string | number} value */
const scalar = (value) => (typeof value === "number" ? String(value) : JSON.stringify(value));

/** @param {string} base @param {{title: {vi: string, en: string}, question: {vi: string, en: string}}} card
 * @param {Record<string, string | number>} overrides */
export const variantText = (base, card, overrides) => {
  const lines = Object.entries(overrides).map(([path, value]) => `  ${path}: ${scalar(value)}`);
  return [
    `name: ${base}-v2`,
    `based_on: ${base}`,
    `title: {vi: ${scalar(card.title.vi)}, en: ${scalar(card.title.en)}}`,
    `question: {vi: ${scalar(card.question.vi)}, en: ${scalar(card.question.en)}}`,
    lines.length ? "overrides:" : "overrides: {}",
    ...lines,
    "",
  ].join("\n");
};

/** The changes of a text that says nothing else; null if it does.
 * @param {string} text @param {string} base @returns {Record<string, string | number> | null} */
export const readVariant = (text, base) => {
  /** @type {Record<string, string | number>} */
  const found = {};
  let within = false;
  for (const line of text.split("\n")) {
    if (!line.trim() || line.trim().startsWith("#")) continue;
    if (!line.startsWith(" ")) {
      within = /^overrides:\s*$/.test(line);
      const [, key, rest] = line.match(/^(\w+):\s*(.*)$/) ?? [];
      if (!["name", "based_on", "title", "question", "overrides"].includes(key)) return null;
      if (key === "based_on" && rest.trim() !== base) return null;
      continue;
    }
    const [, path, value] = line.match(/^ +([\w.]+):\s*([^\s{[|>&*!].*?)\s*$/) ?? [];
    if (!within || !path) return null;
    const said = value.replace(/\s+#.*$/, "").replace(/^(["'])(.*)\1$/, "$2");
    found[path] = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : said;
  }
  return found;
};
