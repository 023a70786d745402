// A kind word after a long time at the screen. It waits for nobody: it is a line that one can leave unread.

const TICK = 30000; // ms between looks
const AWAY = 120000; // ms without a sign of the person that are no work any more
const REST = 300000; // ms away after which one has rested
const USUAL = 50; // minutes

class Breaks {
  constructor({ screen, clock, preferences }) {
    this.screen = screen;
    this.clock = clock;
    this.preferences = preferences;
    this.worked = 0; // ms since the last rest
    this.away = 0;
    this.looked = performance.now();
    this.timer = setInterval(() => this.look(), TICK);
    screen.parts["break-later"].onclick = () => this.startAgain();
  }

  get minutes() {
    return this.preferences.get("breaks", USUAL);
  }

  look() {
    const now = performance.now();
    const passed = now - this.looked;
    this.looked = now;
    // A lid that was closed stops the clock of the page: what passed then was no work.
    const atWork = passed < 2 * TICK && this.clock.moved !== null && now - this.clock.moved < AWAY;
    this.worked += atWork ? passed : 0;
    this.away = atWork ? 0 : this.away + passed;
    if (this.away >= REST) this.startAgain();
    else if (this.minutes > 0 && this.worked >= this.minutes * 60000) this.say();
  }

  say() {
    this.screen.parts["break-text"].textContent =
      `${Math.round(this.worked / 60000)} minutes at a stretch: a short break keeps the eye fresh.`;
    this.screen.parts.break.hidden = false;
  }

  startAgain() {
    this.worked = 0;
    this.screen.parts.break.hidden = true;
  }

  stop() {
    clearInterval(this.timer);
  }
}
