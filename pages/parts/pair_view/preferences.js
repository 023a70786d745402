// How this person likes the screen. Kept by the server, so that it is the same in every browser they sit at.

class Preferences {
  constructor(server, values, failed) {
    this.server = server;
    this.values = values;
    this.failed = failed;
  }

  get(name, otherwise) {
    return this.values[name] ?? otherwise;
  }

  // In effect at once; the server hears of it when there is nothing else to do.
  set(name, value) {
    this.values[name] = value;
    this.server.prefer({ [name]: value }).catch((error) => this.failed(error));
  }
}
