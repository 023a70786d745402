// One person labelling: a key press becomes an entry in the outbox, and the next pair is there.

const AFTER_PAINT = 60; // ms
const BEFORE_KEY = 80; // ms after that: the next key counts from 200 ms on, and finds the next pair laid out
const SCROLL = { ArrowDown: 60, ArrowUp: -60, PageDown: 1, PageUp: -1 };

class Labelling {
  constructor(root, data) {
    this.settle = data.settle_seconds * 1000;
    this.server = new Server(data.api, data.token);
    this.screen = new Screen(root);
    this.preferences = new Preferences(this.server, data.preferences, (error) =>
      this.screen.note(`Your settings could not be saved. ${sentence(error.message)}`));
    this.keymap = new Keymap(this.preferences.get("keys"));
    this.help = new Help(root.getRootNode(), {
      keymap: this.keymap, preferences: this.preferences, changed: () => this.keysChanged(),
    });
    this.keymap.learnLayout().then(() => this.screen.nameKeys(this.keymap));
    this.reading = new Reading({ screen: this.screen, preferences: this.preferences, keymap: this.keymap });
    this.guidelines = new Guidelines({ screen: this.screen, server: this.server, preferences: this.preferences });
    // What a key or a button does; whatever is not here is a decision.
    this.actions = {
      edges: () => this.screen.toggleEdges(),
      undo: () => this.back.undo(),
      redo: () => this.back.redo(),
      details: () => this.back.sayMore(),
      details_last: () => this.back.sayMoreOfLast(),
      side: () => this.back.toggleSide(),
      help: () => this.help.open(),
      guidelines: () => this.guidelines.toggle(),
      difference: () => this.reading.toggle("difference"),
      together: () => this.reading.toggle("together"),
      beginning: () => this.reading.unfold(),
    };
    this.clock = new Clock();
    this.breaks = new Breaks({ screen: this.screen, clock: this.clock, preferences: this.preferences });
    this.dialog = new ConnectionDialog();
    this.spoken = new Spoken(this.screen.parts.spoken);
    this.current = null;
    this.back = new GoingBack(this, root.getRootNode());
    this.chooser = new Chooser(this.screen.parts.chooser);
    this.counts = new Counts(this.screen);
    this.outbox = new Outbox({
      prefix: `pairloom:${data.workspace}:${data.annotator}:`,
      post: (entries) => this.server.save(entries),
      changed: () => this.outboxChanged(),
    });
    this.fixed = new FixedTexts(this);
    this.pairs = new Pairs({
      server: this.server,
      busy: () => this.busy(),
      knowsPast: () => this.known,
      stamp: () => (this.outbox.entries.size === 0 ? this.counts.changes : null),
      changed: (answer, quiet) => this.pairsChanged(answer, quiet),
      heardOfFixes: (fixes) => this.fixed.heardOf(fixes),
    });
    this.listen(root);
    this.outboxChanged();
    this.advance();
    this.outbox.flush();
  }

  listen(root) {
    this.ending = new AbortController();
    const on = (target, name, handler, options) =>
      target.addEventListener(name, handler, { ...options, signal: this.ending.signal });
    on(window, "keydown", (event) => this.keydown(event), { capture: true });
    on(root, "click", (event) => this.click(event));
    for (const name of ["pointermove", "pointerdown", "wheel"]) {
      on(window, name, () => this.clock.sign(), { passive: true });
    }
    on(window, "focus", () => this.clock.sign());
    on(window, "blur", () => this.clock.left());
    on(document, "visibilitychange", () => this.clock.visibility());
    on(window, "resize", () => this.screen.fit());
    on(window, "online", () => this.lookAgain());
    on(window, "storage", (event) => this.otherTab(event));
    on(window, "pagehide", () => this.giveBack());
    on(window, "beforeunload", (event) => {
      if (!this.outbox.durable && this.outbox.entries.size > 0) event.preventDefault();
    });
  }

  keydown(event) {
    if (event.isComposing || this.help.keydown(event) || this.back.details.keydown(event)) return;
    if (event.defaultPrevented || isTyping(event) || isBehindDialog(this.screen.root)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "f") this.screen.search();
      return;
    }
    if (this.chooser.keydown(event)) return;
    const choice = this.keymap.actionOf(event);
    if (event.key === "Escape") this.back.leave();
    if (choice === undefined) {
      if (event.code in SCROLL && !event.shiftKey && !this.screen.panes().includes(event.composedPath()[0])) {
        event.preventDefault();
        this.screen.scroll(SCROLL[event.code]);
      }
      this.clock.sign();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.act(choice);
  }

  click(event) {
    const button = event.composedPath().find((element) => element.dataset?.choice ?? element.dataset?.action);
    if (event.composedPath()[0] === this.screen.parts["refused-dismiss"]) this.outbox.dismissRefused();
    if (!button || button.disabled) return;
    // After a click with the mouse the button lets go, or the next space bar would press it again.
    if (event.detail > 0) button.blur();
    this.act(button.dataset.choice ?? button.dataset.action);
  }

  act(name) {
    if (name in this.actions) this.actions[name]();
    else this.decide(name);
  }

  keysChanged() {
    this.preferences.set("keys", this.keymap.kept());
    this.screen.nameKeys(this.keymap);
  }

  decide(name) {
    const item = this.current;
    const verdict = this.verdict(name);
    if (item === null || verdict === null) return;
    if (this.clock.age() < this.settle) {
      this.screen.note("Too quick: this pair had only just appeared, so nothing was saved for it.");
      return;
    }
    this.screen.press(name);
    const said = saidOf(item, verdict.choice);
    this.chooser.close();
    if (!this.back.details.mustAsk(verdict.choice, said)) this.record(item, verdict, said);
    else this.chooser.ask(verdictWords(verdict), this.back.details.asks.reasons, (reason) => this.record(item, verdict, { ...said, reasons: [reason] }));
  }

