// What a screen reader says: what was decided, and which pair is there now. Said after the frame, never in its way.

const SAID = 140; // characters of a prompt

class Spoken {
  constructor(element) {
    this.element = element;
  }

  pair(item, decided) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const prompt = item.prompt.lastElementChild.querySelector(".text").textContent.trim();
      const start = prompt.length > SAID ? `${prompt.slice(0, SAID)}…` : prompt;
      this.element.textContent = `${decided ? `${decided}: noted. ` : ""}Next pair. ${start}`;
    }, 150);
  }
}
