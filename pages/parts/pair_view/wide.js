// What is wider than its pane: a formula is made a little smaller, anything else scrolls sideways, by keyboard too.

const SMALLEST = 0.75; // of the size of the text around it
const MAY_BE_WIDE = ".math-display, .text table, pre.code";

// Looked at one after the other, changed one after the other: a look after each change would be a layout each.
function easeWide(element) {
  const blocks = [...element.querySelectorAll(MAY_BE_WIDE), ...(element.matches(MAY_BE_WIDE) ? [element] : [])].filter(isLaidOut);
  for (const block of blocks) if (block.style.fontSize) block.style.fontSize = "";
  const shares = blocks.map((block) => block.clientWidth / block.scrollWidth);
  blocks.forEach((block, at) => {
    if (shares[at] < 1 && shares[at] >= SMALLEST && block.matches(".math-display")) {
      block.style.fontSize = `${Math.floor(shares[at] * 98) / 100}em`;
    }
  });
  const wide = blocks.map((block) => block.scrollWidth > block.clientWidth);
  blocks.forEach((block, at) => {
    block.classList.toggle("wide", wide[at]);
    if (!wide[at]) block.removeAttribute("tabindex"); // otherwise the deck lets it be focused
  });
}

// To measure a part of a long text that is out of view would lay it out; it is measured when it comes into view.
function isLaidOut(block) {
  return !block.closest(".long") || !TELLS_WHAT_IS_SEEN || block.checkVisibility({ contentVisibilityAuto: true });
}

const TELLS_WHAT_IS_SEEN = typeof ContentVisibilityAutoStateChangeEvent === "function";
