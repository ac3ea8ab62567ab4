// The media of the room: the probe's picture to everybody who looks, voices among all, and how good
// both are, in numbers. Peer to peer where it can, by the platform's relay where it cannot.

import { Mesh } from "./mesh.js";
import { frameDelay, LineMeter } from "./quality.js";
import { Choosing, levelOfAll, nobodySees, Rung, Showing } from "./showing.js";
import { NoPicture } from "./sources.js";
import { watchFrames } from "./stale.js";
import { codeReader } from "./timecode.js";
import { Voices } from "./voices.js";

const MEASURE_MS = 500;
const FIGURES_MS = 250;

/** The media of this page, once they are mounted. */
export let media = null;

/** Put the media into a room. */
export function mount(room) {
  media = new Media(room);
  room.media = media;
}

class Media {
  constructor(room) {
    this.room = room;
    this.words = room.words.media ?? {};
    this.live = room.element("live");
    this.probe = room.config.part === "probe";
    this.meters = new Map(); // tab -> {meter, rung, line, figures}
    this.ice = room.config.ice ?? [];
    this.stale = false;
    this.seen = null; // what the own screen shows: {stale, age_ms, delay_ms, fps}
    this.from = null; // whose picture it is
    this.toldLevel = room.now.level;
    this.telling = Promise.resolve();
    this.mesh = new Mesh({
      send: (message) => room.link.send(message),
      ice: () => this.ice,
      clockOffset: () => this.offset(),
      heard: this.#heard(),
    });
    this.voices = new Voices(room, {
      track: (track) => this.mesh.setVoice(track),
      trouble: (error) => this.#trouble(error),
    });
    if (this.probe) this.#probeButtons();
    this.#listen();
    this.timers = [
      setInterval(() => this.#measure(), MEASURE_MS),
      setInterval(() => this.#tellFigures(), FIGURES_MS),
    ];
    addEventListener("pagehide", (event) => { if (!event.persisted) this.mesh.close(); });
  }

  /** The platform's clock, as far as this page knows it (ms). */
  platformNow(at = performance.now()) {
    return performance.timeOrigin + at + this.offset();
  }

  /** How far the platform's clock is ahead of this page's (ms). */
  offset() {
    return this.room.link.offset ?? 0;
  }

  #listen() {
    const { room } = this;
    room.on("welcome", (message) => {
      this.ice = message.ice ?? this.ice;
      this.mesh.welcome(message.peer, message.people ?? [], Boolean(message.relay));
    });
    room.on("people", (people) => this.mesh.people(people ?? []));
    room.on("link", (state) => { if (state !== "live") this.mesh.away(); });
    room.on("link-signal", ({ peer, data }) => this.mesh.signal(peer, data));
    room.on("link-gone", () => this.#end());
    room.on("event", (event) => this.#event(event));
    room.on("now", (now) => this.#standing(now));
    room.on("begun", () => this.#resume());
  }

  #event({ kind, body, author }) {
    if (kind === "removed") this.mesh.dropMember(body.member);
    if (kind === "ended") this.#end();
    const mine = author === this.room.you.member && this.showing?.opening;
    if (kind === "camera" && body.on && !mine) this.showing?.close({ told: true }); // another one took over
  }

  #standing(now) {
    if (this.showing?.source && !now.consent) this.showing.close({ told: true });
    if (!now.camera && !this.showing?.source) this.#noPicture();
    const { other, stream } = this.waiting ?? {};
    if (now.camera && !this.from && stream?.active) this.#picture(other, stream);
    if (this.cameraButton) {
      this.cameraButton.disabled = !now.consent;
    }
  }

  #end() {
    for (const timer of this.timers) clearInterval(timer);
    this.showing?.close({ told: true });
    this.voices.set(false);
    this.mesh.close();
    this.#noPicture();
  }

  // --- the probe ---------------------------------------------------------------------------------

  #probeButtons() {
    const { room } = this;
    this.showing = new Showing({
      room,
      tell: async (kind, body) => {
        const event = await room.tell(kind, body);
        if (!event) throw new NoPicture("refused");
      },
      clock: () => this.platformNow(),
      changed: (source) => this.#shown(source),
    });
    this.choosing = new Choosing(room, this.words);
    this.cameraButton = room.element("camera");
    this.cameraButton?.addEventListener("click", () => this.#toggleCamera());
    addEventListener("pagehide", () => this.showing.source?.stop());
  }

  async #toggleCamera() {
    try {
      if (this.showing.source) return await this.showing.close();
      const chosen = await this.choosing.chosen();
      if (chosen) await this.showing.open(chosen.kind, chosen);
    } catch (error) {
      this.#trouble(error);
    }
  }

  #shown(source) {
    const { room } = this;
    for (const one of this.meters.values()) one.rung = new Rung(performance.now());
    this.toldLevel = room.now.level;
    this.mesh.setPicture(source?.track ?? null);
    this.#show(source?.stream ?? null);
    room.emit("live-stream", { stream: source?.stream ?? null, source: source?.kind ?? "" });
    this.#drawCamera();
    if (!source) this.#tellStale({ stale: false, age_ms: 0 });
  }

