// What is done and what is left: the server's counts, and between two of its answers our own along.

class Counts {
  constructor(screen) {
    this.screen = screen;
    this.now = null; // as the server tells them
    this.changes = 0; // grows with each decision here
  }

  // Taken over when nothing is under way; until then we count along. waiting: what is not saved yet.
  adopt(progress, quiet, waiting) {
    if (this.now === null) {
      this.now = { ...progress };
      for (const { choice } of waiting) {
        if (choice !== "undo") this.add(choice, 1);
      }
    } else if (quiet) {
      this.now = { ...progress };
    }
    this.screen.counts(this.now);
  }

  add(choice, by) {
    this.changes += 1;
    if (this.now === null || choice === "cannot_judge") return;
    const names = choice === "skip" ? ["skipped"] : ["today", "mine", ...(this.now.votes_per_pair === 1 ? ["decided"] : [])];
    for (const name of names) this.now[name] = Math.max(0, this.now[name] + by);
    this.screen.counts(this.now);
  }
}
