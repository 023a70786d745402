// Which words stand in one text alone: Ratcliff and Obershelp's longest matching runs, as on the review page
// (difflib.SequenceMatcher), over the words of the texts as they are read, whatever their markup.

const MOST_CHARACTERS = 100000; // of both together; 60,000 take about 20 ms
const SMALL = 40000; // words of one times words of the other, from which on frequent words start no run
// Chinese and Japanese signs one by one, for they stand without blanks.
const WORD = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|(?:(?![\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])[\p{L}\p{M}\p{N}_])+|[^\s]/gu;

// Two texts to two lists of [start, end), in UTF-16 units; null where they are too long to be compared.
function differences(one, other) {
  if (one.length + other.length > MOST_CHARACTERS) return null;
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const { inOne, inOther } = matched(a.words, b.words);
  return [runs(a, inOne), runs(b, inOther)];
}

function wordsOf(text) {
  const found = [...text.matchAll(WORD)];
  return { words: found.map(([word]) => word), starts: found.map(({ index }) => index) };
}

// Neighbours that differ are one run, with the blanks between them.
function runs({ words, starts }, shared) {
  const found = [];
  for (let at = 0; at < words.length; at += 1) {
    if (shared[at]) continue;
    const end = starts[at] + words[at].length;
    if (at > 0 && !shared[at - 1]) found.at(-1)[1] = end;
    else found.push([starts[at], end]);
  }
  return found;
}

// For each word of both texts 1 where it belongs to a run that both have.
function matched(a, b) {
  const [inOne, inOther] = [new Uint8Array(a.length), new Uint8Array(b.length)];
  const everywhere = placesOf(b);
  const rare = withoutFrequent(everywhere, b.length);
  const left = [[0, a.length, 0, b.length]];
  const lengths = [new Int32Array(b.length + 1), new Int32Array(b.length + 1)];
  while (left.length > 0) {
    const [aFrom, aTo, bFrom, bTo] = left.pop();
    const places = (aTo - aFrom) * (bTo - bFrom) < SMALL ? everywhere : rare;
    const [i, j, size] = longest(a, b, places, lengths, aFrom, aTo, bFrom, bTo);
    if (size === 0) continue;
    inOne.fill(1, i, i + size);
    inOther.fill(1, j, j + size);
    if (aFrom < i && bFrom < j) left.push([aFrom, i, bFrom, j]);
    if (i + size < aTo && j + size < bTo) left.push([i + size, aTo, j + size, bTo]);
  }
  return { inOne, inOther };
}

function placesOf(words) {
  const places = new Map();
  words.forEach((word, at) => {
    const found = places.get(word);
    if (found) found.push(at);
    else places.set(word, [at]);
  });
  return places;
}

// In a long text a word that is more than a hundredth of it starts no run, it only extends one: without this the
// frequent words of two long answers take seconds.
function withoutFrequent(places, count) {
  if (count < 200) return places;
  return new Map([...places].filter(([, found]) => found.length <= Math.floor(count / 100) + 1));
}

function longest(a, b, places, lengths, aFrom, aTo, bFrom, bTo) {
  let [bestA, bestB, best] = [aFrom, bFrom, 0];
  let [before, now] = lengths; // length of the run that ends with this word of b, one further on
  let [cleared, written] = [[], []];
  for (let i = aFrom; i < aTo; i += 1) {
    for (const j of places.get(a[i]) ?? []) {
      if (j < bFrom) continue;
      if (j >= bTo) break;
      const length = (now[j + 1] = before[j] + 1);
      written.push(j + 1);
      if (length > best) [bestA, bestB, best] = [i - length + 1, j - length + 1, length];
    }
    for (const at of cleared) before[at] = 0;
    cleared.length = 0;
    [before, now] = [now, before];
    [cleared, written] = [written, cleared];
  }
  for (const at of cleared) before[at] = 0;
  while (bestA > aFrom && bestB > bFrom && a[bestA - 1] === b[bestB - 1]) [bestA, bestB, best] = [bestA - 1, bestB - 1, best + 1];
  while (bestA + best < aTo && bestB + best < bTo && a[bestA + best] === b[bestB + best]) best += 1;
  return [bestA, bestB, best];
}
