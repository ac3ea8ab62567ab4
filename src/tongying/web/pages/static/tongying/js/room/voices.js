// Voices in the room: the own microphone's button, and what is heard of the others.

import { NoPicture } from "./sources.js";
import { Microphone } from "./voice.js";

const HOLD_MS = 500; // held longer, the button is a key to talk, not a switch

export class Voices {
  constructor(room, { track, trouble }) {
    this.room = room;
    this.trouble = trouble;
    this.heard = new Map(); // tab -> audio element
    this.microphone = new Microphone({
      track: (one) => { track(one); this.#draw(); },
      speaking: (on) => room.link.send({ t: "speaking", on }),
    });
    this.button = room.element("voice");
    if (this.button) this.#listen(this.button);
  }

  /** Turn the own voice on or off. */
  async set(on) {
    try {
      if (on && !navigator.mediaDevices?.getUserMedia) throw new NoPicture("insecure");
      await this.microphone.set(on);
    } catch (error) {
      this.trouble(error instanceof NoPicture ? error : new NoPicture("microphone", error));
    }
    this.#draw();
  }

  /** Let somebody's voice be heard. */
  hear(tab, member, stream) {
    const audio = this.heard.get(tab) ?? document.createElement("audio");
    this.heard.set(tab, audio);
    audio.dataset.voiceOf = member ?? "";
    audio.srcObject = stream;
    audio.autoplay = true;
    document.body.append(audio);
    audio.play().catch(() => {
      // The browser wants a touch or a key first; the next one lets the voices be heard.
      const again = () => audio.play().catch(() => {});
      addEventListener("pointerdown", again, { once: true });
      addEventListener("keydown", again, { once: true });
    });
  }

  forget(tab) {
    const audio = this.heard.get(tab);
    if (!audio) return;
    audio.srcObject = null;
    audio.remove();
    this.heard.delete(tab);
  }

  #listen(button) {
    let pressedAt = 0;
    let turnedOn = false;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      pressedAt = performance.now();
      turnedOn = !this.microphone.on;
      if (turnedOn) this.set(true);
    });
    const letGo = () => {
      if (!pressedAt) return;
      const held = performance.now() - pressedAt > HOLD_MS;
      pressedAt = 0;
      if (!turnedOn || held) this.set(false);
    };
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(name, letGo);
    button.addEventListener("click", (event) => {
      if (event.detail === 0) this.set(!this.microphone.on); // by key
    });
  }

  #draw() {
    this.button?.setAttribute("aria-pressed", String(this.microphone.on));
    this.room.emit("voice", { on: this.microphone.on });
  }
}
