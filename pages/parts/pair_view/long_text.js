// A long text: only the blocks in view are laid out. Each of the others takes about the room that it will need, so
// that the scroll bar says how long the text is and does not jump.

const LONG = 12000; // characters of HTML from which on a text is long
const LINE = 1.6; // rem
const CODE_LINE = 1.3; // rem
const ACROSS = 66; // characters of a line

function giveRoom(text) {
  text.classList.add("long");
  for (const block of text.children) block.style.containIntrinsicBlockSize = `auto ${roomOf(block).toFixed(1)}rem`;
}

function isLong(pair) {
  return [pair.prompt, ...pair.answers].some((part) => part.querySelector(".long"));
}

function roomOf(block) {
  const lines = block.textContent.trim().split("\n");
  if (block.matches(".code-box")) return CODE_LINE * lines.length + 2.5; // its lines do not wrap; head and padding
  if (block.matches("table")) return 2.3 * block.querySelectorAll("tr").length;
  return LINE * lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / ACROSS)), 0);
}
