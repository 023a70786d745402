// The routes of the server. An error says in words what is waited for; `ended` means: reload.

const PATIENCE = 15000;

class Server {
  constructor(api, token) {
    this.api = api;
    this.token = token;
  }

  // past: what was decided before is wanted too, which costs the server more than the pairs.
  next({ limit, but, skipped = false, past = false }) {
    const day = new Date();
    day.setHours(0, 0, 0, 0); // the person's own midnight
    const asked = new URLSearchParams({ limit, but: but.join(","), day: day.getTime() });
    if (skipped) asked.set("skipped", "1");
    if (!past) asked.set("recent", "0");
    return this.ask(`next?${asked}`);
  }

  pair(id) {
    return this.ask(`pair/${encodeURIComponent(id)}`);
  }

  // The same pairs with the texts that they have now.
  again(items) {
    return this.ask(`again?pairs=${items.map(({ id, round }) => `${id}:${round}`).join(",")}`);
  }

  past() {
    return this.ask("past");
  }

  // The answers as they were written, for rewriting one.
  text(id) {
    return this.ask(`text/${encodeURIComponent(id)}`);
  }

  save(entries, { keepalive = false } = {}) {
    const body = JSON.stringify({ entries });
    return this.ask("decisions", { method: "POST", body, keepalive });
  }

  guidelines(seen) {
    return this.ask(`guidelines?seen=${seen}`);
  }

  prefer(values) {
    return this.ask("preferences", { method: "POST", body: JSON.stringify(values), keepalive: true });
  }

  // What was never answered is free for others at once; sent while the page closes.
  giveBack(pairs) {
    return this.ask("back", { method: "POST", body: JSON.stringify({ pairs }), keepalive: true });
  }

  async ask(path, options = {}) {
    const headers = { "x-pairloom-token": this.token };
    if (options.body) headers["content-type"] = "application/json";
    let response;
    try {
      response = await fetch(`${this.api}/${path}`, {
        ...options, headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      throw new Error(navigator.onLine ? "waiting for the server" : "waiting for the network");
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && answer !== null) return answer;
    const error = new Error(answer?.message ?? `the server answered ${response.status}`);
    error.ended = response.status === 403;
    throw error;
  }
}
