// Stills and clips on their way to the platform: kept in this browser until they arrived, tried
// again over cuts and reloads, a still before a clip.

import { csrfToken } from "../frame.js";
import { holding, pictures } from "./kept_here.js";

const LOOK_MS = 1000;
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000];
const SILENT_MS = 25_000; // an upload that does not move for so long is begun anew
const AGAIN = new Set([0, 408, 423, 425, 429, 500, 502, 503, 504]);

export class PictureQueue {
  constructor({ line, changed = () => {} }) {
    Object.assign(this, { line, changed });
    this.items = new Map(); // client_id -> what is shown of it
    this.retryAt = 0;
    this.tries = 0;
  }

  async start() {
    for (const one of await pictures.all()) this.#show(one);
    setInterval(() => this.#pass(), LOOK_MS);
    addEventListener("online", () => { this.retryAt = 0; this.#pass(); });
    this.#pass();
  }

  /** Put a still or clip on its way. Kept in this browser first; if that fails, sent from memory. */
  async add(picture) {
    const one = { ...picture, made_at: Date.now() };
    this.#show(one);
    await pictures.put(one).catch(() => { this.items.get(one.client_id).held = one; });
    this.#pass();
  }

  /** Whether something waits that goes before recordings. */
  get busy() {
    return [...this.items.values()].some((one) => one.state !== "failed" && one.state !== "held");
  }

  /** Send one now, whatever the line is. */
  now(id) {
    const item = this.items.get(id);
    if (!item) return;
    Object.assign(item, { state: "waiting", why: "", forced: true });
    this.retryAt = 0;
    this.#pass();
  }

  /** Forget one. */
  async drop(id) {
    this.items.delete(id);
    await pictures.remove(id);
    this.changed();
  }

  #show(one) {
    this.items.set(one.client_id, {
      id: one.client_id, kind: one.meta.kind, at: one.meta.captured_at, sent: 0, why: "",
      state: "waiting", made: one.made_at,
    });
    this.changed();
  }

  #next() {
    const waiting = [...this.items.values()].filter((one) => one.state !== "failed");
    waiting.sort((one, other) => (one.kind === "clip") - (other.kind === "clip") || one.made - other.made);
    for (const one of waiting) {
      const held = one.kind === "clip" && !one.forced && !this.line.bearsClip;
      one.state = held ? "held" : "waiting";
      if (!held) return one;
    }
    return null;
  }

  async #pass() {
    if (this.passing || Date.now() < this.retryAt || !this.items.size) return;
    this.passing = true;
    try {
      await holding("tongying-pictures", async () => {
        for (;;) {
          const item = this.#next();
          this.changed();
          if (!item || !(await this.#send(item))) return;
        }
      });
    } catch (error) {
      console.error("pictures:", error);
    } finally {
      this.passing = false;
    }
  }

  // Send one; says whether to go on with the next.
  async #send(item) {
    const one = item.held ?? (await pictures.all()).find((kept) => kept.client_id === item.id);
    if (!one) { // another page of this browser has sent it
      this.items.delete(item.id);
      return true;
    }
    item.state = "sending";
    const { status, title } = await post(one, (sent) => { item.sent = sent; this.changed(); });
    if (status === 200 || status === 201) {
      this.tries = 0;
      await this.drop(item.id);
      return true;
    }
    const signedOut = status === 401 || status === 302;
    if (!signedOut && !AGAIN.has(status)) {
      Object.assign(item, { state: "failed", why: title, forced: false });
      this.changed();
      return true;
    }
    Object.assign(item, { state: "waiting", why: signedOut ? "signed-out" : "offline", sent: 0 });
    this.retryAt = Date.now() + WAITS_MS[Math.min(this.tries, WAITS_MS.length - 1)];
    this.tries += 1;
    this.changed();
    return false;
  }
}

function post({ http, meta, blobs }, moved) {
  const form = new FormData();
  form.append("meta", JSON.stringify(meta));
  blobs.forEach((blob, place) => {
    form.append("frame", blob, `${place + 1}.${blob.type === "image/png" ? "png" : "jpg"}`);
  });
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let silent = 0;
    const alive = () => {
      clearTimeout(silent);
      silent = setTimeout(() => request.abort(), SILENT_MS);
    };
    request.upload.addEventListener("progress", (event) => {
      alive();
      if (event.total) moved(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(silent);
      // A log-in page is what a session that is over leads to.
      const led = request.responseURL && !new URL(request.responseURL).pathname.startsWith(http);
      resolve({ status: led ? 401 : request.status, title: titleOf(request.responseText) });
    });
    request.open("POST", `${http}pictures/`);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    alive();
    request.send(form);
  });
}

function titleOf(text) {
  try {
    return JSON.parse(text).title ?? "";
  } catch {
    return "";
  }
}
