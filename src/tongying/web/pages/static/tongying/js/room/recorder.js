// The county's own recording of the probe's picture at full quality, with the own voice while the
// microphone is on. It runs only while the guardian consents to it and after everybody was told; its
// chunks lie in this browser second by second, so that a crash loses no more than the last.

import { bytesLeft, holding, recordings } from "./kept_here.js";
import { Sha256 } from "./sha256.js";
import { put } from "./words.js";

const CHUNK_MS = 1000;
const MIMES = ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm"];
const BITS_A_PIXEL = 0.2;
const BITS = [2.5e6, 10e6]; // least and most a second
const VOICE_BITS = 64_000;
const RESERVE_BYTES = 200e6;
const LEAST_MINUTES = 2;
const LOOK_MS = 10_000;
const SOUNDLESS_MS = 6000;
const NOISE = 0.001; // silence itself is not passed on, and the recording would wait for it
const MOST_BYTES = 7.5e9; // the platform takes 8 GB in one; the next one begins by itself

export const lockOf = (code) => `tongying-recording-${code}`;

export function mount(room) {
  if (room.config.part === "probe") room.recorder = new Recorder(room);
}

class Recorder {
  constructor(room) {
    this.room = room;
    this.words = room.words.keeping;
    this.stream = null;
    this.running = null; // {code, recorder, saving, ...}
    this.again = false; // whether it goes on as soon as there is a picture
    this.button = room.element("record");
    this.button?.addEventListener("click", () => this.toggle());
    room.on("live-stream", ({ stream }) => this.#picture(stream));
    room.on("voice", () => this.#voice());
    room.on("now", (now) => {
      if (!now.consentRecording || now.ended) this.#mustStop();
      this.#draw();
    });
    room.on("link-gone", () => this.#mustStop());
    room.on("begun", () => this.#leftOver());
    addEventListener("pagehide", () => this.running?.recorder.requestData());
    setInterval(() => this.#look(), LOOK_MS);
  }

  async toggle() {
    this.again = false;
    if (this.running) await this.stop();
    else if (!this.starting) await this.start();
  }

  /** Begin, once everybody has been told. */
  async start() {
    const { room, words, stream } = this;
    if (!stream) return this.#trouble(words.recordNoPicture);
    if (!room.now.consentRecording) return this.#trouble(words.recordNoConsent);
    const mime = MIMES.find((one) => window.MediaRecorder?.isTypeSupported(one));
    if (!mime) return this.#trouble(words.recordCannot);
    const bits = bitsOf(stream.getVideoTracks()[0]);
    const minutes = await minutesLeft(bits);
    if (minutes !== null && minutes < LEAST_MINUTES) {
      return this.#trouble(put(words.recordNoRoom, { minutes: Math.floor(minutes) }));
    }
    this.starting = true;
    try {
      const code = newCode();
      const told = await room.tell("record", { on: true, recording: code });
      // While it was told, the picture may have gone or the consent.
      if (told && this.stream === stream && room.now.consentRecording) this.#begin(code, mime, bits, minutes);
      else if (told) await room.tell("record", { on: false, recording: code });
    } finally {
      this.starting = false;
      this.#draw();
    }
    return undefined;
  }

  /** End; what was recorded stays until the platform has it whole. */
  async stop({ tell = true } = {}) {
    const { running, room } = this;
    if (!running) return;
    this.running = null;
    const over = new Promise((resolve) => running.recorder.addEventListener("stop", resolve, { once: true }));
    if (running.recorder.state !== "inactive") {
      running.recorder.stop();
      await over;
    }
    await running.saving;
    this.audio?.close();
    this.audio = null;
    await recordings.put({ ...running.kept, state: "stopped" }).catch(() => {});
    running.let_go();
    this.#draw();
    room.emit("recorded", { code: running.code });
    if (tell && !room.now.ended) await room.tell("record", { on: false, recording: running.code });
  }

  #begin(code, mime, bits, minutes) {
    const { room } = this;
    const kept = {
      code, room: room.code, http: room.config.http, member: room.you.member, mime,
      started_at: new Date(Date.now() + (room.link.offset ?? 0)).toISOString(), state: "recording",
    };
    const running = { code, mime, recorder: null, kept, bits, minutes, n: 0, offset: 0, sha: new Sha256(), let_go: () => {} };
    this.running = running;
    this.startedAt = performance.now();
    navigator.storage?.persist?.().catch(() => {});
    // Held while it runs, also through a crash's end: another page sees that nobody records it.
    holding(lockOf(code), () => new Promise((resolve) => { running.let_go = resolve; }));
    running.saving = recordings.put(kept).catch((error) => this.#cannotKeep(error));
    this.#record(running, [this.stream.getVideoTracks()[0], this.#voiceTrack()]);
    // A computer whose sound does not work must not keep the picture from being recorded.
    setTimeout(() => { if (this.running === running && !running.heard) this.#withoutVoice(running); }, SOUNDLESS_MS);
    this.#draw();
  }

  #record(running, tracks) {
    const recorder = new MediaRecorder(new MediaStream(tracks), {
      mimeType: running.mime, videoBitsPerSecond: running.bits, audioBitsPerSecond: VOICE_BITS,
    });
    running.recorder = recorder;
    recorder.addEventListener("dataavailable", ({ data }) => {
      if (!data.size || running.recorder !== recorder) return;
      running.heard = true;
      running.saving = running.saving.then(() => this.#save(running, data));
    });
    recorder.addEventListener("error", ({ error }) => {
      console.error("recording:", error);
      this.#trouble(this.words.recordBroke);
      this.stop();
    });
    recorder.start(CHUNK_MS);
  }

  #withoutVoice(running) {
    const silent = running.recorder;
    this.#record(running, [this.stream.getVideoTracks()[0]]);
    silent.stop();
  }

  async #save(running, blob) {
    if (running.broken) return;
    try {
      running.sha.update(new Uint8Array(await blob.arrayBuffer()));
      const { code, n, offset } = running;
      await recordings.addChunk({
        code, n, offset, size: blob.size, blob, sha: running.sha.state(),
        seconds: (performance.now() - this.startedAt) / 1000,
      });
      running.n += 1;
      running.offset += blob.size;
    } catch (error) {
      running.broken = true; // a gap would make all that follows worthless
      this.#cannotKeep(error);
    }
    if (running.offset > MOST_BYTES && this.running === running) this.#next();
  }

  async #next() {
    await this.stop();
    await this.start();
  }

  #cannotKeep(error) {
    console.error("recording:", error);
    this.#trouble(this.words.recordFull);
    this.stop();
  }

  #picture(stream) {
    const before = this.stream;
    this.stream = stream;
    if (this.running && stream !== before) {
      this.again = true; // the picture comes back or changes: the next recording takes it up
      this.stop().then(() => { if (this.again && this.stream) this.#goOn(); });
    } else if (stream && this.again) {
      this.#goOn();
    }
    this.#draw();
  }

  async #goOn() {
    this.again = false;
    if (this.room.now.consentRecording && !this.starting && !this.running) await this.start();
  }

  #mustStop() {
    this.again = false;
    if (this.running) this.stop({ tell: false });
  }

  // After a reload in mid-recording: what ran is told to be over, and it goes on with the picture.
  async #leftOver() {
    const { room } = this;
    const code = room.now.recording;
    const kept = code && await recordings.get(code).catch(() => null);
    if (!kept || this.running || kept.room !== room.code) return;
    const mine = await holding(lockOf(code), () => {});
    if (!mine) return; // another tab records
    await recordings.put({ ...kept, state: "stopped" });
    await room.tell("record", { on: false, recording: code });
    this.again = true;
    if (this.stream) this.#goOn();
  }

  #voiceTrack() {
    this.audio = new AudioContext();
    this.audio.resume().catch(() => {});
    this.voice = this.audio.createMediaStreamDestination();
    const floor = this.audio.createConstantSource();
    floor.offset.value = NOISE;
    floor.connect(this.voice);
    floor.start();
    this.#voice();
    return this.voice.stream.getAudioTracks()[0];
  }

