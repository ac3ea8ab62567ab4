// A clip on the stage: play, step, speed. Frames load in order, the one asked for first.

import { put } from "./words.js";

const AT_ONCE = 4;

export class Cine {
  constructor(room, tell) {
    this.room = room;
    this.tell = tell;
    this.box = room.element("cine");
    this.part = (name) => this.box.querySelector(`[data-cine="${name}"]`);
    this.clip = null;
    this.frames = [];
    this.part("play").addEventListener("click", () => this.toggle());
    this.part("back").addEventListener("click", () => this.step(-1));
    this.part("on").addEventListener("click", () => this.step(1));
    this.part("frame").addEventListener("input", (event) => {
      this.pause();
      this.go(Number(event.target.value));
    });
    this.part("together").addEventListener("click", () => {
      this.pause();
      room.stage.together(room.stage.target);
    });
    this.part("together").hidden = !room.may("look");
  }

  get playing() {
    return Boolean(this.timer);
  }

  /** Show a clip at a frame. The first frame asked for is awaited. */
  async open(clip, path, frame) {
    const turn = {};
    this.turn = turn;
    if (this.loaded !== clip.name) {
      this.frames = new Array(clip.frames).fill(null);
      this.loaded = clip.name;
    }
    this.clip = clip;
    this.path = path;
    this.box.hidden = false;
    this.part("frame").max = clip.frames;
    await this.go(Math.min(frame, clip.frames));
    this.fetchAll(turn);
  }

  /** Take the controls away and keep the picture: a single image needs none. */
  hide() {
    this.box.hidden = true;
  }

  close() {
    this.pause();
    this.turn = null;
    this.clip = null;
    this.box.hidden = true;
  }

  async image(frame) {
    if (this.frames[frame - 1]) return this.frames[frame - 1];
    const frames = this.frames;
    const image = new Image();
    image.src = typeof this.path === "function" ? this.path(frame) : `${this.path}${frame}/`;
    await image.decode();
    frames[frame - 1] = image;
    return image;
  }

  async fetchAll(turn) {
    const waiting = this.frames.map((one, at) => (one ? 0 : at + 1)).filter(Boolean);
    const work = async () => {
      while (waiting.length && this.turn === turn) {
        await this.image(waiting.shift()).catch(() => {});
        this.caption();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async go(frame) {
    const { turn } = this;
    this.frame = frame;
    this.part("frame").value = frame;
    this.caption();
    const image = await this.image(frame).catch(() => null);
    if (this.turn === turn && this.frame === frame && this.clip) this.tell(frame, image);
  }

  step(by) {
    if (!this.clip) return false;
    this.pause();
    this.go(((this.frame - 1 + by + this.clip.frames) % this.clip.frames) + 1);
    return true;
  }

  toggle() {
    if (!this.clip) return false;
    if (this.playing) this.pause();
    else this.play();
    return true;
  }

  play() {
    const { clip } = this;
    const whole = Math.max(clip.seconds, clip.frames / 60) * 1000;
    let before = performance.now();
    let at = (this.frame - 1) / clip.frames;
    const tick = (now) => {
      if (this.clip !== clip || !this.timer) return;
      at = (at + ((now - before) * Number(this.part("speed").value)) / whole) % 1;
      before = now;
      const frame = Math.floor(at * clip.frames) + 1;
      // A frame that has not come yet is waited for; the rest goes on from there.
      if (!this.frames[frame - 1]) at = (this.frame - 1) / clip.frames;
      else if (frame !== this.frame) this.go(frame);
      this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
    this.pressed(true);
  }

  pause() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    this.pressed(false);
  }

  pressed(on) {
    const button = this.part("play");
    button.setAttribute("aria-pressed", String(on));
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, on ? "#player-pause" : "#player-play"));
  }

  caption() {
    if (!this.clip) return;
    const here = this.frames.filter(Boolean).length;
    const said = put(this.room.words.frameOf, { frame: this.frame, frames: this.clip.frames });
    this.part("at").textContent = here < this.clip.frames ? `${said} (${here})` : said;
  }
}
