// Going back: undo, redo, a decision of the list opened again, and more to say about the last one.
//
// `labelling` is the screen at work, of which this holds what was decided before the pair in front.

class GoingBack {
  constructor(labelling, root) {
    this.labelling = labelling;
    this.past = new Past(() => this.drawRecent());
    this.side = new Side(labelling.screen.parts.side, labelling.preferences);
    this.recent = new Recent(this.side.add("recent", "My last 20"), (entry) => this.reopen(entry));
    this.details = new Details(root, { server: labelling.server });
    this.waiting = false; // for a pair from the server
  }

  async undo() {
    if (this.past.last === undefined) await this.loadPast();
    const last = this.past.last;
    if (last === undefined) {
      this.labelling.screen.note(this.past.known ? "There is nothing to undo." : "Still loading: try again in a moment.");
      return;
    }
    const item = await this.itemOf(last);
    if (item === null) return;
    const entry = { id: newId(), pair: last.pair, choice: "undo", supersedes: last.id };
    const restored = this.past.takeBack(entry.id, item);
    // A decision that had replaced another one: taking it back puts the other one into effect again.
    item.supersedes = last.before === null ? null : entry.id;
    item.decision = restored && { ...restored, ...restored.said };
    if (!restored) this.labelling.counts.add(last.choice, -1);
    this.labelling.screen.press("undo");
    this.labelling.screen.note(restored ? "Put back as it was before." : "Taken back. Decide again.");
    this.bringForward(item);
    this.labelling.outbox.add(entry);
  }

  async redo() {
    if (this.past.undone.length === 0) await this.loadPast();
    const again = this.past.undone.at(-1);
    if (again === undefined) {
      this.labelling.screen.note("There is nothing to redo.");
      return;
    }
    const entry = { id: newId(), pair: again.pair, choice: "redo", redoes: again.id };
    const replaced = this.past.bringBack(entry.id).pair === this.labelling.current?.id ? this.labelling.current : null;
    if (!replaced?.decision) this.labelling.counts.add(again.choice, 1);
    this.labelling.screen.press("redo");
    this.labelling.screen.note(`Done again: ${verdictWords(again)}.`);
    this.labelling.outbox.add(entry);
    if (replaced === null) return;
    replaced.decision = replaced.draft = null;
    this.labelling.current = null;
    this.labelling.advance();
  }

  // A decision of the list is opened again, as it stands.
  async reopen(entry) {
    const item = await this.itemOf(entry);
    if (item === null) return;
    item.supersedes = entry.id;
    item.decision = { ...item.decision, ...entry, ...entry.said };
    this.bringForward(item);
    this.drawRecent();
  }

  // Back to the next pair; what was decided stays as it is.
  leave() {
    this.labelling.chooser.close();
    if (!this.labelling.current?.decision) return;
    this.labelling.current = null;
    this.labelling.advance();
    this.drawRecent();
  }

  sayMore() {
    const item = this.labelling.current;
    if (item === null) return;
    const choice = item.decision?.choice ?? null;
    const title = choice === null ? "Details of this pair" : `Details: ${verdictWords(item.decision)}`;
    const said = item.draft ?? item.decision ?? {};
    this.details.open({ title, choice, said, item, done: (more) => this.keepDetails(item, more) });
  }

  keepDetails(item, said) {
    const { decision } = item;
    if (decision) {
      this.labelling.record(item, { choice: decision.choice, strength: decision.strength ?? null }, said);
      return;
    }
    item.draft = said.reasons.length > 0 || said.comment || said.flag ? said : null;
    this.labelling.screen.stand(item);
  }

  async sayMoreOfLast() {
    const last = this.past.last;
    if (last === undefined) {
      this.labelling.screen.note("There is no decision yet to say more about.");
      return;
    }
    const item = await this.itemOf(last);
    if (item === null) return;
    const { choice, strength } = last;
    const said = last.said ?? item.decision ?? {};
    const done = (more) => this.replaceLast(last, item, { choice, strength: strength ?? null }, more);
    this.details.open({ title: `Your last decision: ${verdictWords(last)}`, choice, said, item, done });
  }

  // The pair in front stays there.
  replaceLast(last, item, verdict, said) {
    const entry = {
      id: newId(), pair: item.id, ...verdict, left: item.left_answer, round: item.round,
      guideline: this.labelling.guidelines.seen,
      project: this.details.asks.version, supersedes: last.id, text_seen: item.text, ...said,
      seconds_shown: last.seconds_shown ?? null, seconds_active: last.seconds_active ?? null,
    };
    this.past.add({ ...entry, said, item, when: Date.now() });
    this.labelling.outbox.add(entry);
    this.labelling.screen.note("Your last decision has these details now.");
  }

  toggleSide() {
    this.side.toggle();
    this.drawRecent();
  }

  drawRecent() {
    if (this.side?.isOpen) whenIdle(() => this.recent.draw(this.past.done, this.labelling.current?.id, this.past.known));
  }

  bringForward(item) {
    if (this.labelling.current !== null && this.labelling.current !== item && !this.labelling.current.decision) this.labelling.pairs.giveBack(this.labelling.current);
    this.labelling.pairs.drop(item.id);
    this.labelling.show(item);
  }

  // The pair of an entry, from the server where this page has not shown it; null where that cannot be now.
  async itemOf(entry) {
    if (entry.item) return entry.item;
    if (this.waiting) return null;
    this.waiting = true;
    const item = await this.fetchAgain(entry.pair);
    this.waiting = false;
    return item;
  }

  async fetchAgain(pair) {
    try {
      return build(await this.labelling.server.pair(pair));
    } catch (error) {
      this.labelling.screen.note(`The last pair cannot be shown again yet: ${error.message}.`);
      return null;
    }
  }

  // What was decided before this page was opened; asked for once, and again where the answer was lost.
  loadPast() {
    this.loading ??= this.askForPast().finally(() => (this.loading = null));
    return this.loading;
  }

  async askForPast() {
    if (this.past.known) return;
    const waiting = this.labelling.outbox.inOrder();
    try {
      this.past.adopt(await this.labelling.server.past(), waiting);
    } catch {
      // With the next pairs it is asked for again.
    }
  }
}
