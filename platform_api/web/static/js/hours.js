// When the gate is closed: outside the hours of the calendar that most pools keep.

const DAY = 86_400_000;

/** Closed stretches between two instants [ms after the start of the window]; none where somebody is always there.
 * @param {import("./names.js").Scenario} scenario @param {number} begin @param {number} end
 * @returns {[number, number][]} */
export const closedHours = (scenario, begin, end) => {
  const kept = new Map();
  for (const pool of Object.values(scenario.resources))
    for (const shift of pool.shifts) if (shift.calendar) kept.set(shift.calendar, (kept.get(shift.calendar) ?? 0) + 1);
  const [name] = [...kept].sort((a, b) => b[1] - a[1])[0] ?? [];
  const calendar = scenario.calendars[name ?? ""];
  if (!calendar) return [];
  const offset = calendar.offsets[0][1];
  const start = scenario.clock.start_utc + offset;
  /** @type {[number, number][]} */
  const closed = [];
  let from = begin;
  for (let day = Math.floor((start + begin) / DAY) - 1; day * DAY - start <= end; day += 1) {
    for (const [open, shut] of opened(calendar, day)) {
      const [a, b] = [day * DAY + open - start, day * DAY + shut - start];
      if (b <= from) continue;
      if (a > from) closed.push([from, Math.min(a, end)]);
      from = Math.max(from, b);
      if (from >= end) return closed.filter(([x, y]) => y > x);
    }
  }
  if (from < end) closed.push([from, end]);
  return closed.filter(([x, y]) => y > x);
};

/** Opening hours of a day since 1970, a Thursday. @param {any} calendar @param {number} day @returns {[number, number][]} */
const opened = (calendar, day) => {
  const iso = new Date(day * DAY).toISOString().slice(0, 10);
  return calendar.dates?.[iso] ?? calendar.week[(day + 3) % 7];
};
