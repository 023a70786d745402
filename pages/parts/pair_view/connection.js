// Streamlit lays a dialog of its own over everything some seconds after the server has gone. This screen says what it
// waits for and keeps every decision, so the dialog is closed as it opens; then it stays closed until the server is back.

class ConnectionDialog {
  constructor() {
    this.watch = new MutationObserver(() => this.close());
    this.watch.observe(document.body, { childList: true, subtree: true }); // sees nothing of what lies in this screen
    this.close();
  }

  close() {
    for (const dialog of document.querySelectorAll('[data-testid="stDialog"] [role="dialog"]')) {
      if (dialog.querySelector("h2")?.textContent !== "Connection error") continue;
      dialog.querySelector('button[aria-label="Close"]')?.click();
    }
  }

  stop() {
    this.watch.disconnect();
  }
}
