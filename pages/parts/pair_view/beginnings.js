// Two answers that begin alike: what both say is folded away, and a button at the top says how much that is.

const LEAST_FOLDED = 400; // characters; less is read faster than a sentence about it

// Marks the blocks that both answers begin with, all but the last of them: the difference follows on that one.
function fold(item) {
  const [one, other] = item.answers.map((answer) => [...answer.querySelector(".text").children]);
  let same = 0;
  while (same < Math.min(one.length, other.length) && one[same].isEqualNode(other[same])) same += 1;
  const alike = same === one.length && same === other.length;
  const characters = one.slice(0, Math.max(0, same - 1)).reduce((sum, block) => sum + block.textContent.length, 0);
  item.folded = alike || characters < LEAST_FOLDED ? 0 : characters;
  if (item.folded === 0) return;
  for (const blocks of [one, other]) {
    for (const block of blocks.slice(0, same - 1)) block.classList.add("same");
    blocks[0].before(beginning());
  }
}

function beginning() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "beginning";
  button.dataset.action = "beginning";
  const words = document.createElement("span");
  words.className = "beginning-words";
  button.append(words, document.createElement("kbd"));
  return button;
}

function tellFold(item, unfolded, key) {
  for (const answer of item.answers) {
    const button = answer.querySelector(".beginning");
    if (!button) continue;
    button.querySelector(".beginning-words").textContent =
      `Both answers begin alike: ${number(item.folded)} characters ${unfolded ? "shown. Fold them" : "folded. Show them"}`;
    button.querySelector("kbd").textContent = key;
    button.setAttribute("aria-expanded", unfolded);
  }
}
