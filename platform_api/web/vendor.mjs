// Copies what the pages use from node_modules into static/vendor, as modules that name each other by address:
// a browser knows no package names, and an import map would have to stand in the page, which the
// Content-Security-Policy forbids. Writes the licences beside them. Run by script/setup after `npm ci`.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "node_modules");
const target = join(here, "static", "vendor");
const fresh = `${target}.new`;

/** Package name → the file of it that is taken, and how it is called here. @type {Record<string, [string, string]>} */
const MODULES = {
  preact: ["preact/dist/preact.mjs", "preact.js"],
  "preact/hooks": ["preact/hooks/dist/hooks.mjs", "hooks.js"],
  "@preact/signals-core": ["@preact/signals-core/dist/signals-core.mjs", "signals-core.js"],
  "@preact/signals": ["@preact/signals/dist/signals.mjs", "signals.js"],
  htm: ["htm/dist/htm.mjs", "htm.js"],
};

/** @param {string} text */
const byAddress = (text) =>
  text
    .replace(/(from|import)\s*(["'])([@a-z][^"']*)\2/g, (_, word, quote, name) => {
      if (!MODULES[name]) throw new Error(`vendor.mjs: nobody told where '${name}' is`);
      return `${word} ${quote}./${MODULES[name][1]}${quote}`;
    })
    .replace(/\n?\/\/# sourceMappingURL=.*/, "");

/** @param {string} name */
const licence = (name) => {
  const folder = join(packages, name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8") : ""}`;
};

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
for (const [from, to] of Object.values(MODULES))
  writeFileSync(join(fresh, to), byAddress(readFileSync(join(packages, from), "utf8")));
// what an editor and tsc read instead of them: the types of the packages
for (const [name, [, to]] of Object.entries(MODULES)) {
  const all = name === "htm" ? 'export { default } from "htm";\n' : `export * from "${name}";\n`;
  writeFileSync(join(fresh, to.replace(/js$/, "d.ts")), all);
}
const names = Object.keys(MODULES).filter((name) => name !== "preact/hooks");
writeFileSync(join(fresh, "LICENSES.txt"), names.map(licence).join("\n\n----\n\n"));
rmSync(target, { recursive: true, force: true });
renameSync(fresh, target);
