// Everybody in the gate as small trucks: where each stands follows from its place in the queue, so that a picture is
// right at any instant; between two instants they glide. Typed arrays and rectangles: nothing is made in a frame.

/** Sizes of a place [px of the drawing], from all marks to a dash. */
const LEVELS = /** @type {const} */ ([[26, 15], [18, 11], [12, 8], [8, 6], [5, 4]]);
const [DOOR, QUEUE, SERVICE] = [0, 1, 2];

/** Milliseconds a truck takes to its new place. */
const GLIDE = 280;
const MOST = 16_384;

/** @typedef {import("./geometry.js").Geometry} Geometry */

export class Trucks {
  /** @param {HTMLCanvasElement} canvas @param {Geometry} geometry
   * @param {string[]} steps names by number @param {(step: string) => number} side 0: export, 1: import, 2: neither
   * @param {number[]} heads how high the label of each station is */
  constructor(canvas, geometry, steps, side, heads) {
    this.heads = heads;
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.geometry = geometry;
    const of = new Map(geometry.stations.flatMap((station, i) => station.steps.map((step) => /** @type {[string, number]} */ ([step, i]))));
    this.stationOf = steps.map((step) => of.get(step) ?? -1);
    this.side = steps.map(side);
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    // one of these for each truck
    this.x = new Float32Array(MOST);
    this.y = new Float32Array(MOST);
    this.fromX = new Float32Array(MOST);
    this.fromY = new Float32Array(MOST);
    this.toX = new Float32Array(MOST);
    this.toY = new Float32Array(MOST);
    this.began = new Float64Array(MOST);
    this.entity = new Int32Array(MOST);
    this.step = new Int16Array(MOST);
    this.phase = new Int8Array(MOST);
    this.order = new Float64Array(MOST); // by rank, then by since when
    this.level = new Int8Array(MOST); // −1: folded away
    /** @type {number[]} */
    this.free = [];
    this.top = 0;
    /** Visit → its slot. @type {Map<number, number>} */
    this.slot = new Map();
    /** Slots by station, in the order of the line. @type {number[][]} */
    this.lines = geometry.stations.map(() => []);
    this.dirty = new Set();
    this.folded = new Int32Array(geometry.stations.length);
    this.moving = true;
    this.followed = -1;
    /** What the last frames cost [ms]. */
    this.costs = new Float32Array(600);
    this.frames = 0;
    this.scale = 1;
    this.ink = this.pen = "";
    /** @type {string[]} */
    this.colours = [];
    this.repaint();
  }

  /** @param {number} entity @param {number} step */
  static key(entity, step) { return entity * 4096 + step; }

  // ---- what happened

  /** Everything anew. @param {number[][]} visits [entity, step, phase, since] @param {number} now */
  reset(visits, now) {
    this.slot.clear();
    this.free = [];
    this.top = 0;
    for (const [i, line] of this.lines.entries()) { line.length = 0; this.dirty.add(i); }
    for (const visit of visits) this.put(visit, -1, now);
    this.arrange(now, true);
  }

  /** @param {number[][]} changed @param {number[][]} gone @param {number} now */
  change(changed, gone, now) {
    /** @type {Map<number, number>} */
    const left = new Map(); // entity → the slot that it had
    for (const [entity, step] of gone) {
      const key = Trucks.key(entity, step);
      const slot = this.slot.get(key);
      if (slot === undefined) continue;
      this.slot.delete(key);
      this.unline(slot);
      const before = left.get(entity);
      if (before !== undefined) this.free.push(before);
      left.set(entity, slot);
    }
    for (const visit of changed) {
      const slot = left.get(visit[0]);
      if (this.put(visit, slot ?? -1, now)) left.delete(visit[0]);
    }
    for (const slot of left.values()) this.free.push(slot);
    this.arrange(now, false);
  }

