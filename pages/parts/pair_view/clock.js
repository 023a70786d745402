// How long a pair was on the screen, and how long the person was at it.

const IDLE = 30000; // ms without any movement that still count as reading

class Clock {
  constructor() {
    this.restart();
  }

  restart() {
    const now = performance.now();
    this.began = now;
    this.shown = 0;
    this.active = 0;
    this.seen = document.visibilityState === "visible" ? now : null; // since when it is visible
    this.moved = document.hasFocus() ? now : null; // the last sign of the person, null while elsewhere
  }

  // Time on screen before now, in milliseconds, hidden or not: the guard against a double press.
  age() {
    return performance.now() - this.began;
  }

  sign() {
    const now = performance.now();
    if (this.moved !== null) this.active += Math.min(now - this.moved, IDLE);
    this.moved = now;
  }

  left() {
    if (this.moved !== null) this.sign();
    this.moved = null;
  }

  visibility() {
    const now = performance.now();
    if (document.visibilityState === "visible") {
      this.seen ??= now;
      return;
    }
    if (this.seen !== null) this.shown += now - this.seen;
    this.seen = null;
    this.left();
  }

  // Seconds, to the millisecond.
  read() {
    const now = performance.now();
    if (this.moved !== null) this.sign();
    const shown = this.shown + (this.seen === null ? 0 : now - this.seen);
    const round = (ms) => Math.round(ms) / 1000;
    return { seconds_shown: round(shown), seconds_active: round(Math.min(this.active, shown)) };
  }
}
