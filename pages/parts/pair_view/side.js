// The panel beside the pair: a column of sections, shown or hidden by a key, as each person left it.

class Side {
  constructor(element, preferences) {
    this.element = element;
    this.preferences = preferences;
    this.sections = new Map();
    this.lay(preferences.get("side", {}).open === true);
  }

  // A section with a title; what it holds is its owner's, who puts it into the element that is returned.
  add(name, title) {
    const section = document.createElement("section");
    const head = document.createElement("h3");
    const body = document.createElement("div");
    section.dataset.section = name;
    head.textContent = title;
    head.id = `side-${name}`;
    section.setAttribute("aria-labelledby", head.id);
    section.append(head, body);
    this.sections.set(name, section);
    this.element.append(section);
    return body;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  toggle() {
    this.lay(!this.isOpen);
    this.preferences.set("side", { open: this.isOpen });
  }

  // Opens it if need be, and brings a section into view.
  reveal(name) {
    if (!this.isOpen) this.toggle();
    this.sections.get(name).scrollIntoView({ block: "nearest" });
  }

  lay(open) {
    this.element.hidden = !open;
    this.element.parentElement.classList.toggle("with-side", open);
    this.element.getRootNode().querySelector('[data-action="side"]')?.setAttribute("aria-pressed", open);
  }
}