  #voice() {
    if (!this.audio) return;
    this.speaker?.disconnect();
    const { stream, on } = this.room.media?.microphone ?? {};
    this.speaker = on && stream ? this.audio.createMediaStreamSource(stream) : null;
    this.speaker?.connect(this.voice);
  }

  async #look() {
    const { running } = this;
    if (!running) return;
    running.minutes = await minutesLeft(running.bits);
    if (running.minutes !== null && running.minutes < 1 && this.running === running) {
      this.#trouble(this.words.recordFull);
      await this.stop();
    }
    this.#draw();
  }

  #draw() {
    const { button, running, words, room } = this;
    if (!button) return;
    button.setAttribute("aria-pressed", String(Boolean(running)));
    button.disabled = !running && (!room.now.consentRecording || !this.stream);
    const minutes = running?.minutes;
    button.title = running && minutes !== null ? put(words.recordFits, { minutes: Math.floor(minutes) }) : "";
  }

  #trouble(text) {
    this.room.emit("trouble", { text });
  }
}

function bitsOf(track) {
  const { width = 1280, height = 720, frameRate = 30 } = track.getSettings();
  return Math.round(Math.min(Math.max(width * height * frameRate * BITS_A_PIXEL, BITS[0]), BITS[1]));
}

async function minutesLeft(bits) {
  const left = await bytesLeft();
  return left === null ? null : Math.max(0, left - RESERVE_BYTES) / ((bits / 8) * 60);
}

const SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";

function newCode() {
  return [...crypto.getRandomValues(new Uint8Array(26))].map((one) => SIGNS[one % SIGNS.length]).join("");
}
