// Marks on the words that only one of two answers has. They are painted over the rendered text (CSS custom
// highlights): no element is added or taken away, so tables, code and formulas stay what they are.

const NO_WORDS = ".edge, .language, .beginning, .copy";
const BLOCKS = new Set(["P", "LI", "PRE", "TD", "TH", "DIV", "BLOCKQUOTE", "BR", "HR", "H1", "H2", "H3", "H4", "H5", "H6"]);

class Marks {
  constructor(name) {
    this.name = name;
    this.shown = false;
  }

  // Returns null, or in one sentence why nothing is marked.
  show(left, right) {
    if (this.shown) return null;
    if (!CSS.highlights) return "This browser cannot mark words; a newer one can.";
    const sides = [left, right].map(read);
    const found = differences(...sides.map(({ text }) => text));
    if (found === null) return "These answers are too long to be compared word by word.";
    const ranges = sides.flatMap((side, number) => rangesOf(side, found[number]));
    CSS.highlights.set(this.name, new Highlight(...ranges));
    this.shown = true;
    return null;
  }

  clear() {
    if (this.shown) CSS.highlights.delete(this.name);
    this.shown = false;
  }
}

// The text of an answer as it is read, and where each of its text nodes begins in it.
function read(pane) {
  const nodes = [];
  const starts = [];
  let text = "";
  const walk = (parent) => {
    for (const child of parent.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        nodes.push(child);
        starts.push(text.length);
        text += child.data;
      } else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(NO_WORDS)) {
        walk(child);
        if (BLOCKS.has(child.tagName)) text += "\n"; // the last word of a block is not the first of the next
      }
    }
  };
  walk(pane);
  return { text, nodes, starts };
}

function rangesOf({ nodes, starts }, runs) {
  let [first, last] = [0, 0];
  return runs.map(([start, end]) => {
    while (first + 1 < nodes.length && starts[first + 1] <= start) first += 1;
    while (last + 1 < nodes.length && starts[last + 1] < end) last += 1;
    return new StaticRange({
      startContainer: nodes[first], startOffset: start - starts[first],
      endContainer: nodes[last], endOffset: Math.min(end - starts[last], nodes[last].length),
    });
  });
}
