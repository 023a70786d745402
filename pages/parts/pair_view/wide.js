// What is wider than its pane: a formula is made a little smaller, anything else scrolls sideways, by keyboard too.

const SMALLEST = 0.75; // of the size of the text around it

function easeWide(element) {
  for (const block of element.querySelectorAll(".math-display, .text table, pre.code")) {
    block.style.fontSize = "";
    const share = block.clientWidth / block.scrollWidth;
    if (share < 1 && share >= SMALLEST && block.matches(".math-display")) {
      block.style.fontSize = `${Math.floor(share * 98) / 100}em`;
    }
    const wide = block.scrollWidth > block.clientWidth;
    block.classList.toggle("wide", wide);
    if (!wide) block.removeAttribute("tabindex"); // otherwise the deck lets it be focused
  }
}
