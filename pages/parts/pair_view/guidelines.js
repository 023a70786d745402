// The guidelines beside the pair. A decision carries the version that the person had seen when they decided, so a
// version counts as seen once it has stood here; that there is a newer one is said and stops nobody.

class Guidelines {
  constructor({ screen, server, preferences }) {
    this.screen = screen;
    this.server = server;
    this.preferences = preferences;
    this.panel = screen.parts.guidelines;
    this.newest = this.seen;
  }

  get seen() {
    return this.preferences.get("guidelines", 0);
  }

  // What the server says with every handful of pairs.
  heardOf(version) {
    if (version <= this.newest) return;
    const first = this.preferences.get("guidelines") === undefined;
    this.newest = version;
    if (first || !this.panel.hidden) this.open(); // who has never seen any sees them before the first decision
    else this.say(`The guidelines have changed (version ${version}). See what is new`);
  }

  say(words) {
    const { changed } = this.screen.parts;
    this.screen.parts["changed-text"].textContent = words;
    changed.hidden = words === "";
  }

  toggle() {
    if (this.panel.hidden) this.open();
    else this.close();
  }

  async open() {
    try {
      this.draw(await this.server.guidelines(this.seen));
    } catch (error) {
      this.screen.note(`The guidelines cannot be shown yet: ${error.message}.`);
      return;
    }
    this.arrange(true);
    this.panel.scrollTop = 0;
  }

  draw({ version, changed, html, difference }) {
    const { parts } = this.screen;
    const when = changed === null ? "" : `, ${new Date(changed).toLocaleDateString(undefined, { dateStyle: "long" })}`;
    parts["guidelines-version"].textContent = version === 0 ? "As they come with Pairloom." : `Version ${version}${when}`;
    parts["guidelines-new"].hidden = difference === null || this.preferences.get("guidelines") === undefined;
    parts["guidelines-difference"].innerHTML = difference ?? "";
    parts["guidelines-text"].replaceChildren(rich(html));
    this.say("");
    this.newest = version;
    if (this.preferences.get("guidelines") !== version) this.preferences.set("guidelines", version);
  }

  close() {
    this.arrange(false);
    if (this.panel.contains(this.panel.getRootNode().activeElement)) this.panel.getRootNode().activeElement.blur();
  }

  arrange(open) {
    this.panel.hidden = !open;
    this.screen.besidePanel(open);
  }
}
