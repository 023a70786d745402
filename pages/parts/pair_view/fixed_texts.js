// Texts that are here already and have been fixed since: asked for again, so that what a fix took out is seen no
// longer. The server says with every answer how many fixes it has seen.

class FixedTexts {
  constructor(labelling) {
    this.labelling = labelling;
    this.fixes = null;
  }

  async heardOf(fixes) {
    const before = this.fixes;
    this.fixes = fixes;
    if (before === null || before === fixes) return;
    const { back, current, pairs, server } = this.labelling;
    back.past.forgetTexts();
    const held = current === null ? pairs.ready : [current, ...pairs.ready];
    if (held.length === 0) return;
    try {
      for (const fresh of (await server.again(held)).pairs) this.replace(fresh);
    } catch {
      this.fixes = before; // with the next answer again
    }
    this.labelling.pairsChanged(null, false);
  }

  replace(fresh) {
    const { current, pairs } = this.labelling;
    const at = pairs.ready.findIndex(({ id }) => id === fresh.id);
    if (at >= 0 && pairs.ready[at].text !== fresh.text) pairs.ready[at] = anew(pairs.ready[at], fresh);
    if (current?.id !== fresh.id || current.text === fresh.text) return;
    this.labelling.show(build(anew(current, fresh)));
    this.labelling.screen.note("A fix has changed the text of this pair just now.");
  }
}

// New texts; what the person has said about the pair stays.
function anew({ supersedes, decision, draft }, fresh) {
  return { ...fresh, supersedes, decision, draft };
}
