// The dialog behind "?": the present keys, each of which can be changed.

const HINT = "Choose a key to change it.";

class Help {
  constructor(root, { keymap, changed, preferences }) {
    this.keymap = keymap;
    this.changed = changed;
    const part = (id) => root.getElementById(id);
    this.dialog = part("help");
    this.hint = part("help-hint");
    this.groups = part("help-groups");
    this.sets = part("help-set");
    this.waiting = null; // the action whose next key is asked for
    this.sets.append(...SETS.map((name, number) => new Option(name, number)));
    this.sets.onchange = () => this.choose(Number(this.sets.value));
    const breaks = part("help-breaks");
    breaks.value = preferences.get("breaks", USUAL);
    breaks.onchange = () => preferences.set("breaks", Number(breaks.value));
    part("help-close").onclick = () => this.dialog.close();
    this.dialog.onclose = () => this.wait(null);
    this.dialog.onclick = (event) => this.clicked(event);
  }

  get isOpen() {
    return this.dialog.open;
  }

  open() {
    this.draw();
    this.wait(null);
    this.dialog.showModal();
  }

  clicked(event) {
    if (event.target === this.dialog) this.dialog.close(); // the ground around it
    const action = event.target.closest("[data-action]")?.dataset.action;
    if (action) this.wait(action === this.waiting ? null : action);
  }

  // While the dialog is open no key decides anything. True where the event has been used up.
  keydown(event) {
    if (!this.isOpen) return false;
    if (this.waiting === null) {
      if (this.keymap.actionOf(event) === "help") this.dialog.close();
      return true;
    }
    if (["Tab", "Enter", " "].includes(event.key)) return true;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") this.wait(null);
    else if (!["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(event.key)) this.give(event);
    return true;
  }

  give(event) {
    const action = this.waiting;
    const key = event.ctrlKey || event.altKey || event.metaKey ? "" : keyOf(event);
    const conflict = this.keymap.change(action, key);
    if (conflict !== null) {
      this.hint.textContent = conflict;
      return;
    }
    this.wait(null);
    this.hint.textContent = `“${labelOf(action)}” is now on ${this.keymap.letter(action)}.`;
    this.changed();
    this.draw();
    this.groups.querySelector(`[data-action="${action}"]`).focus();
  }

  choose(set) {
    this.keymap.choose(set);
    this.changed();
    this.draw();
  }

  wait(action) {
    this.waiting = action;
    this.hint.textContent = action === null ? HINT : `Press the new key for “${labelOf(action)}”, or Esc to leave it.`;
    for (const button of this.groups.querySelectorAll("[data-action]")) {
      button.classList.toggle("pressed", button.dataset.action === action);
    }
  }

  draw() {
    this.sets.value = this.keymap.set;
    const names = [...new Set(ACTIONS.map((row) => row.group))];
    this.groups.replaceChildren(...names.map((name) => this.group(name)));
  }

  group(name) {
    const element = document.createElement("section");
    const title = document.createElement("h3");
    title.textContent = name;
    element.append(title, ...ACTIONS.filter((row) => row.group === name).map((row) => this.row(row)));
    return element;
  }

  row({ action, label }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "key-row";
    button.dataset.action = action;
    const key = document.createElement("kbd");
    key.textContent = this.keymap.letter(action) || "none";
    button.append(label, key);
    return button;
  }
}
