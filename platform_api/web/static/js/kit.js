// Preact, htm and signals, under the names that the pages use.
import { Fragment, h, render } from "../vendor/preact.js";
import { useEffect, useMemo, useReducer, useRef, useState } from "../vendor/hooks.js";
import { computed, effect, signal } from "../vendor/signals.js";
import htm from "../vendor/htm.js";

/** Markup as a tagged template. */
export const html = htm.bind(h);

export { computed, effect, Fragment, render, signal, useEffect, useMemo, useReducer, useRef, useState };
