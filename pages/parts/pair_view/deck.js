// Prompt and two answers side by side. There are two decks: one is seen, the other one lies behind it with the
// next pair laid out already, so that a key press has nothing to do but to change their places.

class Deck {
  constructor(element, number) {
    this.element = element;
    this.item = null;
    this.prompt = element.querySelector(".prompt");
    this.left = element.querySelector(".left");
    this.right = element.querySelector(".right");
    this.marks = new Marks(`pairloom-${number}`);
    this.isRead = false; // it has been in front since it was filled
    element.addEventListener("contentvisibilityautostatechange", (event) => this.cameIntoView(event), { capture: true });
  }

  panes() {
    return [this.prompt, this.left, this.right];
  }

  fill(item) {
    while (!this.fillPart(item));
  }

  // One more pane, and true once all three hold the pair: a long answer is enough layout for one frame.
  fillPart(item) {
    const parts = [item.prompt, ...item.answers];
    const missing = parts.findIndex((part, at) => this.panes()[at].firstChild !== part);
    if (missing >= 0) {
      this.item = null; // no pair as a whole until the last part is there
      this.panes()[missing].replaceChildren(parts[missing]);
      return false;
    }
    this.item = item;
    this.isRead = false;
    this.marks.clear();
    this.element.classList.remove("unfolded");
    this.rewind();
    this.fit();
    return true;
  }

  // To its present width.
  fit() {
    easeWide(this.element);
    this.letFocus(!this.isBehind);
  }

  get isBehind() {
    return this.element.classList.contains("behind");
  }

  // A part of a long text, which was not laid out before.
  cameIntoView({ target, skipped }) {
    if (skipped) return;
    easeWide(target);
    this.letFocus(!this.isBehind, target);
  }

  rewind() {
    for (const pane of this.panes()) pane.scrollTop = 0;
    if (this.item.context.length > 0) this.bringTheQuestionIntoView();
  }

  // After a long conversation the turn that was answered must not lie below the edge.
  bringTheQuestionIntoView() {
    const pane = this.prompt;
    const below = this.item.prompt.lastElementChild.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    if (below > pane.clientHeight * 0.6) pane.scrollTop = below - 12;
  }

  mark() {
    return this.marks.show(this.left, this.right);
  }

  // Only the deck in front has the ids and can be focused or read out. It is told apart by opacity, which touches
  // one element: visibility is inherited, and a long pair has thousands of them (11 ms instead of 3).
  come(other) {
    other.stand({ behind: true });
    this.stand({ behind: false });
    this.prompt.style.height = other.prompt.style.height; // as high as the person has dragged it
    const focused = other.panes().indexOf(this.element.getRootNode().activeElement);
    if (focused >= 0) this.panes()[focused].focus({ preventScroll: true });
  }

  stand({ behind }) {
    this.isRead ||= !behind;
    this.element.classList.toggle("behind", behind);
    this.element.classList.remove("asleep");
    this.element.setAttribute("aria-hidden", behind);
    for (const name of ["prompt", "left", "right"]) this[name].id = behind ? "" : name;
    this.letFocus(!behind);
  }

  letFocus(yes, within = this.element) {
    const wide = within.matches(".wide") ? [within] : [];
    for (const part of [...wide, ...within.querySelectorAll(".prompt, .answer, .copy, .beginning, .wide")]) {
      part.tabIndex = yes ? 0 : -1;
    }
  }

  // The browser's own search must not find words of a pair that nobody sees yet.
  sleep() {
    this.element.classList.add("asleep");
  }
}
