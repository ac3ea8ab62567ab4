// Who is connected to whom: one connection (`Pair`) for each other page in the room. A page is
// known by a name of its own that outlives its socket: when the line was away and the socket comes
// back under another address, a connection that still works is kept, and one that does not is made
// anew, without anybody being invited again. Two that do not reach one another speak through the
// platform's relay: their signals go `via` it, which puts itself in the place of both; what it
// passes on stays sealed from end to end.

import { Pair } from "./pair.js";

const CONNECT_MS = 6000; // a pair that needs longer takes the relay
const ASK_AGAIN_MS = 2500;
const MISSING_MS = 12000; // not in the list of people so long: nobody is in the room unseen
const LOOK_MS = 500;
const SILENT_MS = 2500; // a connection that says nothing for so long is cut
const RELAY = "relay";

/** All connections of this page. `send(message)` is the socket's, `heard` is told what happens. */
export class Mesh {
  constructor({ send, ice, heard, clockOffset, voiceKbit = 32 }) {
    this.send = send;
    this.ice = ice;
    this.heard = heard;
    this.clockOffset = clockOffset;
    this.voiceKbit = voiceKbit;
    this.tab = [...crypto.getRandomValues(new Uint8Array(9))].map((one) => one.toString(36)).join("");
    this.me = "";
    this.open = false; // whether the socket is there
    this.relay = false; // whether the platform has a relay
    this.others = new Map(); // tab -> {peer, member, pair, greeted, seenAt, ...}
    this.greeted = new Set();
    this.picture = null;
    this.voice = null;
    this.timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** The socket is there, under a new address. */
  welcome(peer, people, relay = false) {
    this.me = peer;
    this.relay = relay;
    this.open = true;
    this.greeted.clear();
    for (const other of this.others.values()) if (other.pair && !this.#works(other)) this.#end(other);
    this.people(people);
  }

  away() {
    this.open = false;
  }

  /** Who is in the room now. */
  people(people) {
    const now = performance.now();
    const there = new Set(people.map((one) => one.peer));
    this.members = new Map(people.map((one) => [one.peer, one.member]));
    for (const peer of there) if (peer !== this.me) this.#greet(peer, false);
    for (const other of this.others.values()) if (there.has(other.peer)) other.seenAt = now;
  }

  /** A signal of another page. */
  async signal(peer, data) {
    if (!data || typeof data.tab !== "string" || data.tab === this.tab) return;
    const other = this.#known(peer, data.tab);
    if (data.hello) {
      if (!data.answer) this.#greet(peer, true);
      other.clock = Number(data.clock) || 0;
      this.#meet(other);
      return;
    }
    if (data.again && this.#starts(other)) {
      if (!this.#begun(other)) this.#connect(other, Date.now(), this.relay && data.via === RELAY ? RELAY : "");
      return;
    }
    if (!data.description && !data.candidate) return;
    if (!other.pair || other.pair.generation !== data.generation) {
      if (this.#starts(other) || data.generation < (other.generation ?? 0)) return; // of one that is gone
      this.#connect(other, data.generation, data.via === RELAY ? RELAY : "");
    }
    try {
      await other.pair.take(data);
    } catch (error) {
      if (!other.pair?.over) this.heard.trouble(other, error);
    }
  }

  setPicture(track) {
    this.picture = track;
    return Promise.all(this.pairs().map(({ pair }) => pair.setPicture(track)));
  }

  setVoice(track) {
    this.voice = track;
    for (const { pair } of this.pairs()) pair.setVoice(track);
  }

  /** Those with a connection, whether or not it works now. */
  pairs() {
    return [...this.others.values()].filter((other) => other.pair);
  }

  /** Somebody was taken out: their connections end at once. */
  dropMember(member) {
    for (const other of [...this.others.values()]) if (other.member === member) this.#drop(other);
  }

  /** Connect anew to one page: through the relay, or directly. */
  through(other, via) {
    if (this.#starts(other)) this.#connect(other, Date.now(), via);
    else this.#say(other.peer, { again: true, via });
  }

  close() {
    clearInterval(this.timer);
    for (const other of [...this.others.values()]) this.#drop(other);
  }

  #known(peer, tab) {
    let other = this.others.get(tab);
    if (!other) {
      other = { tab, via: "", clock: 0 };
      this.others.set(tab, other);
    }
    other.peer = peer;
    other.member = this.members?.get(peer) ?? other.member;
    other.seenAt = performance.now();
    return other;
  }

  #starts(other) {
    return this.tab < other.tab;
  }

  #greet(peer, answer) {
    if (this.greeted.has(peer) && !answer) return;
    this.greeted.add(peer);
    this.#say(peer, { hello: true, answer, clock: Math.round(this.clockOffset()) });
  }

  #say(peer, data) {
    if (this.open) this.send({ t: "signal", to: peer, data: { tab: this.tab, ...data } });
  }

  // Both have said hello: what works is kept, what does not is made anew by the one who starts.
  #meet(other) {
    if (this.#begun(other) || this.#works(other)) return;
    if (this.#starts(other)) this.#connect(other, Date.now(), other.worked ?? "");
  }

  #begun({ pair }) {
    return Boolean(pair) && !pair.connectedAt && performance.now() - pair.born < ASK_AGAIN_MS;
  }

  #works(other) {
    const { pair } = other;
    return Boolean(pair?.connected) && performance.now() - pair.lastHeard < SILENT_MS;
  }

