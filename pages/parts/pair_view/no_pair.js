// What stands in the place of a pair while there is none: why, and what the person can do about it.

// again: goes through what was skipped.
function sayWhyNoPair(screen, { pairs, count, again }) {
  const { trouble, more, asking } = pairs;
  if (trouble?.ended) screen.say("ended", trouble.message);
  else if (trouble) screen.say("trouble", `${sentence(trouble.message)} Your decisions are kept in this browser, and this screen tries again by itself.`);
  else if (more || asking) screen.say("loading", "Loading the next pairs.");
  else if (count?.pairs === 0) screen.say("empty", "There are no pairs yet. A lead of the project imports them on the Import page.");
  else if (count?.enough) screen.say("empty", count.enough);
  else sayAllIsDone(screen, count?.skipped ?? 0, again);
}

function sayAllIsDone(screen, skipped, again) {
  const words = skipped > 0 ? "Nothing is left for you but the pairs you skipped." : "Nothing is left for you to decide.";
  const offer = skipped > 0 && { words: `Show the ${number(skipped)} I skipped`, take: again };
  screen.say("empty", `${words} New pairs appear here by themselves.`, offer);
}

function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;
}
