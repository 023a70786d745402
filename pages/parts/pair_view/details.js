// What a decision may hold beyond its verdict: a dialog that is opened by a key, and never in the way of one.
//
// `said` is { reasons, comment, rewrite, flag }; a name that is missing was not said.

class Details {
  constructor(root, { server }) {
    this.server = server;
    this.parts = Object.fromEntries([...root.querySelectorAll('[id^="details"]')].map((part) => [part.id.replace("details-", ""), part]));
    this.dialog = this.parts.details;
    this.asks = { version: null, strength: false, reasons: [], reasons_required: false, comments: true, rewriting: true };
    this.chosen = new Set();
    this.done = null;
    this.parts.close.onclick = () => this.dialog.close();
    this.parts.form.onsubmit = (event) => this.submit(event);
    this.parts.reasons.onclick = (event) => this.toggle(event.target.closest("[data-reason]")?.dataset.reason);
    this.dialog.onclose = () => (this.done = null);
  }

  get isOpen() {
    return this.dialog.open;
  }

  // Another one than the verdict is asked for before it can be saved.
  mustAsk(choice, said) {
    return this.asks.reasons_required && isPreference(choice) && !said.reasons?.length;
  }

  // `original` is fetched only where the answer can be rewritten: the text as written, not as shown.
  async open({ title, choice, said, item, done }) {
    this.done = done;
    this.choice = choice;
    this.fill(title, said);
    const canRewrite = this.asks.rewriting && isPreference(choice);
    this.parts["rewrite-part"].hidden = !canRewrite;
    this.parts.rewrite.value = "";
    this.original = null;
    this.dialog.showModal();
    const first = this.parts.reasons.firstElementChild ?? (this.asks.comments ? this.parts.comment : this.parts.flag);
    first.focus();
    if (canRewrite) await this.offerRewrite(item, choice, said);
  }

  fill(title, said) {
    this.parts.title.textContent = title;
    this.parts.hint.textContent = "";
    this.parts["reasons-part"].hidden = this.asks.reasons.length === 0;
    this.parts["comment-part"].hidden = !this.asks.comments;
    this.chosen = new Set(said.reasons ?? []);
    this.parts.comment.value = said.comment ?? "";
    this.parts.flag.value = said.flag ?? "";
    this.drawReasons();
  }

  async offerRewrite(item, choice, said) {
    const field = this.parts.rewrite;
    field.disabled = true;
    try {
      item.texts ??= (await this.server.text(item.id)).answers;
      this.original = item.texts[choice === "left" ? 0 : 1];
      field.value = said.rewrite ?? this.original;
      field.disabled = false;
    } catch (error) {
      this.parts.hint.textContent = `The answer cannot be rewritten yet: ${error.message}.`;
    }
  }

  drawReasons() {
    this.parts.reasons.replaceChildren(...this.asks.reasons.map((reason, number) => this.chip(reason, number)));
  }

  chip(reason, number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.dataset.reason = reason;
    button.setAttribute("aria-pressed", this.chosen.has(reason));
    button.append(reason, " ", digit(number));
    return button;
  }

  toggle(reason) {
    if (reason === undefined) return;
    if (!this.chosen.delete(reason)) this.chosen.add(reason);
    this.drawReasons();
  }

  // True where the event has been used up: behind the dialog no key decides anything.
  keydown(event) {
    if (!this.isOpen) return false;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(event);
    else if (/^Digit[1-9]$/.test(event.code) && !isTyping(event)) this.toggle(this.asks.reasons[Number(event.code.at(-1)) - 1]);
    return true;
  }

  submit(event) {
    event.preventDefault();
    const said = this.read();
    if (this.mustAsk(this.choice, said)) {
      this.parts.hint.textContent = "This project asks for a reason: choose at least one.";
      return;
    }
    const done = this.done;
    this.dialog.close();
    done?.(said);
  }

  read() {
    const written = this.parts.rewrite.value;
    const rewritten = this.original !== null && written.trim() !== "" && written.trim() !== this.original.trim();
    return {
      reasons: this.asks.reasons.filter((reason) => this.chosen.has(reason)),
      comment: this.parts.comment.value.trim(),
      rewrite: rewritten ? written : null,
      flag: this.parts.flag.value.trim() || null,
    };
  }
}

// The row of reasons that opens after the verdict where one is required: one more key finishes.
class Chooser {
  constructor(element) {
    this.element = element;
    this.done = null;
    element.onclick = (event) => this.take(event.target.closest("[data-reason]")?.dataset.reason);
  }

  get isOpen() {
    return this.done !== null;
  }

  ask(words, reasons, done) {
    this.reasons = reasons;
    this.done = done;
    const chips = reasons.map((reason, number) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.dataset.reason = reason;
      button.append(reason, " ", digit(number));
      return button;
    });
    this.element.replaceChildren(`${words}. Why? `, ...chips);
    this.element.hidden = false;
  }

  // True where the event has been used up. Any other key of the screen withdraws the question.
  keydown(event) {
    if (!this.isOpen) return false;
    const number = "123456789".indexOf(event.code.replace(/^(Digit|Numpad)/, ""));
    if (number >= 0 && this.reasons[number] !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.take(this.reasons[number]);
      return true;
    }
    if (event.key === "Escape") this.close();
    return event.key === "Escape";
  }

  take(reason) {
    const done = this.done;
    if (reason === undefined || done === null) return;
    this.close();
    done(reason);
  }

  close() {
    this.done = null;
    this.element.hidden = true;
  }
}

function digit(number) {
  const key = document.createElement("kbd");
  key.textContent = number < 9 ? number + 1 : "";
  key.hidden = number > 8;
  return key;
}

function isPreference(choice) {
  return choice === "left" || choice === "right";
}
