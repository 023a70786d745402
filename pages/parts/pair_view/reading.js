// What makes two long answers easy to read: differences marked, both scrolled together, beginnings folded.

class Reading {
  constructor({ screen, preferences, keymap }) {
    this.screen = screen;
    this.keymap = keymap;
    this.preferences = preferences;
    for (const deck of screen.decks) {
      deck.left.addEventListener("scroll", () => this.follow(deck.left, deck.right), { passive: true });
      deck.right.addEventListener("scroll", () => this.follow(deck.right, deck.left), { passive: true });
    }
    for (const name of ["difference", "together"]) screen.pressed(name, this.is(name));
  }

  is(name) {
    return this.preferences.get(name, false) === true;
  }

  toggle(name) {
    this.preferences.set(name, !this.is(name));
    this.screen.pressed(name, this.is(name));
    if (name === "difference") this.markOrClear();
    else if (this.is(name)) this.screen.front.right.scrollTop = this.screen.front.left.scrollTop;
  }

  markOrClear() {
    if (this.is("difference")) this.mark(this.screen.front);
    else for (const deck of this.screen.decks) deck.marks.clear();
  }

  // Everything that can be done before a pair is seen.
  prepare(deck) {
    tellFold(deck.item, false, this.keymap.letter("beginning"));
    this.mark(deck);
  }

  mark(deck) {
    if (!this.is("difference") || deck.item === null) return;
    const trouble = deck.mark();
    if (trouble !== null && deck === this.screen.front) this.screen.note(trouble);
  }

  // Line by line: what stands beside each other stays beside each other; the shorter one waits at its end.
  follow(pane, other) {
    if (!this.is("together")) return;
    if (this.led === pane) this.led = null; // this one was moved by the other
    else if (other.scrollTop !== pane.scrollTop) {
      const before = other.scrollTop;
      other.scrollTop = pane.scrollTop;
      if (other.scrollTop !== before) this.led = other;
    }
  }

  unfold() {
    const { item, element } = this.screen.front;
    if (item === null) return;
    if (!item.folded) this.screen.note("These answers have no long beginning in common.");
    else {
      tellFold(item, element.classList.toggle("unfolded"), this.keymap.letter("beginning"));
      this.screen.front.fit();
    }
  }
}
