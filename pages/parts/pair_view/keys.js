// Every action of the screen in one table: its name, what it is called, and its key in each set of keys.
//
// A key is a place (event.code, "Shift+" before it where shift is held), whatever is printed on it; "?" alone is
// a sign, because its place differs from keyboard to keyboard. To add an action, add a row here and a function
// in Labelling.actions.

const ACTIONS = [
  // action, label, group, keys: two hands, left hand alone, right hand alone
  { action: "left", label: "Left is better", group: "Decide", keys: ["KeyF", "KeyD", "KeyJ"] },
  { action: "right", label: "Right is better", group: "Decide", keys: ["KeyJ", "KeyF", "KeyK"] },
  { action: "tie", label: "Tie", group: "Decide", keys: ["KeyT", "KeyR", "KeyI"] },
  { action: "both_bad", label: "Both bad", group: "Decide", keys: ["KeyB", "KeyC", "KeyM"] },
  { action: "skip", label: "Skip", group: "Decide", keys: ["KeyS", "KeyX", "KeyN"] },
  { action: "cannot_judge", label: "Cannot judge: give it to somebody else", group: "Decide", keys: ["KeyX", "KeyB", "Slash"] },
  { action: "undo", label: "Undo", group: "Decide", keys: ["KeyU", "KeyZ", "KeyU"] },
  { action: "redo", label: "Redo", group: "Decide", keys: ["KeyR", "Shift+KeyZ", "Shift+KeyU"] },
  { action: "left_much", label: "Left is much better", group: "How much better", keys: ["KeyA", "Digit1", "Digit7"] },
  { action: "left_slightly", label: "Left is slightly better", group: "How much better", keys: ["KeyV", "Digit2", "Digit8"] },
  { action: "right_slightly", label: "Right is slightly better", group: "How much better", keys: ["KeyN", "Digit3", "Digit9"] },
  { action: "right_much", label: "Right is much better", group: "How much better", keys: ["KeyL", "Digit4", "Digit0"] },
  { action: "details", label: "Reasons, comment or flag for this pair", group: "Say more", keys: ["KeyE", "KeyE", "Semicolon"] },
  { action: "details_last", label: "Details of my last decision, or rewrite it", group: "Say more", keys: ["KeyM", "KeyS", "KeyL"] },
  { action: "difference", label: "Mark the words that differ", group: "Read", keys: ["KeyD", "KeyV", "KeyO"] },
  { action: "together", label: "Scroll both answers together", group: "Read", keys: ["KeyY", "KeyT", "KeyY"] },
  { action: "beginning", label: "Show the beginning that both share", group: "Read", keys: ["KeyO", "KeyG", "KeyH"] },
  { action: "edges", label: "Show blanks around the answers", group: "Read", keys: ["KeyW", "KeyW", "Comma"] },
  { action: "guidelines", label: "Guidelines", group: "Screen", keys: ["KeyG", "KeyQ", "KeyP"] },
  { action: "side", label: "My last 20 decisions", group: "Screen", keys: ["KeyP", "KeyA", "BracketLeft"] },
  { action: "help", label: "Keys and settings", group: "Screen", keys: ["?", "?", "?"] },
];

const SETS = ["Two hands", "Left hand alone", "Right hand alone"];
const FREE = /^(Shift\+)?(Key[A-Z]|Digit\d|Numpad\w+|Minus|Equal|Bracket(Left|Right)|Semicolon|Quote|Backquote|Backslash|Comma|Period|Slash|Intl\w+)$/;

class Keymap {
  // `kept` is what the person chose earlier: { set: 0 to 2, changed: { action: key } }.
  constructor(kept) {
    this.printed = null; // what this keyboard prints on each place, where the browser knows
    this.set = SETS[kept?.set] ? kept.set : 0;
    this.changed = Object.fromEntries(
      Object.entries(kept?.changed ?? {}).filter(([action, key]) => labelOf(action) && FREE.test(key)),
    );
    this.lay();
  }

  async learnLayout() {
    this.printed = (await navigator.keyboard?.getLayoutMap?.().catch(() => null)) ?? null;
  }

  // What the person chose comes first; a default whose key is taken by then has none.
  lay() {
    this.actionByKey = new Map(Object.entries(this.changed).map(([action, key]) => [key, action]));
    this.keyByAction = new Map(Object.entries(this.changed));
    for (const { action, keys } of ACTIONS) {
      const key = keys[this.set];
      if (this.keyByAction.has(action) || this.actionByKey.has(key)) continue;
      this.actionByKey.set(key, action);
      this.keyByAction.set(action, key);
    }
  }

  actionOf(event) {
    return this.actionByKey.get(keyOf(event)) ?? this.actionByKey.get(event.key);
  }

  // Gives an action another key. Returns null, or in one sentence why it cannot be had.
  change(action, key) {
    if (!FREE.test(key)) return "This key is needed to move around the page. Choose a letter, a digit or a sign.";
    const other = this.actionByKey.get(key);
    if (other !== undefined && other !== action) {
      return `${this.letterOf(key)} is the key of “${labelOf(other)}”. Choose another key, or give that one another first.`;
    }
    this.changed = { ...this.changed, [action]: key };
    this.lay();
    return null;
  }

  choose(set) {
    this.set = set;
    this.changed = {};
    this.lay();
  }

  // The letter that is printed on the key of an action; "" where it has none.
  letter(action) {
    const key = this.keyByAction.get(action);
    return key === undefined ? "" : this.letterOf(key);
  }

  letterOf(key) {
    const place = key.replace("Shift+", "");
    const name = this.printed?.get(place) ?? SIGNS[place] ?? place.replace(/^Key|^Digit/, "");
    return `${key === place ? "" : "⇧ "}${name.toUpperCase()}`;
  }

  // For aria-keyshortcuts, which separates by blanks and spells modifiers out.
  spoken(action) {
    return this.letter(action).replace("⇧ ", "Shift+");
  }

  kept() {
    return { set: this.set, changed: this.changed };
  }
}

const SIGNS = { Minus: "-", Equal: "=", Comma: ",", Period: ".", Slash: "/", Semicolon: ";", Quote: "'", BracketLeft: "[", BracketRight: "]", Backquote: "`", Backslash: "\\" };

function keyOf(event) {
  return `${event.shiftKey ? "Shift+" : ""}${event.code}`;
}

function labelOf(action) {
  return ACTIONS.find((row) => row.action === action)?.label;
}

function isTyping(event) {
  const element = event.composedPath()[0];
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}

// Whoever cannot see the pair cannot judge it.
function isBehindDialog(root) {
  return [...document.querySelectorAll('[role="dialog"], [aria-modal="true"]')].some((dialog) => !dialog.contains(root.getRootNode().host ?? root) && dialog.checkVisibility());
}
