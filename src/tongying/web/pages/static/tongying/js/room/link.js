// The room's line to the platform: a socket where there is one, HTTP where there is none. What is
// said waits in an outbox on this computer until the platform has kept it, so that a cut, a reload
// or a dead live role loses nothing; sent twice, it is there once.

import { csrfToken } from "../frame.js";

const PING_MS = 1000;
const DEAD_MS = 3500; // no word for so long: the line is cut, whatever the socket thinks
const OPEN_MS = 2500; // an attempt to connect that takes longer is given up for a fresh one
const RETRY_MS = [150, 400, 800, 1000];
const POLL_MS = 1500; // by HTTP, while there is no socket
const ACK_MS = 3000; // not kept over the socket for so long: sent by HTTP as well
const HTTP_MS = 8000;
const PAGE = 2000; // events that one answer over HTTP holds at most
const FINAL = ["removed", "ended", "gone"];

/** What is said and not yet known to be kept; it survives a reload. */
class Outbox {
  constructor(key) {
    this.key = key;
    this.items = new Map();
    try {
      for (const one of JSON.parse(localStorage.getItem(key) ?? "[]")) this.items.set(one.client_id, one);
    } catch { /* nothing was left */ }
  }

  add(one) { this.items.set(one.client_id, one); this.#save(); }

  remove(id) { if (this.items.delete(id)) this.#save(); }

  #save() {
    const left = [...this.items.values()].map(({ client_id, kind, body }) => ({ client_id, kind, body }));
    try {
      if (left.length) localStorage.setItem(this.key, JSON.stringify(left));
      else localStorage.removeItem(this.key);
    } catch { /* a full or closed store: the outbox lives as long as the page */ }
  }
}

class Link {
  constructor(config) {
    this.config = config;
    this.handlers = new Map();
    this.outbox = new Outbox(`tongying-room-${config.code}-${config.member}`);
    this.waiting = new Map(); // client_id -> { resolve, reject }
    this.last = 0;
    this.socket = null;
    this.way = "cut"; // live: by socket; web: by HTTP; cut
    this.peer = "";
    this.figures = null;
    this.rtt = null; // ms
    this.offset = null; // ms that the platform's clock is ahead of this one
    this.over = "";
    this.tries = 0;
    this.pings = new Map();
    this.begun = false;
  }

  // ---- for the page

  on(type, act) {
    this.handlers.set(type, [...(this.handlers.get(type) ?? []), act]);
    if (!this.started && type === "welcome") {
      this.started = true;
      queueMicrotask(() => this.#start());
    }
  }

  state() { return this.way; }

  /** The platform's present moment, in milliseconds since 1970. */
  now() { return Date.now() + (this.offset ?? 0); }

  /** Figures that go out with the next ping. */
  quality(figures) { this.figures = figures; }

  /** Send what is not kept; without a socket it is dropped. */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN && this.way === "live") {
      this.socket.send(JSON.stringify(message));
      return true;
    }
    return false;
  }

  /** Say something; resolves with the event once it is kept, rejects with why it was refused. */
  tell(kind, body = {}) {
    const said = { client_id: newId(), kind, body };
    this.outbox.add(said);
    const done = new Promise((resolve, reject) => this.waiting.set(said.client_id, { resolve, reject }));
    this.#push(said);
    return done;
  }

  // ---- the socket

