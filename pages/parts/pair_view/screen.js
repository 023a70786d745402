// What is seen. Knows the elements, decides nothing.

class Screen {
  constructor(root) {
    this.root = root;
    this.parts = Object.fromEntries([...root.querySelectorAll("[id]")].map((part) => [part.id, part]));
    this.buttons = [...root.querySelectorAll("[data-choice]")];
    this.edgesKey = "";
    this.fit();
  }

  // Every button says its key, as printed on this person's keyboard.
  nameKeys(keymap) {
    for (const button of this.root.querySelectorAll("[data-choice], [data-action]")) {
      const action = button.dataset.choice ?? button.dataset.action;
      const key = button.querySelector("kbd");
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
  }

  show(item) {
    this.root.dataset.state = "pair";
    this.root.dataset.pair = item.id;
    this.parts.prompt.replaceChildren(item.prompt);
    this.parts.left.replaceChildren(item.answers[0]);
    this.parts.right.replaceChildren(item.answers[1]);
    for (const pane of this.panes()) pane.scrollTop = 0;
    if (item.context.length > 0) this.bringTheQuestionIntoView(item);
    this.parts.edges.textContent = item.hasEdges
      ? `Blanks around an answer are not shown and not released (${this.edgesKey} shows them).`
      : "";
    for (const button of this.buttons) button.disabled = false;
  }

  // After a long conversation the turn that was answered must not lie below the edge.
  bringTheQuestionIntoView(item) {
    const pane = this.parts.prompt;
    const below = item.prompt.lastElementChild.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    if (below > pane.clientHeight * 0.6) pane.scrollTop = below - 12;
  }

  // Instead of a pair: loading, empty or trouble, in words.
  say(state, words, action) {
    this.root.dataset.state = state;
    delete this.root.dataset.pair;
    this.parts.edges.textContent = "";
    this.parts["notice-text"].textContent = words;
    this.parts["notice-action"].hidden = !action;
    this.parts["notice-action"].textContent = action?.words ?? "";
    this.parts["notice-action"].onclick = action?.take ?? null;
    for (const button of this.buttons) button.disabled = button.dataset.choice !== "undo";
  }

  note(words) {
    this.parts.note.textContent = words;
    clearTimeout(this.noteTimer);
    if (words) this.noteTimer = setTimeout(() => this.note(""), 4000);
  }

  press(choice) {
    const button = this.buttons.find((candidate) => candidate.dataset.choice === choice);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), 140);
  }

  counts({ today, mine, skipped, decided, pairs }) {
    const skips = skipped > 0 ? ` · ${number(skipped)} skipped` : "";
    this.parts.counts.textContent = `You: ${number(today)} today, ${number(mine)} in all${skips}`;
    this.parts.project.textContent = `Project: ${number(decided)} of ${number(pairs)} pairs decided`;
    const share = pairs > 0 ? Math.min(100, (100 * decided) / pairs) : 0;
    this.parts.bar.style.width = `${share}%`;
    this.parts.bar.parentElement.setAttribute("aria-valuenow", Math.round(share));
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

  scroll(amount) {
    for (const id of ["left", "right"]) {
      const pane = this.parts[id];
      pane.scrollTop += amount * (Math.abs(amount) === 1 ? pane.clientHeight * 0.85 : 1);
    }
  }

  panes() {
    return [this.parts.prompt, this.parts.left, this.parts.right];
  }
}

function plural(count) {
  return `${number(count)} ${count === 1 ? "decision" : "decisions"}`;
}

function number(value) {
  return value.toLocaleString("en");
}