  #connect(other, generation, via) {
    this.#end(other);
    other.generation = generation;
    other.via = via;
    const way = via ? { via, for: other.tab } : {};
    const mine = () => other.pair === pair;
    const pair = new Pair({
      starts: this.#starts(other), generation, ice: this.ice(), voice: this.voice,
      voiceKbit: this.voiceKbit,
      say: (data) => mine() && this.#say(other.peer, { ...plain(data), generation, ...way }),
      heard: {
        connected: () => mine() && this.#connected(other),
        failed: (error) => mine() && this.#failed(other, error),
        picture: (stream, track) => mine() && this.heard.picture(other, stream, track),
        voice: (stream, track) => mine() && this.heard.voice(other, stream, track),
        figures: (figures) => mine() && this.heard.figures(other, figures),
      },
    });
    other.pair = pair;
    this.heard.made?.(other);
    // Who starts offers voice, figures and picture together; the other adds its picture afterwards.
    if (this.picture && pair.starts) pair.setPicture(this.picture);
    else if (this.picture) pair.pc.addEventListener("signalingstatechange", () => this.#addPicture(pair));
  }

  #addPicture(pair) {
    if (pair.pc.signalingState === "stable" && !pair.show && this.picture) pair.setPicture(this.picture);
  }

  #connected(other) {
    other.worked = other.via; // the way to begin with after a cut
    this.heard.connected(other);
  }

  #failed(other, error) {
    if (error) this.heard.trouble(other, error);
    this.#again(other, other.pair?.connectedAt ? other.via : this.#otherWay(other));
  }

  // What did not connect one way tries the other.
  #otherWay(other) {
    return this.relay && !other.via ? RELAY : "";
  }

  #again(other, via = "") {
    const now = performance.now();
    if (!this.open || now - (other.asked ?? -Infinity) < ASK_AGAIN_MS) return;
    other.asked = now;
    this.through(other, via);
  }

  #look() {
    const now = performance.now();
    for (const other of [...this.others.values()]) {
      const { pair } = other;
      if (this.open && now - other.seenAt > MISSING_MS && !this.members?.has(other.peer)) {
        this.#drop(other);
      } else if (pair && this.members?.has(other.peer)) {
        other.seenAt = now;
        if (pair.connectedAt) {
          if (!this.#works(other)) this.#again(other, other.via);
        } else if (now - pair.born > CONNECT_MS && this.open) {
          this.#again(other, this.#otherWay(other));
        }
      } else if (!pair && this.open && this.members?.has(other.peer)) {
        this.#again(other, other.worked);
      }
    }
  }

  #end(other) {
    const { pair } = other;
    other.pair = null;
    if (!pair) return;
    pair.close();
    this.heard.ended(other);
  }

  #drop(other) {
    this.#end(other);
    this.others.delete(other.tab);
    this.heard.gone(other);
  }
}

// Descriptions and candidates as plain objects: what goes over the socket is JSON.
function plain({ description, candidate }) {
  if (description) return { description: { type: description.type, sdp: description.sdp } };
  return { candidate: candidate.toJSON() };
}