  /** One visit new or in another phase; `slot` is that of the same truck before. Whether the slot was taken.
   * @param {number[]} visit @param {number} slot @param {number} now */
  put([entity, step, phase, since], slot, now) {
    const station = this.stationOf[step];
    if (station < 0) return false;
    const key = Trucks.key(entity, step);
    const known = this.slot.get(key);
    let at = known ?? slot;
    if (at < 0) {
      if (!this.free.length && this.top >= MOST) return false;
      at = this.free.pop() ?? this.top++;
      const [left, top, wide, high] = this.geometry.stations[station].at;
      this.x[at] = this.side[step] === 1 ? left + wide : left;
      this.y[at] = top + high / 2;
    }
    if (known === undefined) this.lines[station].push(at);
    this.slot.set(key, at);
    this.entity[at] = entity;
    this.step[at] = step;
    this.phase[at] = phase;
    this.order[at] = rank(phase) * 2 ** 46 + since;
    this.began[at] = now;
    this.dirty.add(station);
    return known === undefined && slot >= 0;
  }

  /** @param {number} slot */
  unline(slot) {
    const station = this.stationOf[this.step[slot]];
    const line = this.lines[station];
    line.splice(line.indexOf(slot), 1);
    this.dirty.add(station);
  }

  /** New places where a line has changed. @param {number} now @param {boolean} at_once */
  arrange(now, at_once) {
    for (const station of this.dirty) this.place(station, now, at_once || this.still);
    this.dirty.clear();
    this.moving = true;
  }

  /** @param {number} station @param {number} now @param {boolean} at_once */
  place(station, now, at_once) {
    const line = this.lines[station];
    this.sort(line);
    const [left, top, wide, high] = this.geometry.stations[station].at;
    const head = this.heads[station];
    const room = high - head - 2;
    let level = LEVELS.findIndex(([w, h]) => Math.floor((wide - 6) / w) * Math.floor(room / h) >= line.length);
    if (level < 0) level = LEVELS.length - 1;
    const [w, h] = LEVELS[level];
    const columns = Math.max(1, Math.floor((wide - 6) / w));
    const shown = columns * Math.max(1, Math.floor(room / h));
    this.folded[station] = Math.max(0, line.length - shown);
    for (let i = 0; i < line.length; i += 1) {
      const slot = line[i];
      const column = i % columns;
      // the head of the line stands where one goes on: exports to the right, imports to the left
      const x = this.side[this.step[slot]] === 1 ? left + 4 + column * w : left + wide - 2 - (column + 1) * w;
      const y = top + head + Math.floor(i / columns) * h;
      this.level[slot] = i < shown ? level : -1;
      if (x === this.toX[slot] && y === this.toY[slot] && !at_once) continue;
      this.fromX[slot] = at_once ? x : this.x[slot];
      this.fromY[slot] = at_once ? y : this.y[slot];
      if (at_once) { this.x[slot] = x; this.y[slot] = y; }
      this.toX[slot] = x;
      this.toY[slot] = y;
      this.began[slot] = now;
    }
  }

  /** Those served first, then by how long they are there; lines are nearly in order, so by insertion. @param {number[]} line */
  sort(line) {
    const order = this.order;
    for (let i = 1; i < line.length; i += 1) {
      const slot = line[i];
      const own = order[slot];
      let k = i - 1;
      while (k >= 0 && order[line[k]] > own) { line[k + 1] = line[k]; k -= 1; }
      line[k + 1] = slot;
    }
  }

  // ---- the picture

  /** Fit the canvas to its box. @param {number} wide of the box [px] @param {number} ratio of the screen */
  fit(wide, ratio) {
    this.scale = (wide / 940) * ratio;
    this.canvas.width = Math.round(940 * this.scale);
    this.canvas.height = Math.round(420 * this.scale);
    this.moving = true;
  }