  // Which answer, and how much better; null for a key that means nothing in this project.
  verdict(name) {
    const [, choice, how] = /^(left|right)(?:_(much|slightly))?$/.exec(name) ?? [null, name];
    if (!this.back.details.asks.strength) return how ? null : { choice, strength: null };
    return { choice, strength: isPreference(choice) ? { much: 3, slightly: 1 }[how] ?? 2 : null };
  }

  record(item, verdict, said) {
    if (this.current !== item) return; // it has gone while a reason was asked for
    const entry = {
      id: newId(), pair: item.id, ...verdict, left: item.left_answer, round: item.round,
      guideline: this.guidelines.seen,
      project: this.back.details.asks.version, supersedes: item.supersedes, text_seen: item.text, ...said, ...this.clock.read(),
    };
    this.screen.took(entry.seconds_active);
    this.decided = verdict.choice;
    this.back.past.add({ ...entry, said, item, when: Date.now() });
    // A pair that was decided before counts already.
    if (!item.decision) this.counts.add(verdict.choice, 1);
    item.decision = item.draft = null;
    this.current = null;
    this.outbox.add(entry);
    this.advance();
  }

  advance() {
    const item = this.pairs.take();
    if (item !== null) {
      this.show(item);
      setTimeout(() => this.pairs.fill(), 0); // after the frame, as the outbox
      return;
    }
    this.pairs.fill();
    this.explain();
  }

  show(item) {
    this.chooser.close();
    this.current = item;
    const prepared = this.screen.back.item === item;
    this.screen.show(item);
    if (!prepared) this.reading.prepare(this.screen.front);
    this.clock.restart();
    // The time counts from the frame that shows it.
    requestAnimationFrame(() => this.current === item && this.clock.restart());
    this.spoken.pair(item, labelOf(this.decided));
    this.decided = null;
    this.prepareNext();
  }

  // Not before the frame that shows the present pair is painted: that one has the machine to itself.
  prepareNext() {
    clearTimeout(this.preparing);
    this.preparing = setTimeout(() => whenIdle(() => this.layOutNext(), { within: BEFORE_KEY }), AFTER_PAINT);
  }

  layOutNext() {
    const next = this.pairs.next();
    if (this.current === null || next === null || this.screen.back.item === next) return;
    if (this.screen.prepare(next)) this.reading.prepare(this.screen.back);
    else requestAnimationFrame(() => whenIdle(() => this.layOutNext(), { within: BEFORE_KEY }));
  }

  explain() {
    this.current = null;
    sayWhyNoPair(this.screen, { pairs: this.pairs, count: this.counts.now, again: () => this.goThroughSkipped() });
  }

  goThroughSkipped() {
    this.pairs.askForSkipped();
    this.explain();
  }

  pairsChanged(answer, quiet) {
    if (answer !== null) {
      this.guidelines.heardOf(answer.guideline);
      this.back.loadPast();
      this.back.details.asks = answer.project;
      this.screen.strength(answer.project.strength);
      this.counts.adopt(answer.progress, quiet, this.outbox.entries.values());
    }
    if (this.current !== null) this.prepareNext();
    else if (this.pairs.ready.length > 0) this.advance();
    else this.explain();
  }

  busy() {
    const here = this.current === null ? [] : [this.current.id];
    return [...here, ...[...this.outbox.entries.values()].map((entry) => entry.pair)];
  }

  outboxChanged() {
    this.screen.saving(this.outbox);
  }

  otherTab({ key, newValue }) {
    this.outbox.adopt(key, newValue);
    this.outboxChanged();
    if (newValue === null || !key?.startsWith(this.outbox.prefix)) return;
    const { pair, choice } = JSON.parse(newValue);
    this.pairs.drop(pair);
    if (choice === "undo" || this.current?.id !== pair) return;
    this.screen.note("That pair has just been decided in another tab, so here is the next one.");
    this.current = null;
    this.advance();
  }

  lookAgain() {
    this.outbox.flush();
    this.pairs.fill();
  }

  renew(token) {
    if (token === this.server.token) return;
    this.server.token = token;
    this.lookAgain();
  }

  giveBack() {
    const here = this.current === null ? [] : [this.current];
    const pairs = [...here, ...this.pairs.ready].map((item) => item.id);
    if (pairs.length > 0) this.server.giveBack(pairs).catch(() => {});
  }

  end() {
    this.ending.abort();
    this.breaks.stop();
    this.dialog.stop();
    this.giveBack();
    this.pairs.stop();
    const left = this.outbox.inOrder();
    clearTimeout(this.outbox.timer);
    if (left.length > 0) this.server.save(left.slice(0, BATCH), { keepalive: true }).then((answer) => this.outbox.settle(answer), () => {});
  }
}

// What goes with a decision: what was said before it, and of an earlier one what still holds under this verdict.
function saidOf({ draft, decision }, choice) {
  if (draft) return draft;
  if (!decision) return {};
  const { reasons, comment, rewrite, flag } = decision;
  return decision.choice === choice ? { reasons, comment, rewrite, flag } : { comment, flag };
}

// randomUUID needs https; this does not.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const open = new WeakMap();

// Streamlit calls this again whenever data or theme change; the labelling goes on.
export default function ({ data, parentElement }) {
  const labelling = open.get(parentElement);
  if (labelling) labelling.renew(data.token);
  else open.set(parentElement, new Labelling(parentElement.querySelector(".pair-view"), data));
  return () => {
    open.get(parentElement)?.end();
    open.delete(parentElement);
  };
}
