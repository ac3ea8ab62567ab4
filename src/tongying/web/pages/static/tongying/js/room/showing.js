// The probe's side: opening a picture after consent, and giving every viewer what their line bears.

import { climb, ladder, LEVELS, stepOf, worse } from "./ladder.js";
import { allowDevices, captureDevices, NoPicture, openCapture, openFile, openTest, proposed, stillsOf } from "./sources.js";

const STILL_EVERY_MS = 2000;
const NOBODY_MS = 1000;
const REMEMBERED = "tongying:capture";

/** What the probe shows. `tell(kind, body)` writes the log, `send(track)` reaches the viewers. */
export class Showing {
  constructor({ room, tell, clock, changed }) {
    this.room = room;
    this.tell = tell;
    this.clock = clock;
    this.changed = changed;
    this.source = null;
    this.stills = null;
    this.level = "full";
    this.opening = false;
  }

  /** Open the chosen source: told first, refused without consent, then the device. */
  async open(kind, { device = "", file = null } = {}) {
    if (this.opening) return;
    this.opening = true;
    try {
      await this.tell("camera", { on: true, source: kind });
      await this.close({ told: true });
      try {
        this.source = await this.#opened(kind, device, file);
      } catch (error) {
        await this.tell("camera", { on: false });
        throw error;
      }
      this.source.track.addEventListener("ended", () => this.close());
      this.level = "full";
      this.#remember(kind, device);
      this.changed(this.source);
    } finally {
      this.opening = false;
    }
  }

  /** Close the picture; `told`: the log says so already. */
  async close({ told = false } = {}) {
    const { source } = this;
    if (!source) return;
    this.source = null;
    this.stills?.stop();
    this.stills = null;
    source.stop();
    sessionStorage.removeItem(REMEMBERED);
    this.changed(null);
    if (!told) await this.tell("camera", { on: false });
  }

  /** What was open before this page was loaded anew; null: nothing that can be opened again. */
  remembered() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "null");
      return kept?.code === this.room.code ? kept : null;
    } catch {
      return null;
    }
  }

  /** The track that a step sends: the moving picture, stills of it, or none. */
  trackFor(level) {
    if (!this.source || level === "voice" || level === "chat") return null;
    if (level !== "stills") return this.source.track;
    this.stills ??= stillsOf(this.source.stream, STILL_EVERY_MS);
    return this.stills.track;
  }

  async #opened(kind, device, file) {
    if (kind === "test") return openTest(this.clock);
    if (kind === "file") {
      if (!file) throw new NoPicture("file");
      return openFile(file);
    }
    return openCapture(device);
  }

  #remember(kind, device) {
    if (kind === "file") return; // a page that is loaded anew has no file
    const kept = { code: this.room.code, kind, device };
    sessionStorage.setItem(REMEMBERED, JSON.stringify(kept));
    if (device) localStorage.setItem(REMEMBERED, device);
  }
}

/** The ladder of one viewer's line. */
export class Rung {
  constructor(now) {
    this.state = ladder("full", now);
    this.applied = "";
    this.why = { kbit: 0, loss: 0 }; // what the line was like when it changed its step
  }

  get level() {
    return this.state.level;
  }

  /** Judge a measurement and give the viewer what their line bears. */
  async judge(pair, seen, showing) {
    const before = this.state;
    this.state = climb(before, seen);
    if (this.state.level !== before.level) {
      this.why = { kbit: seen.kbit ?? 0, loss: Math.max(before.loss, seen.loss ?? 0) };
    }
    await this.apply(pair, showing);
  }

  async apply(pair, showing) {
    const { level } = this.state;
    const step = stepOf(level);
    const track = showing.trackFor(level);
    const wanted = `${level} ${track?.id ?? ""}`;
    if (wanted === this.applied || !pair.show) return;
    this.applied = wanted;
    await pair.swapPicture(track);
    const { cap, fps, scale } = step;
    await pair.setEncoding({ active: Boolean(track), cap, fps: Math.max(fps, 1), scale });
    await pair.setVoiceRate(step.voice);
  }
}

/** Return the room's step: the worst that anybody who looks is on. */
export function levelOfAll(rungs) {
  return rungs.reduce((level, rung) => worse(level, rung.level), LEVELS[0]);
}

/** Say whether there are viewers and none sees a fresh picture: unheard, or theirs is old (ms). */
export function nobodySees(viewers) {
  return viewers.length > 0 && viewers.every(({ silent, age, stale }) => stale || silent > NOBODY_MS || age > NOBODY_MS);
}

/** The choice of the source on the page: kind, device by its name, file. */
export class Choosing {
  constructor(room, words) {
    this.room = room;
    this.words = words;
    this.kind = room.element("camera-source");
    this.device = room.element("camera-device");
    this.file = room.element("camera-file");
    this.kind?.addEventListener("change", () => this.refresh());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.refresh());
    this.refresh();
  }

  /** Show what belongs to the kind that is chosen. */
  async refresh() {
    const kind = this.kind?.value ?? "capture";
    const boxes = { capture: "camera-device-box", file: "camera-file-box" };
    for (const [name, box] of Object.entries(boxes)) {
      const one = this.room.element(box);
      if (one) one.hidden = name !== kind;
    }
    if (kind === "capture" && this.device) this.#list(await captureDevices());
  }

  /** Return what to open; asks for names of devices and for a confirmation where it must. */
  async chosen() {
    const kind = this.kind?.value ?? "capture";
    if (kind === "file") {
      const [file] = this.file?.files ?? [];
      if (!file) throw new NoPicture("file");
      return { kind, file };
    }
    if (kind === "test") return { kind };
    let devices = await captureDevices();
    if (!devices.some((one) => one.label)) devices = await allowDevices();
    this.#list(devices);
    const device = devices.find((one) => one.id === this.device?.value);
    if (!device) throw new NoPicture(devices.length ? "choose" : "missing");
    if (device.face && !(await this.#noFace(device))) return null;
    return { kind, device: device.id };
  }

  #list(devices) {
    const before = this.device.value;
    const named = devices.filter((one) => one.label);
    const first = new Option(this.words.chooseDevice, "");
    this.device.replaceChildren(first, ...named.map((one) => {
      const label = one.face ? this.words.facesPeople.replace("{name}", one.label) : one.label;
      return new Option(label, one.id);
    }));
    const last = localStorage.getItem(REMEMBERED) ?? "";
    const kept = named.some((one) => one.id === before) ? before : "";
    this.device.value = kept || (proposed(named, last)?.id ?? "");
  }

  async #noFace({ label }) {
    const dialog = document.createElement("dialog");
    dialog.className = "lr-dialog";
    dialog.dataset.room = "no-face";
    const form = Object.assign(document.createElement("form"), { method: "dialog" });
    const head = part("div", "dialog-head", part("h2", "", this.words.noFaceTitle));
    const body = part("div", "dialog-body", part("p", "", this.words.noFaceAsk.replace("{name}", label)));
    const stay = Object.assign(part("button", "btn btn-quiet", this.words.noFaceBack), { value: "" });
    const go = Object.assign(part("button", "btn", this.words.noFaceGo), { value: "go" });
    form.append(head, body, part("div", "dialog-foot", stay, go));
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    await new Promise((done) => { dialog.addEventListener("close", done, { once: true }); });
    dialog.remove();
    return dialog.returnValue === "go";
  }
}

function part(name, className, ...inside) {
  const one = document.createElement(name);
  if (className) one.className = className;
  one.append(...inside);
  return one;
}