  #start() {
    this.#connect();
    setInterval(() => this.#tick(), PING_MS);
    addEventListener("online", () => { this.tries = 0; this.#again(0); });
    document.addEventListener("visibilitychange", () => this.#tick());
    for (const said of this.outbox.items.values()) this.#push(said);
  }

  #connect() {
    if (this.over || this.socket) return;
    let socket;
    try { socket = new WebSocket(this.config.live); } catch { this.#again(); return; }
    this.socket = socket;
    this.heard = performance.now();
    const patience = setTimeout(() => this.#drop(socket), OPEN_MS);
    socket.addEventListener("open", () => {
      clearTimeout(patience);
      this.heard = performance.now();
      socket.send(JSON.stringify({
        t: "hello", after: this.last, was: this.peer,
        language: document.documentElement.lang.startsWith("en") ? "en" : "zh-hans",
      }));
    });
    socket.addEventListener("message", (event) => this.#hear(socket, event.data));
    socket.addEventListener("close", () => { clearTimeout(patience); this.#drop(socket); });
    socket.addEventListener("error", () => { /* close follows */ });
  }

  #drop(socket) {
    if (this.socket !== socket) return;
    this.socket = null;
    this.pings.clear();
    try { socket.close(); } catch { /* it is closed */ }
    if (this.over) return;
    if (this.way === "live") this.#turn("cut");
    this.#post(); // what the socket took and did not acknowledge goes first
    this.#poll();
    this.#again();
  }

  #again(wait = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]) {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.#connect(), wait);
  }

  #hear(socket, text) {
    if (this.socket !== socket) return;
    this.heard = performance.now();
    const message = JSON.parse(text);
    if (message.t === "welcome") {
      this.tries = 0;
      this.peer = message.peer;
      message.events = message.events.filter((event) => this.#seen(event));
      this.#turn("live");
      this.#emit("welcome", message);
      this.begun = true;
      for (const said of this.outbox.items.values()) this.#push(said);
      return;
    }
    if (message.t === "event") {
      if (this.#seen(message)) this.#emit("event", message);
    } else if (message.t === "ack") this.outbox.remove(message.client_id);
    else if (message.t === "pong") this.#pong(message);
    else if (message.t === "refused") this.#refused(message);
    else if (message.t === "gone") this.#leave(message.why);
    else this.#emit(message.t, message);
  }

  #leave(why) {
    if (FINAL.includes(why)) this.#end(why);
    // Otherwise the live role begins anew or found this line too slow: the page comes back.
  }

  #end(why) {
    if (this.over) return;
    this.over = why;
    this.socket?.close();
    clearTimeout(this.retry);
    for (const [id, { reject }] of this.waiting) {
      if (why !== "gone") this.outbox.remove(id); // the room does not take it any more
      reject({ code: "room.not-found", title: "" });
    }
    this.waiting.clear();
    this.#turn("cut");
    this.#emit("gone", { why });
  }

  #tick() {
    if (this.over) return;
    const { socket } = this;
    if (socket?.readyState === WebSocket.OPEN) {
      if (this.#isDead()) { this.#drop(socket); return; }
      if (this.way !== "live") return;
      const n = (this.pinged = (this.pinged ?? 0) + 1);
      this.pings.set(n, [performance.now(), Date.now()]);
      if (this.pings.size > 20) this.pings.delete(this.pings.keys().next().value);
      const message = { t: "ping", n, hidden: document.hidden };
      if (this.figures) { message.quality = this.figures; this.figures = null; }
      socket.send(JSON.stringify(message));
    } else {
      this.#poll();
    }
    this.#post();
  }

  /** Whether the line owes an answer for too long; a page behind others pings rarely. */
  #isDead() {
    const [unanswered] = this.pings.values();
    const since = this.way === "live" ? unanswered?.[0] : this.heard;
    return since !== undefined && performance.now() - Math.max(this.heard, since) > DEAD_MS;
  }

  #pong(message) {
    const sent = this.pings.get(message.n);
    if (!sent) return;
    this.pings.delete(message.n);
    const rtt = performance.now() - sent[0];
    const offset = Date.parse(message.now) - (sent[1] + rtt / 2);
    // The quickest of the last answers tells the clocks' difference best.
    if (this.rtt === null || rtt <= this.rtt * 1.2) this.offset = offset;
    this.rtt = this.rtt === null ? rtt : Math.min(rtt, this.rtt * 1.05 + 1);
    this.#emit("latency", { rtt, offset: this.offset });
  }

  // ---- by HTTP

  async #poll() {
    if (this.polling || this.over || this.way === "live") return;
    if (performance.now() - (this.polled ?? -POLL_MS) < POLL_MS) return;
    this.polling = true;
    this.polled = performance.now();
    try {
      const answer = await fetch(`${this.config.http}events/?after=${this.last}`, {
        headers: { Accept: "application/json" }, signal: AbortSignal.timeout(HTTP_MS), redirect: "error",
      });
      if (answer.status === 404) { this.#end("gone"); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = await answer.json();
      if (this.way === "cut" && !this.over) this.#turn("web");
      for (const event of page.events) if (this.#seen(event)) this.#emit("event", event);
      this.#emit("present", page);
      if (page.events.length >= PAGE) this.pollAgain = true;
      if (!this.begun) { this.begun = true; this.#emit("begun", {}); }
    } catch {
      if (this.way === "web") this.#turn("cut");
    } finally {
      this.polling = false;
      if (this.pollAgain) { this.pollAgain = false; this.#pollNow(); }
    }
  }

  #pollNow() {
    this.pollAgain = this.polling;
    this.polled = undefined;
    this.#poll();
  }

  /** Send by HTTP what is not kept, in the order it was said; beside a socket, what it owes too long. */
  async #post() {
    if (this.posting) return;
    this.posting = true;
    // What is said meanwhile is reached by the same loop, in its turn.
    for (const said of this.outbox.items.values()) {
      if (this.over) break;
      if (this.way === "live" && performance.now() - (said.sent ?? 0) <= ACK_MS) continue;
      if (!await this.#postOne(said)) break; // it stays in the outbox: again with the next tick
    }
    this.posting = false;
  }

  async #postOne({ client_id, kind, body }) {
    try {
      const answer = await fetch(`${this.config.http}events/`, {
        method: "POST",
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ client_id, kind, body }),
        signal: AbortSignal.timeout(HTTP_MS), redirect: "error",
      });
      const told = await answer.json().catch(() => null);
      if (answer.ok && told) {
        // Kept. It is shown in the one order of the log: with the next word of the line.
        this.#kept(told);
        this.#pollNow();
        return true;
      }
      if (answer.status < 500 && told?.code) {
        this.#refused({ client_id, code: told.code, title: told.title });
        return true;
      }
    } catch { /* the line is cut */ }
    return false;
  }

  // ---- what is said

  #push(said) {
    const { client_id, kind, body } = said;
    if (this.send({ t: "event", client_id, kind, body })) said.sent = performance.now();
    else this.#post();
  }

  /** Note an event of the log, which comes in its order; false where it is known already. */
  #seen(event) {
    if (event.id <= this.last) return false;
    this.last = event.id;
    if (event.client_id && event.author === this.config.member) this.#kept(event);
    return true;
  }

  #kept(event) {
    this.outbox.remove(event.client_id);
    this.waiting.get(event.client_id)?.resolve(event);
    this.waiting.delete(event.client_id);
  }

  #refused({ client_id, code, title }) {
    if (code === "server.error") return; // not kept, and not refused: it is sent again
    if (!client_id) return;
    this.outbox.remove(client_id);
    this.waiting.get(client_id)?.reject({ code, title });
    this.waiting.delete(client_id);
  }

  #turn(way) {
    if (this.way === way) return;
    this.way = way;
    this.#emit("state", way);
  }

  #emit(type, message) {
    for (const act of this.handlers.get(type) ?? []) {
      try { act(message); } catch (error) { console.error(`${type}:`, error); }
    }
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

/** Open the line of a room; it connects once somebody listens for the welcome. */
export function openLink(config) {
  return new Link(config);
}
