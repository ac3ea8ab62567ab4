// Local recordings on their way to the platform: piece by piece, each with its checksum, from where
// the platform says that it is. A recording leaves this computer only once the platform has checked
// that it is whole, or says that it must not be kept.

import { csrfToken } from "../frame.js";
import { holding, recordings } from "./kept_here.js";
import { lockOf } from "./recorder.js";
import { Sha256, sha256Base64 } from "./sha256.js";

const LOOK_MS = 2000;
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];
const PIECE = [256 << 10, 4 << 20]; // pieces grow while the line carries them, beside a live picture not
const QUICK_MS = 4000;
const BREATH_MS = 500;
const SLOWEST_KBIT = 100;
const PIECE_MS = 120_000;
const CHANGED_MOST = 3;
const GONE = { removed: "removed", lost: "too-old" };
export const LIVE_LOCK = "tongying-live";

/** Something that stops a recording for now (`wait`) or for this page (`fault`). */
class Stop extends Error {
  constructor(state, why) {
    super(why);
    Object.assign(this, { state, why });
  }
}

export class RecordingUploads {
  /** `before()`: something goes first; `elsewhere()`: another page needs the line. */
  constructor({ line, changed = () => {}, before = () => false, elsewhere = () => false }) {
    Object.assign(this, { line, changed, before, elsewhere });
    this.items = new Map(); // code -> what is shown of it
    this.retryAt = 0;
    this.tries = 0;
    [this.piece] = PIECE;
  }

  async start() {
    await this.look();
    setInterval(() => this.#pass(), LOOK_MS);
    addEventListener("online", () => this.soon());
    this.#pass();
  }

  /** Try now. */
  soon() {
    this.retryAt = 0;
    this.#pass();
  }

  /** Send one now, whatever the line is. */
  now(code) {
    const item = this.items.get(code);
    if (item) Object.assign(item, { forced: true, state: "waiting", why: "" });
    this.soon();
  }

  /** Read again what lies here. */
  async look() {
    const kept = await recordings.all();
    for (const code of this.items.keys()) {
      const item = this.items.get(code);
      if (!kept.some((one) => one.code === code) && !item.over) this.items.delete(code);
    }
    for (const one of kept) {
      const last = await recordings.lastChunk(one.code);
      const before = this.items.get(one.code) ?? { sent: 0, state: "waiting", why: "" };
      this.items.set(one.code, {
        ...before, ...one, state: before.state,
        size: last ? last.offset + last.size : 0, seconds: last?.seconds ?? 0, sha: last?.sha ?? null,
      });
    }
    this.changed();
  }

  async #pass() {
    if (this.passing || Date.now() < this.retryAt) return;
    this.passing = true;
    try {
      await this.look();
      await holding("tongying-recordings", () => this.#all());
    } catch (error) {
      console.error("recordings:", error);
    } finally {
      this.passing = false;
      this.changed();
    }
  }

  async #all() {
    const waiting = [...this.items.values()].filter((one) => !one.over && one.state !== "failed");
    waiting.sort((one, other) => one.started_at.localeCompare(other.started_at));
    for (const item of waiting) {
      // Whoever records holds the lock; when it is free the recording is over, however it ended.
      const free = await holding(lockOf(item.code), () => this.#bring(item));
      if (!free) this.#set(item, "recording");
    }
  }

  #set(item, state, why = "") {
    Object.assign(item, { state, why });
    this.changed();
  }

