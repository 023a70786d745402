// "My last 20" in the side panel: each a button that opens its pair again.

const SHOWN = 20;

class Recent {
  constructor(body, open) {
    this.list = document.createElement("ol");
    this.list.className = "recent";
    this.empty = document.createElement("p");
    this.empty.className = "quiet-words";
    this.empty.textContent = "What you decide is listed here, and can be changed.";
    body.append(this.empty, this.list);
    this.open = open;
  }

  // Newest first. Elements are made only while the panel is seen: a key press must not wait for a list.
  // `known` is false until the server has told what was decided before: an empty list says nothing until then.
  draw(entries, current, known) {
    const newest = entries.slice(-SHOWN).reverse();
    this.empty.hidden = newest.length > 0 || !known;
    this.list.replaceChildren(...newest.map((entry) => this.row(entry, current)));
  }

  row(entry, current) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "recent-row";
    button.dataset.pair = entry.pair;
    if (entry.pair === current) button.setAttribute("aria-current", "true");
    const prompt = line("recent-prompt", entry.prompt || promptOf(entry.item) || "Prompt not loaded");
    const extra = hasDetails(entry) ? " · details" : "";
    const said = line("recent-said", `${verdictWords(entry)}${extra}`);
    const when = line("recent-when", timeOf(entry.when));
    button.append(prompt, said, when);
    button.onclick = () => this.open(entry);
    const item = document.createElement("li");
    item.append(button);
    return item;
  }
}

function line(name, words) {
  const element = document.createElement("span");
  element.className = name;
  element.dir = "auto";
  element.textContent = words;
  return element;
}

function promptOf(item) {
  return item?.prompt?.nodeType ? item.prompt.querySelector(".turn:last-child .text")?.textContent.slice(0, 160) : "";
}

function hasDetails({ details, said }) {
  return details || (said && Boolean(said.reasons?.length || said.comment || said.rewrite || said.flag));
}

function timeOf(milliseconds) {
  const when = new Date(milliseconds);
  const today = new Date().toDateString() === when.toDateString();
  const clock = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return today ? clock : `${when.toLocaleDateString([], { day: "numeric", month: "short" })} ${clock}`;
}