  #drawCamera() {
    const on = Boolean(this.showing.source);
    this.cameraButton?.setAttribute("aria-pressed", String(on));
    const label = this.cameraButton?.querySelector("span");
    if (label) label.textContent = on ? this.words.cameraOff : this.words.cameraOn;
  }

  #resume() {
    const kept = this.showing?.remembered();
    if (!kept || !this.room.now.camera || this.showing.source) return;
    const again = kept.kind === "file"
      ? this.room.tell("camera", { on: false }) // a page that is loaded anew has no file
      : this.showing.open(kept.kind, kept);
    Promise.resolve(again).catch((error) => this.#trouble(error));
  }

  // --- what comes from others --------------------------------------------------------------------

  #heard() {
    return {
      made: (other) => this.meters.set(other.tab, fresh()),
      connected: () => {},
      picture: (other, stream, track) => {
        track.addEventListener("unmute", () => this.#picture(other, stream));
        this.#picture(other, stream);
      },
      voice: (other, stream) => this.voices.hear(other.tab, other.member, stream),
      figures: (other, figures) => this.#figures(other, figures),
      ended: (other) => this.meters.delete(other.tab), // the last picture stays, and is marked stale
      gone: (other) => {
        this.voices.forget(other.tab);
        if (this.from === other) this.#noPicture();
      },
      trouble: (other, error) => console.error("connection:", error),
    };
  }

  #picture(other, stream) {
    const theirs = this.room.people?.get(other.member)?.part ?? "probe";
    if (theirs !== "probe" || this.showing?.source) return;
    this.waiting = { other, stream }; // it may be here before the log says that the camera is on
    if (!this.room.now.camera) return;
    this.from = other;
    this.#show(stream);
    this.room.emit("remote-stream", { stream, peer: other.peer, member: other.member });
  }

  #figures(other, figures) {
    const one = this.meters.get(other.tab);
    if (!one) return;
    one.figures = figures;
    if (other === this.from && figures.level) this.level = figures.level;
  }

  #noPicture() {
    this.from = null;
    this.level = null;
    this.#show(null);
    this.#tellStale({ stale: false, age_ms: 0 });
  }

  #show(stream) {
    if (!this.live || this.live.srcObject === stream) return;
    this.unwatch?.();
    this.unwatch = null;
    this.live.srcObject = stream;
    this.seen = null;
    if (!stream) return;
    this.live.muted = true;
    this.live.play().catch(() => {}); // a stream that is replaced at once
    if (this.showing?.source) return;
    const readCode = codeReader(this.live);
    this.unwatch = watchFrames(this.live, (at, frame) => this.#delay(at, frame, readCode), (seen) => {
      // Stills two seconds apart are marked all the time, with their age: the mark does not blink.
      this.seen = { ...seen, stale: seen.stale || this.level === "stills" };
      this.#tellStale(this.seen);
    });
  }

  #delay(at, { captureTime }, readCode) {
    const line = this.meters.get(this.from?.tab)?.line;
    return frameDelay({
      code: this.room.now.camera === "test" ? readCode() : null,
      platformNow: this.platformNow(at), at, captured: captureTime, playing: null,
      senderOffset: this.from?.clock ?? 0, rtt: line?.rtt_ms,
    });
  }

  #tellStale({ stale, age_ms: age }) {
    if (!stale && !this.stale) return;
    this.stale = stale;
    this.room.emit("stale", { stale, age_ms: age, here: !this.showing?.source });
  }

  // --- measuring ---------------------------------------------------------------------------------

  async #measure() {
    await Promise.all(this.mesh.pairs().map((other) => this.#measureOne(other)));
    const source = this.showing?.source;
    if (source) this.#judgeAll();
    const figures = source ? this.#figuresOut() : this.#figuresIn();
    if (figures) {
      this.room.emit("quality", figures);
      this.room.link.quality?.(figures);
    }
  }

  async #measureOne(other) {
    const one = this.meters.get(other.tab);
    const { pair } = other;
    if (!one || !pair?.connected) return;
    let stats;
    try {
      stats = await pair.pc.getStats();
    } catch {
      return; // closed meanwhile
    }
    const line = one.meter.read(stats);
    one.line = line;
    if (!this.showing?.source) return;
    const now = performance.now();
    const voiceLoss = one.figures?.voice_loss ?? null; // while no picture goes, the viewer counts
    await one.rung.judge(pair, {
      kbit: line.kbit, loss: pair.show?.sender.track ? line.lossOut : voiceLoss, rtt_ms: line.rtt_ms,
      quiet_ms: now - pair.lastHeard, now,
    }, this.showing);
  }

  #tellFigures() {
    for (const { tab, pair } of this.mesh.pairs()) {
      const one = this.meters.get(tab);
      if (!one) continue;
      const voiceLoss = { voice_loss: one.line?.voiceLoss ?? null };
      pair.tell(this.showing?.source ? { level: one.rung.level } : { ...this.seen, ...voiceLoss });
    }
    if (this.showing?.source) this.#nobodySees();
  }

  #judgeAll() {
    const viewers = this.mesh.pairs().filter((other) => this.meters.has(other.tab));
    const rungs = viewers.map((other) => this.meters.get(other.tab).rung);
    const level = levelOfAll(rungs);
    if (level !== this.toldLevel) {
      this.toldLevel = level;
      const { kbit, loss } = rungs.find((rung) => rung.level === level)?.why ?? { kbit: 0, loss: 0 };
      const body = { level, kbit, fps: this.#figuresOut().fps ?? 0, loss };
      this.telling = this.telling.then(() => this.room.tell("quality", body));
    }
  }

  #nobodySees() {
    const now = performance.now();
    const seen = this.mesh.pairs().map(({ tab, pair }) => ({
      silent: now - pair.lastHeard,
      age: this.meters.get(tab)?.figures?.age_ms ?? 0,
      stale: this.meters.get(tab)?.figures?.stale ?? false,
    }));
    const stale = nobodySees(seen);
    const age = stale ? Math.min(...seen.map((one) => one.silent + one.age)) : 0;
    this.#tellStale({ stale, age_ms: Math.round(age) });
  }

  #figuresIn() {
    if (!this.seen) return null;
    const one = this.meters.get(this.from?.tab);
    const line = one?.line;
    return {
      delay_ms: this.seen.delay_ms, fps: this.seen.fps, loss: line?.lossIn ?? 0,
      rtt_ms: finite(line?.rtt_ms), kbit: line?.kbitIn ?? 0, age_ms: this.seen.age_ms,
      stale: this.seen.stale, level: this.level ?? this.room.now.level, way: this.#way(),
    };
  }

  /** At the probe: the figures of the viewer who has it worst. */
  #figuresOut() {
    const all = this.mesh.pairs().map(({ tab }) => this.meters.get(tab)).filter((one) => one?.line);
    const worst = (pick, most) => (all.length ? all.map(pick).reduce((a, b) => most(a ?? b, b ?? a)) : null);
    return {
      delay_ms: worst((one) => one.figures?.delay_ms, Math.max), viewers: all.length,
      fps: worst((one) => one.figures?.fps ?? one.line.fpsOut, Math.min) ?? 0,
      loss: worst((one) => one.rung.state.loss, Math.max) ?? 0,
      rtt_ms: finite(worst((one) => one.line.rtt_ms, Math.max)),
      kbit: Math.round(worst((one) => one.line.kbit ?? one.line.kbitOut, Math.min) ?? 0),
      sent_kbit: all.reduce((sum, one) => sum + one.line.kbitOut, 0),
      level: levelOfAll(all.map((one) => one.rung)), stale: this.stale, way: this.#way(),
    };
  }

  #way() {
    const ours = this.from ? [this.from] : this.mesh.pairs();
    return ours.some((other) => other.via) ? "relay" : "direct";
  }

  #trouble(error) {
    if (error instanceof NoPicture && error.reason === "refused") return; // the page has said it
    if (!(error instanceof NoPicture)) console.error("media:", error);
    const text = this.words[error.reason] ?? this.words.failed ?? this.room.words.failed;
    this.room.emit("fault", { text });
  }
}

function fresh() {
  return { meter: new LineMeter(), rung: new Rung(performance.now()), line: null, figures: null };
}

function finite(value) {
  return Number.isFinite(value) ? value : null;
}
