// What this person decided, newest last, and what they took back: the two lists that undo and redo walk.
//
// An entry: { id, pair, choice, strength, said, item, prompt, when, before }. `before` is what undo puts back into
// effect, null where that is nothing; `item` is null for a pair that has to be fetched again.

const PAST = 50;
const CHOICES = { left: "Left is better", right: "Right is better", tie: "Tie", both_bad: "Both bad", skip: "Skipped", cannot_judge: "Cannot judge" };
const STRENGTHS = { 1: "slightly", 2: "", 3: "much" };

class Past {
  constructor(changed) {
    this.changed = changed;
    this.done = [];
    this.undone = [];
    this.known = false; // the server has told us what was decided before
  }

  // What was decided before this page was opened, with what still lies in the outbox on top.
  adopt({ recent, undone }, waiting) {
    if (this.known) return;
    this.known = true;
    const here = new Set([...recent, ...this.done].map((entry) => entry.id));
    const left = waiting.filter(({ id, choice }) => choice !== "undo" && choice !== "redo" && !here.has(id));
    const ended = new Set(waiting.map((entry) => entry.supersedes));
    const mine = new Set(this.done.map((entry) => entry.id));
    const before = recent.filter(({ id }) => !mine.has(id)).reverse().map((entry) => ({ ...entry, item: null, before: entry.replaced ? {} : null }));
    const kept = left.map((entry) => ({ ...entry, when: entry.client_time, item: null, before: null }));
    this.done = [...before, ...kept].filter((entry) => !ended.has(entry.id)).concat(this.done);
    if (waiting.length === 0 && this.undone.length === 0) this.undone = undone.map((entry) => ({ ...entry, item: null, before: null }));
    this.changed();
  }

  add(entry) {
    const replaced = this.done.find((other) => other.id === entry.supersedes) ?? null;
    this.done = this.done.filter((other) => other !== replaced);
    this.done = [...this.done.slice(1 - PAST), { ...entry, before: replaced ?? (entry.supersedes ? {} : null) }];
    this.undone = [];
    this.changed();
  }

  get last() {
    return this.done.at(-1);
  }

  // A fix may have changed any of them: whoever goes back gets the texts of now.
  forgetTexts() {
    for (const entry of [...this.done, ...this.undone]) entry.item = null;
  }

  // The last decision is taken back by the row `undoId`. Returns what is in effect instead, or null.
  takeBack(undoId, item) {
    const entry = this.done.pop();
    this.undone.push({ ...entry, item });
    const restored = entry.before?.choice ? { ...entry.before, id: undoId, item } : null;
    if (restored) this.done.push(restored);
    this.changed();
    return restored;
  }

  // What was taken back last is decided again by the row `redoId`.
  bringBack(redoId) {
    const entry = this.undone.pop();
    const replaced = this.done.find((other) => other.pair === entry.pair) ?? null;
    this.done = [...this.done.filter((other) => other !== replaced), { ...entry, id: redoId, before: replaced }];
    this.changed();
    return entry;
  }
}

function verdictWords({ choice, strength }) {
  const how = STRENGTHS[strength] ?? "";
  return how ? CHOICES[choice].replace("is", `is ${how}`) : CHOICES[choice];
}
