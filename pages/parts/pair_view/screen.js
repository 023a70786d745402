// What is seen. Knows the elements, decides nothing.

const PACE_OF = 20; // decisions; fewer say little

class Screen {
  constructor(root) {
    this.root = root;
    this.parts = Object.fromEntries([...root.querySelectorAll("[id]")].map((part) => [part.id, part]));
    this.buttons = [...root.querySelectorAll("[data-choice]")];
    this.edgesKey = "";
    this.seconds = [];
    this.decks = [...root.querySelectorAll(".deck")].map((element, number) => new Deck(element, number));
    [this.front, this.back] = this.decks;
    this.front.come(this.back);
    this.fit();
  }

  // Every button says its key, as printed on this person's keyboard.
  nameKeys(keymap) {
    for (const button of this.root.querySelectorAll("[data-choice], [data-action]")) {
      const action = button.dataset.choice ?? button.dataset.action;
      const key = button.querySelector("kbd");
      if (key === null) continue;
      key.textContent = keymap.letter(action);
      key.hidden = key.textContent === "";
      button.setAttribute("aria-keyshortcuts", keymap.spoken(action));
    }
    this.edgesKey = keymap.letter("edges");
  }

  // The screen takes the height that the page leaves, so the action bar never moves.
  fit() {
    const top = this.root.getBoundingClientRect().top;
    if (top > 0) this.root.style.setProperty("--above", `${Math.round(top)}px`);
    if (this.front.item === null) return;
    this.front.fit();
    this.back.item = null; // laid out for another width
  }

  show(item) {
    this.root.dataset.state = "pair"; // first, or there is nothing yet that could be measured
    if (this.back.item !== item) this.back.fill(item);
    else if (this.back.isRead) this.back.rewind(); // which measures, and so must not happen at every key press
    [this.front, this.back] = [this.back, this.front];
    this.front.come(this.back);
    this.root.dataset.pair = item.id;
    this.parts.edges.textContent = item.hasEdges
      ? `Blanks around an answer are not shown and not released (${this.edgesKey} shows them).`
      : "";
    for (const button of this.buttons) button.disabled = false;
    this.stand(item);
  }

  // What the person has said about this pair already: their decision, or what goes with the one to come.
  stand({ decision, draft }) {
    for (const button of this.buttons) button.classList.toggle("stands", button.dataset.choice === nameOf(decision));
    if (decision) this.parts.standing.textContent = `You decided: ${verdictWords(decision)}. Esc leaves it so.`;
    else this.parts.standing.textContent = draft ? "Your details go with the decision." : "";
  }

  strength(asked) {
    this.root.toggleAttribute("data-strength", asked);
  }

  // Lay the pair out behind the one that is seen, a long one part by part; true once it is all there.
  prepare(item) {
    if (this.back.item === item) return true;
    if (isLong(item)) return this.back.fillPart(item);
    this.back.fill(item);
    return true;
  }

  // The browser's own search begins.
  search() {
    this.back.sleep();
  }

  // Instead of a pair: loading, empty or trouble, in words.
  say(state, words, action) {
    this.root.dataset.state = state;
    delete this.root.dataset.pair;
    this.parts.edges.textContent = this.parts.standing.textContent = "";
    this.parts["notice-text"].textContent = words;
    this.parts["notice-action"].hidden = !action;
    this.parts["notice-action"].textContent = action?.words ?? "";
    this.parts["notice-action"].onclick = action?.take ?? null;
    for (const button of this.buttons) button.disabled = !["undo", "redo"].includes(button.dataset.choice);
  }

  note(words) {
    this.parts.note.textContent = words;
    clearTimeout(this.noteTimer);
    if (words) this.noteTimer = setTimeout(() => this.note(""), 4000);
  }

  press(choice) {
    for (const button of this.buttons.filter((candidate) => candidate.dataset.choice === choice)) {
      button.classList.add("pressed");
      setTimeout(() => button.classList.remove("pressed"), 140);
    }
  }

  counts({ today, mine, skipped, decided, pairs }) {
    const skips = skipped > 0 ? ` · ${number(skipped)} skipped` : "";
    this.parts.counts.textContent = `You: ${number(today)} today, ${number(mine)} in all${skips}${this.pace()}`;
    this.parts.project.textContent = `Project: ${number(decided)} of ${number(pairs)} pairs decided`;
    const share = pairs > 0 ? Math.min(100, (100 * decided) / pairs) : 0;
    this.parts.bar.style.width = `${share}%`;
    this.parts.bar.parentElement.setAttribute("aria-valuenow", Math.round(share));
  }

  // Seconds of one decision; the screen says the usual of the last ones, to this person alone.
  took(seconds) {
    this.seconds = [...this.seconds.slice(-PACE_OF), seconds];
  }

  pace() {
    if (this.seconds.length < PACE_OF) return "";
    const middle = [...this.seconds].sort((a, b) => a - b)[PACE_OF >> 1];
    return ` · about ${middle < 1 ? 1 : Math.round(middle)} s each`;
  }

  // A save of a moment says nothing, so that the corner does not flicker for eight hours.
  saving(outbox) {
    const count = outbox.entries.size;
    this.root.dataset.unsaved = count;
    clearTimeout(this.savingTimer);
    const words = this.savingWords(outbox, count);
    const show = () => {
      this.parts.saving.textContent = words;
      this.parts.saving.classList.toggle("waiting", count > 0);
    };
    if (count > 0 && outbox.trouble === null) this.savingTimer = setTimeout(show, 400);
    else show();
    this.parts.refused.hidden = outbox.refused.size === 0;
    const [first] = outbox.refused.values();
    if (first) {
      this.parts["refused-text"].textContent = `${plural(outbox.refused.size)} could not be saved: ${first.message}`;
    }
  }

  savingWords(outbox, count) {
    if (count === 0) return "All decisions saved";
    const kept = outbox.durable ? "" : " Keep this tab open: the browser does not let them be stored.";
    return `${plural(count)} not saved yet: ${outbox.trouble?.message ?? "waiting for the server"}.${kept}`.replace("..", ".");
  }

  toggleEdges() {
    this.root.classList.toggle("show-edges");
  }

  besidePanel(open) {
    this.root.querySelector(".stage").classList.toggle("with-panel", open);
    this.root.querySelector('.tool[data-action="guidelines"]').setAttribute("aria-expanded", open);
    this.fit();
  }

  pressed(action, on) {
    this.root.querySelector(`[data-action="${action}"]`).setAttribute("aria-pressed", on);
  }

  scroll(amount) {
    for (const pane of [this.front.left, this.front.right]) {
      pane.scrollTop += amount * (Math.abs(amount) === 1 ? pane.clientHeight * 0.85 : 1);
    }
  }

  panes() {
    return this.front.panes();
  }
}

// The button of a decision.
function nameOf(decision) {
  if (!decision) return null;
  return { 1: `${decision.choice}_slightly`, 3: `${decision.choice}_much` }[decision.strength] ?? decision.choice;
}

function plural(count) {
  return `${number(count)} ${count === 1 ? "decision" : "decisions"}`;
}

function number(value) {
  return value.toLocaleString("en");
}
