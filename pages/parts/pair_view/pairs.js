// The pairs that come next, already here and already built, so that a key press waits for nothing.

const AHEAD = 8;
const LOW = 5;
const HEARTBEAT = 120000; // ms; the server keeps a pair for us for ten minutes after each
const LOOK_AGAIN = 20000; // ms between looks for new pairs once there are none

class Pairs {
  constructor({ server, busy, knowsPast, stamp, changed, heardOfFixes }) {
    this.server = server;
    this.busy = busy; // ids that are on the screen or decided here and not saved yet
    this.knowsPast = knowsPast;
    this.stamp = stamp; // the same before and after: nothing was decided or saved in between
    this.changed = changed;
    this.heardOfFixes = heardOfFixes;
    this.ready = [];
    this.more = true; // the server may have more than we hold
    this.skipped = false; // going through what was skipped
    this.trouble = null;
    this.failures = 0;
    this.asking = false;
    this.heart = setInterval(() => this.hold(), HEARTBEAT);
  }

  take() {
    const item = this.ready.shift();
    return item ? build(item) : null;
  }

  // The one that comes next, without taking it.
  next() {
    return this.ready.length > 0 ? build(this.ready[0]) : null;
  }

  // Part by part and when the browser has nothing else to do: a long answer takes longer than a frame.
  prepare() {
    const item = this.ready.find((candidate) => !candidate.built);
    if (!item) return;
    whenIdle(() => {
      if (!item.built) buildPart(item); // meanwhile it may have been shown
      this.prepare();
    });
  }

  giveBack(item) {
    this.ready.unshift(item);
  }

  drop(pair) {
    this.ready = this.ready.filter((item) => item.id !== pair);
  }

  askForSkipped() {
    this.skipped = true;
    this.more = true;
    this.fill();
  }

  async fill() {
    clearTimeout(this.timer);
    if (this.asking || !this.more || this.ready.length >= LOW) return;
    this.asking = true;
    const stamp = this.stamp();
    let answer = null;
    try {
      const but = [...this.busy(), ...this.ready.map((item) => item.id)];
      answer = await this.server.next({
        limit: AHEAD, but, skipped: this.skipped, past: !this.knowsPast(),
      });
      this.accept(answer);
    } catch (error) {
      this.trouble = error;
      this.failures += 1;
    }
    this.asking = false;
    this.plan();
    this.changed(answer, stamp !== null && stamp === this.stamp());
  }

  accept(answer) {
    const here = new Set([...this.busy(), ...this.ready.map((item) => item.id)]);
    const fresh = answer.pairs.filter((pair) => !here.has(pair.id));
    this.ready.push(...fresh);
    this.prepare();
    this.more = answer.more;
    this.trouble = null;
    this.failures = 0;
    this.heardOfFixes(answer.fixes);
    if (this.skipped && !answer.more) this.skipped = false; // afterwards new pairs come first again
  }

  // Asking for none keeps what we have: a long answer may take longer to read than a lease lasts.
  hold() {
    const but = [...this.busy(), ...this.ready.map((item) => item.id)];
    if (but.length > 0) this.server.next({ limit: 0, but }).then((answer) => this.heardOfFixes(answer.fixes), () => {});
  }

  plan() {
    let wait = this.more ? 1000 : LOOK_AGAIN;
    if (this.failures > 0) wait = Math.min(15000, 500 * 2 ** (this.failures - 1));
    if (this.failures === 0 && this.ready.length > 0 && this.more) return;
    this.timer = setTimeout(() => {
      this.more = true;
      this.fill();
    }, wait);
  }

  stop() {
    clearTimeout(this.timer);
    clearInterval(this.heart);
    this.more = false;
  }
}

function whenIdle(task, { within = 500 } = {}) {
  if (window.requestIdleCallback) requestIdleCallback(task, { timeout: within });
  else setTimeout(task, 20);
}

// The elements of a pair, made when it arrives and used again when one goes back to it.
// The HTML was sanitised by the server; nothing else is ever put into innerHTML.
function build(pair) {
  while (!pair.built) buildPart(pair);
  return pair;
}

// The next part that is missing: an answer, then the other, then what is short.
function buildPart(pair) {
  const side = pair.answers.findIndex((answer) => !answer.nodeType);
  if (side >= 0) {
    pair.answers[side] = answerOf(pair.answers[side], pair.edges[side]);
    return;
  }
  const prompt = document.createElement("div");
  for (const { speaker, html } of pair.context) prompt.append(turn(speaker, html));
  prompt.append(turn(pair.context.length > 0 ? "user" : "prompt", pair.prompt));
  Object.assign(pair, { prompt, built: true, hasEdges: pair.edges.flat().some((signs) => signs !== "") });
  fold(pair);
}

function answerOf(html, [start, end]) {
  const element = document.createElement("div");
  if (start) element.append(edge(`Begins with ${start}`));
  element.append(rich(html));
  if (end) element.append(edge(`Ends with ${end}`));
  return element;
}

function turn(speaker, html) {
  const names = { system: "System", user: "User", assistant: "Assistant", prompt: "Prompt" };
  const element = document.createElement("section");
  element.className = `turn turn-${speaker}`;
  const name = document.createElement("span");
  name.className = "speaker";
  name.textContent = names[speaker];
  element.append(name, rich(html));
  return element;
}

function rich(html) {
  const element = document.createElement("div");
  element.className = "text";
  element.dir = "auto";
  element.innerHTML = html;
  withCopyButtons(element);
  if (html.length > LONG) giveRoom(element);
  return element;
}

function edge(words) {
  const element = document.createElement("div");
  element.className = "edge";
  element.textContent = words;
  return element;
}