  async #bring(item) {
    try {
      await this.#steps(item);
      this.tries = 0;
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      this.#set(item, stop.state, stop.why);
      [this.piece] = PIECE;
      if (stop.state !== "waiting" || stop.why === "live") return;
      this.retryAt = Date.now() + WAITS_MS[Math.min(this.tries, WAITS_MS.length - 1)];
      this.tries += 1;
    }
  }

  async #steps(item) {
    if (!item.size) return this.#gone(item, "empty"); // it ended before its first second
    await this.#gate(item);
    const { code, mime, started_at } = item;
    let told = await this.#ask(item, "", "POST", JSON.stringify({ code, mime, started_at }));
    const hash = new Sha256(item.sha).hex();
    for (let changed = 0; told.state === "arriving"; changed += 1) {
      if (changed > CHANGED_MOST) throw new Stop("failed", "changed");
      await this.#pieces(item, told.arrived);
      const whole = { size: item.size, sha256: hash, seconds: item.seconds };
      // Bytes that the platform lacks or doubts come again.
      told = await this.#ask(item, `${code}/whole/`, "POST", JSON.stringify(whole), {}, [409]);
      if (told.status === 409) told = await this.#ask(item, `${code}/`, "GET");
    }
    if (told.state === "whole" && told.sha256 !== hash) throw new Stop("failed", "changed");
    return this.#gone(item, GONE[told.state] ?? "arrived");
  }

  async #pieces(item, arrived) {
    let here = arrived;
    item.sent = here;
    this.#set(item, "sending");
    while (here < item.size) {
      await this.#gate(item);
      const began = performance.now();
      const length = Math.min(this.line.live ? PIECE[0] : this.piece, item.size - here);
      const bytes = await recordings.bytes(item.code, here, length);
      if (bytes.length !== length) throw new Stop("failed", "unreadable");
      const told = await this.#ask(item, `${item.code}/`, "PATCH", bytes, {
        "Upload-Offset": String(here),
        "Upload-Checksum": `sha256 ${sha256Base64(bytes)}`,
      }, [409]);
      if (told.status === 409 && told.offset === null) throw new Stop("waiting", told.code);
      here = told.status === 409 ? told.offset : told.arrived;
      item.sent = here;
      this.tries = 0;
      this.#set(item, "sending");
      const took = performance.now() - began;
      this.piece = took < QUICK_MS ? Math.min(this.piece * 2, PIECE[1]) : PIECE[0];
      if (here < item.size) await this.#breathe(item, length, took);
    }
  }

  // Beside a live picture no more than half of what the line has to spare, as it is meanwhile.
  async #breathe(item, bytes, took) {
    for (let waited = took; !item.forced; waited += BREATH_MS) {
      const { spareKbit } = this.line;
      const due = (bytes * 8) / Math.max(spareKbit / 2, SLOWEST_KBIT);
      if (waited >= due) return;
      await new Promise((resolve) => { setTimeout(resolve, Math.min(BREATH_MS, due - waited)); });
    }
  }

  async #gate(item) {
    if (!navigator.onLine) throw new Stop("waiting", "offline");
    if (item.forced) return;
    const live = this.line.live ? !this.line.good : await this.elsewhere();
    if (live || this.before()) throw new Stop("waiting", "live");
  }

  async #gone(item, why) {
    await recordings.remove(item.code);
    Object.assign(item, { over: true, sent: item.size });
    this.#set(item, why === "arrived" ? "arrived" : "gone", why);
  }

  async #ask(item, path, method, body, headers = {}, known = []) {
    const kind = body instanceof Uint8Array ? "application/octet-stream" : "application/json";
    let answer;
    try {
      answer = await fetch(`${item.http}recordings/${path}`, {
        method, body, redirect: "manual", priority: "low", signal: AbortSignal.timeout(PIECE_MS),
        headers: { Accept: "application/json", "Content-Type": kind, "X-CSRFToken": csrfToken(), ...headers },
      });
    } catch {
      throw new Stop("waiting", "offline");
    }
    const { status } = answer;
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return { ...told, status };
    if (known.includes(status)) {
      const at = answer.headers.get("Upload-Offset");
      return { ...told, status, offset: at === null ? null : Number(at) };
    }
    if (status === 401 || answer.type === "opaqueredirect") throw new Stop("waiting", "signed-out");
    if (status === 403 || status === 404) throw new Stop("waiting", "not-yours");
    if (status === 400 && told.code === "recording.piece-changed") throw new Stop("waiting", "offline");
    if (status >= 400 && status < 500 && status !== 429) throw new Stop("failed", told.title ?? "");
    throw new Stop("waiting", "offline");
  }
}
