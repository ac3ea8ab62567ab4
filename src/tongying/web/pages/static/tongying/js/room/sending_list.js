// What is on its way from this computer, in words: stills, clips, recordings, each with how far it
// has come, what it waits for, and what one can do about it.

import { made, put } from "./words.js";

const NEWS_MS = 20_000; // how long it is shown that something arrived

export class SendingList {
  /** `summary`: the element with one sentence; `list`: the one with a line each. */
  constructor({ words, summary, list, pictures, recordings }) {
    Object.assign(this, { words, summary, list, pictures, recordings });
    this.arrived = new Map(); // recording -> when
    this.drawn = 0;
  }

  /** Draw soon; several changes at once are drawn once. */
  changed = () => {
    this.drawn ||= setTimeout(() => { this.drawn = 0; this.#draw(); }, 150);
  };

  #draw() {
    const pictures = [...this.pictures.items.values()];
    const recordings = [...this.recordings.items.values()].filter((one) => this.#shown(one));
    this.list.replaceChildren(
      ...pictures.map((one) => this.#picture(one)),
      ...recordings.map((one) => this.#recording(one)),
    );
    this.summary.textContent = this.#sentence(pictures, recordings);
    const bad = [...pictures, ...recordings].some((one) => one.state === "failed");
    this.summary.dataset.tone = bad ? "red" : "";
    this.summary.dispatchEvent(new CustomEvent("drawn", {
      bubbles: true, detail: { count: pictures.length + recordings.length },
    }));
  }

  #shown(one) {
    if (!one.over) return true;
    if (one.why === "empty") return false;
    if (!this.arrived.has(one.code)) {
      this.arrived.set(one.code, Date.now());
      setTimeout(this.changed, NEWS_MS + 100);
    }
    return Date.now() - this.arrived.get(one.code) < NEWS_MS;
  }

  #sentence(pictures, recordings) {
    const { words } = this;
    const failed = [...pictures, ...recordings].find((one) => one.state === "failed");
    if (failed) return words.someFailed;
    const sending = pictures.find((one) => one.state === "sending")
      ?? recordings.find((one) => one.state === "sending");
    if (sending) {
      return put(words.sendingOne, { what: this.#name(sending), percent: percent(sending) });
    }
    const waiting = recordings.filter((one) => !one.over).length;
    if (pictures.length) return put(words.picturesWait, { n: pictures.length, why: this.#why(pictures[0]) });
    if (waiting) return put(words.recordingsHere, { n: waiting });
    const over = recordings[0];
    return over ? this.#state(over) : "";
  }

  #picture(one) {
    const again = ["failed", "held"].includes(one.state)
      && this.#button(one.state === "held" ? this.words.sendNow : this.words.again, () => this.pictures.now(one.id));
    const drop = one.state === "failed" && this.#button(this.words.discard, () => this.pictures.drop(one.id));
    return this.#line(one, `${this.#name(one)} ${clock(one.at)}`, [again, drop]);
  }

  #recording(one) {
    const size = put(this.words.lengthAndSize, { length: length(one.seconds), size: megabytes(one.size) });
    const now = !one.over && (one.state === "failed" || (one.state === "waiting" && one.why))
      && this.#button(this.words.sendNow, () => this.recordings.now(one.code));
    return this.#line(one, `${this.#name(one)} ${day(one.started_at)}，${size}`, [now]);
  }

  #line(one, name, buttons) {
    const line = made("li", "sending");
    line.dataset.state = one.state;
    line.dataset.sending = one.code ?? one.id;
    const words = made("span", "sending-words");
    words.append(made("b", "", name), " ", made("span", "sending-state", this.#state(one)));
    line.append(words);
    if (one.state === "sending") {
      const bar = made("progress");
      bar.max = 100;
      bar.value = percent(one);
      bar.setAttribute("aria-label", name);
      line.append(bar);
    }
    line.append(...buttons.filter(Boolean));
    return line;
  }

  #name(one) {
    if (one.code) return this.words.recording;
    return one.kind === "clip" ? this.words.clip : this.words.still;
  }

  #state(one) {
    const { words } = this;
    if (one.state === "sending") return put(words.percent, { percent: percent(one) });
    if (one.state === "failed") return put(words.failed, { why: words.why[one.why] ?? one.why });
    if (one.state === "held") return words.why.live;
    return words.states[one.why || one.state] ?? this.#why(one);
  }

  #why(one) {
    return this.words.why[one.why] ?? this.words.states.waiting;
  }

  #button(text, act) {
    const button = made("button", "lr-btn btn btn-s btn-quiet", text);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }
}

const two = (number) => String(number).padStart(2, "0");

function percent(one) {
  const share = one.code ? one.sent / Math.max(1, one.size) : one.sent;
  return Math.floor(100 * Math.min(1, share));
}

function clock(iso) {
  const at = new Date(iso);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function day(iso) {
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function length(seconds) {
  return `${Math.floor(seconds / 60)}:${two(Math.floor(seconds % 60))}`;
}

function megabytes(bytes) {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
