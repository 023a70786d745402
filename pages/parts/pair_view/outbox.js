// Decisions that the server has not acknowledged yet. An entry leaves only with its acknowledgement.
//
// Each entry lies in localStorage under a key of its own: two tabs never overwrite each other's list, and
// what one tab leaves behind the next one sends. Sending twice is harmless: the server knows the ids.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const BATCH = 50;
const BATCH_CHARACTERS = 200000; // rewritten answers may be long; the server reads a body of a few megabytes

class Outbox {
  constructor({ prefix, post, changed }) {
    this.prefix = `${prefix}unsaved:`;
    this.refusedPrefix = `${prefix}refused:`;
    this.post = post;
    this.changed = changed;
    this.entries = new Map();
    this.refused = new Map();
    this.durable = true; // false where the browser keeps nothing: then only this tab holds them
    this.trouble = null; // the last error, null while all is well
    this.failures = 0;
    this.sending = false;
    this.last = 0;
    this.load();
  }

  load() {
    try {
      for (const key of Object.keys(localStorage)) this.adopt(key, localStorage.getItem(key));
    } catch {
      this.durable = false;
    }
  }

  // An entry that another tab wrote or removed, or that lay there when this one opened.
  adopt(key, value) {
    for (const [prefix, kept] of [[this.prefix, this.entries], [this.refusedPrefix, this.refused]]) {
      if (!key?.startsWith(prefix)) continue;
      const id = key.slice(prefix.length);
      if (value === null) kept.delete(id);
      else kept.set(id, JSON.parse(value));
    }
  }

  add(entry) {
    this.last = Math.max(Date.now(), this.last + 1);
    entry.client_time = this.last;
    this.entries.set(entry.id, entry);
    this.write(this.prefix + entry.id, entry);
    this.changed();
    // After the frame that shows the next pair, which a request would hold up; the entry is kept already.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), 0);
  }

  has(pair) {
    for (const entry of this.entries.values()) if (entry.pair === pair) return true;
    return false;
  }

  inOrder() {
    return [...this.entries.values()].sort((a, b) => a.client_time - b.client_time);
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.sending || this.entries.size === 0) return;
    this.sending = true;
    try {
      this.settle(await this.post(this.batch()));
      this.trouble = null;
      this.failures = 0;
    } catch (error) {
      this.trouble = error;
      this.failures += 1;
    }
    this.sending = false;
    this.changed();
    if (this.entries.size > 0) this.timer = setTimeout(() => this.flush(), this.wait());
  }

  // The oldest ones, at least one.
  batch() {
    let characters = 0;
    const fits = (entry, place) => (characters += JSON.stringify(entry).length) <= BATCH_CHARACTERS || place === 0;
    const entries = this.inOrder().slice(0, BATCH);
    const end = entries.findIndex((entry, place) => !fits(entry, place));
    return end < 0 ? entries : entries.slice(0, end);
  }

  settle({ saved, refused }) {
    if (saved.length + refused.length === 0) throw new Error("The server acknowledged nothing.");
    for (const id of saved) this.remove(id);
    for (const { id, message } of refused) {
      this.refused.set(id, { message });
      this.write(this.refusedPrefix + id, { message });
      this.remove(id);
    }
  }

  // Nothing to wait for after a success; otherwise longer each time, a little apart from other people's.
  wait() {
    if (this.failures === 0) return 0;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.failures - 1));
    return wait * (0.8 + 0.4 * Math.random());
  }

  dismissRefused() {
    for (const id of this.refused.keys()) this.erase(this.refusedPrefix + id);
    this.refused.clear();
    this.changed();
  }

  remove(id) {
    this.entries.delete(id);
    this.erase(this.prefix + id);
  }

  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      this.durable = false;
    }
  }

  erase(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      this.durable = false;
    }
  }
}