  /** One frame; whether something still moves. @param {number} now [ms of the screen's clock] */
  frame(now) {
    const began = performance.now();
    const { context, scale } = this;
    this.pen = "";
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    let moving = false;
    for (let i = 0; i < this.lines.length; i += 1) {
      const line = this.lines[i];
      for (let k = 0; k < line.length; k += 1) {
        const slot = line[k];
        const level = this.level[slot];
        if (level < 0) continue;
        const share = Math.min(1, (now - this.began[slot]) / GLIDE);
        if (share < 1) {
          const eased = share * (2 - share);
          this.x[slot] = this.fromX[slot] + (this.toX[slot] - this.fromX[slot]) * eased;
          this.y[slot] = this.fromY[slot] + (this.toY[slot] - this.fromY[slot]) * eased;
          moving = true;
        } else {
          this.x[slot] = this.toX[slot];
          this.y[slot] = this.toY[slot];
        }
        const phase = this.phase[slot];
        const kind = phase === SERVICE ? 0 : phase === QUEUE ? 1 : 2;
        this.truck(context, Math.round(this.x[slot] * scale), Math.round(this.y[slot] * scale), level, this.side[this.step[slot]], kind);
      }
    }
    this.ring();
    this.moving = moving;
    this.costs[this.frames % this.costs.length] = performance.now() - began;
    this.frames += 1;
    return moving;
  }

  /** A ring around whom one follows. */
  ring() {
    if (this.followed < 0) return;
    const { context, scale } = this;
    context.strokeStyle = this.ink;
    context.lineWidth = 2 * scale;
    for (const line of this.lines) for (const slot of line) {
      if (this.entity[slot] !== this.followed || this.level[slot] < 0) continue;
      const [w, h] = LEVELS[this.level[slot]];
      context.strokeRect((this.x[slot] - 2) * scale, (this.y[slot] - 2) * scale, (w + 2) * scale, (h + 2) * scale);
    }
  }

  /** Who stands at a point of the drawing or is about to, −1 if nobody: who glides across hides nothing. @param {number} x @param {number} y */
  at(x, y) {
    for (const line of this.lines) for (const slot of line) {
      if (this.level[slot] < 0) continue;
      const [w, h] = LEVELS[this.level[slot]];
      if (x >= this.toX[slot] - 1 && x <= this.toX[slot] + w && y >= this.toY[slot] - 1 && y <= this.toY[slot] + h) return this.entity[slot];
    }
    return -1;
  }

  /** One truck of rectangles: many of them cost a tenth of as many small pictures.
   * @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y [px of the screen] @param {number} level
   * @param {number} side @param {number} kind 0: served, 1: waiting, 2: held back */
  truck(pen, x, y, level, side, kind) {
    const { scale } = this;
    const [w, h] = LEVELS[level];
    const style = this.colours[side * 3 + kind];
    if (this.pen !== style) { pen.fillStyle = style; this.pen = style; }
    if (w < 8) return pen.fillRect(x, y, (w - 1) * scale, (h - 1.5) * scale); // a dash
    const long = (w - 4) * scale;
    const high = (h - 5) * scale;
    const nose = side === 1 ? 0 : long * 0.73; // it shows where one goes
    pen.fillRect(side === 1 ? x + long * 0.32 : x, y, long * 0.68, high);
    pen.fillRect(x + nose, y + high * 0.35, long * 0.27, high * 0.65);
    if (h <= 8) return;
    pen.fillStyle = this.pen = this.ink;
    const wheel = Math.max(1, 2 * scale);
    pen.fillRect(x + long * 0.12, y + high, wheel, wheel);
    pen.fillRect(x + long * 0.5, y + high, wheel, wheel);
    pen.fillRect(x + long * 0.82, y + high, wheel, wheel);
    if (kind === 2) { pen.strokeStyle = style; pen.lineWidth = 1.8 * scale; pen.strokeRect(x - scale, y - scale, long + 2 * scale, high + 3 * scale); }
  }

  /** The colours of the moment, light or dark. */
  repaint() {
    const style = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    this.ink = colour("--ink");
    this.colours = ["--exp", "--imp", "--brand"].flatMap((name) => [colour(name), `color-mix(in srgb, ${colour(name)} 55%, ${colour("--surface")})`, colour("--blocked")]);
    this.moving = true;
  }
}

/** Served first, then held, the queue, and who stands before a full place. @param {number} phase */
const rank = (phase) => (phase === SERVICE ? 0 : phase === QUEUE ? 2 : phase === DOOR ? 3 : 1);
