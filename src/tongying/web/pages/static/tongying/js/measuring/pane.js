// One pane: a picture with its marks, the magnifier, the slider of its frames.

import { LENS_ZOOM, drawLens } from "./lens.js";
import { Marks } from "./marks.js";
import { drawMarks, drawScale } from "./shapes.js";
import { Stack } from "./stack.js";

const REACH = { mouse: 12, pen: 14, touch: 26 };
const PLAY_MS = 80;
const STILL = 4;
const STYLE = {
  line: "#7fe0d3",
  now: "#ffd479",
  chosen: "#ffffff",
  ink: "rgb(230 238 235 / 85%)",
  width: 1.5,
};

export class Pane {
  /** `tell` is called with what happened: "marks", "frame", "active", "failed". */
  constructor(host, words, tell) {
    this.words = words;
    this.tell = tell;
    this.marks = new Marks(null);
    this.side = "";
    this.replaces = "";
    this.columnMm = null;
    this.view = { zoom: 1, x: 0, y: 0, flip: false };
    this.look = { brightness: 1, contrast: 1 };
    this.lens = true;
    this.at = null;
    this.#build(host);
  }

  #build(host) {
    this.box = document.createElement("section");
    this.box.className = "r-pane";
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.caption = document.createElement("p");
    this.caption.className = "r-caption";
    this.slider = document.createElement("input");
    Object.assign(this.slider, { type: "range", min: 1, step: 1, className: "r-slider" });
    this.slider.setAttribute("aria-label", this.words.frame);
    this.box.append(this.caption, this.canvas, this.slider);
    host.append(this.box);
    this.slider.addEventListener("input", () => this.show(Number(this.slider.value) - 1));
    this.slider.addEventListener("change", () => this.canvas.focus());
    this.canvas.addEventListener("focus", () => this.tell("active", this));
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#moved(event));
    this.canvas.addEventListener("pointerleave", () => { this.at = null; this.draw(); });
    this.canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    this.canvas.addEventListener("dblclick", () => this.closeOutline());
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
  }

  /** Lay images into the pane. */
  open(images, recipe) {
    this.stack = new Stack(images);
    this.marks = new Marks(recipe);
    this.replaces = "";
    this.columnMm = null;
    this.side = images[0].side;
    this.slider.max = this.stack.length;
    this.slider.hidden = this.stack.length < 2;
    this.picture = null;
    this.fit();
    return this.show(0);
  }

  get place() {
    return this.stack?.places[this.index] ?? null;
  }

  /** Show a frame; the last one asked for wins. */
  async show(index) {
    this.index = Math.min(Math.max(index, 0), this.stack.length - 1);
    this.slider.value = this.index + 1;
    const wanted = this.index;
    const { stack } = this;
    try {
      const picture = await stack.picture(wanted);
      if (stack !== this.stack || wanted !== this.index) return;
      this.picture = picture;
      this.box.classList.remove("failed");
    } catch {
      if (stack !== this.stack || wanted !== this.index) return;
      this.picture = null;
      this.box.classList.add("failed");
      this.tell("failed", this);
    }
    this.draw();
    this.tell("frame", this);
  }

  /** Play the loop, or stop it. */
  play() {
    if (this.stack.length < 2) return false;
    clearInterval(this.playing);
    this.playing = this.playing ? null : setInterval(() => {
      if (!this.box.isConnected) clearInterval(this.playing);
      else if (this.picture) this.show((this.index + 1) % this.stack.length);
    }, PLAY_MS);
    return true;
  }

  /** Return the frame that the marks lie on, as it is sent. */
  get markedPlace() {
    return this.stack.places[this.marks.frame ?? this.index];
  }

  get onMarks() {
    return this.marks.frame === null || this.marks.frame === this.index;
  }

  fit() {
    this.view = { zoom: 1, x: 0, y: 0, flip: this.view.flip };
    this.draw();
  }

  zoomBy(factor, at = null) {
    const zoom = Math.min(Math.max(this.view.zoom * factor, 0.5), 24);
    const used = zoom / this.view.zoom;
    const [x, y] = at ?? [this.width / 2, this.height / 2];
    const [cx, cy] = [x - this.width / 2, y - this.height / 2];
    this.view.x = cx - (cx - this.view.x) * used;
    this.view.y = cy - (cy - this.view.y) * used;
    this.view.zoom = zoom;
    this.draw();
  }

  closeOutline() {
    if (this.marks.close()) this.#changed();
  }

  /** Set a point where somebody points; where the marks lie on another frame, go there. */
  put(point) {
    if (!this.onMarks) {
      this.show(this.marks.frame);
      return;
    }
    if (point && this.picture && this.marks.add(point, this.index)) this.#changed();
  }

  putInMiddle() {
    this.put(this.#inside(this.#toImage([this.width / 2, this.height / 2])));
  }

  /** Move the chosen point by pixels of the image. */
  nudge(across, down) {
    const { chosen } = this.marks;
    const at = chosen && this.marks.points[chosen.step]?.[chosen.index];
    if (!at || !this.onMarks) return false;
    this.marks.hold();
    const way = this.view.flip ? -across : across;
    this.marks.move(chosen, this.#inside([at[0] + way, at[1] + down]));
    this.at = this.#toCanvas(this.marks.points[chosen.step][chosen.index]);
    this.#changed();
    return true;
  }

  // ---- places

  get #size() {
    const { columns, rows } = this.place.image;
    const { naturalWidth, naturalHeight } = this.picture;
    // The picture is sent with square pixels; the image's own may be oblong.
    return { columns, rows, across: naturalWidth / columns, down: naturalHeight / rows };
  }

  get #scale() {
    const { naturalWidth, naturalHeight } = this.picture;
    return Math.min(this.width / naturalWidth, this.height / naturalHeight) * this.view.zoom;
  }

  #toCanvas([column, row]) {
    const size = this.#size;
    const way = this.view.flip ? -1 : 1;
    const x = (column + 0.5) * size.across - this.picture.naturalWidth / 2;
    const y = (row + 0.5) * size.down - this.picture.naturalHeight / 2;
    return [
      this.width / 2 + this.view.x + way * x * this.#scale,
      this.height / 2 + this.view.y + y * this.#scale,
    ];
  }

  #toImage([x, y]) {
    if (!this.picture) return null;
    const size = this.#size;
    const way = this.view.flip ? -1 : 1;
    const across = (way * (x - this.width / 2 - this.view.x)) / this.#scale;
    const down = (y - this.height / 2 - this.view.y) / this.#scale;
    return [
      (across + this.picture.naturalWidth / 2) / size.across - 0.5,
      (down + this.picture.naturalHeight / 2) / size.down - 0.5,
    ];
  }

  #inside(point) {
    if (!point) return null;
    const { columns, rows } = this.place.image;
    const round = (value) => Math.round(value * 100) / 100;
    return [
      round(Math.min(Math.max(point[0], -0.5), columns - 0.5)),
      round(Math.min(Math.max(point[1], -0.5), rows - 0.5)),
    ];
  }

  #spot(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #near(spot, reach) {
    if (!this.picture || !this.onMarks) return null;
    let best = null;
    for (const step of this.marks.steps) {
      this.marks.of(step).forEach((point, index) => {
        const at = this.#toCanvas(point);
        const away = Math.hypot(at[0] - spot[0], at[1] - spot[1]);
        if (away <= reach && away < (best?.away ?? Infinity)) {
          best = { step: step.name, index, away };
        }
      });
    }
    return best;
  }

  // ---- the pointer

  #down(event) {
    this.canvas.focus({ preventScroll: true });
    if (!this.picture) return undefined;
    if (event.button === 2) return this.#drag(event, this.#looking());
    if (event.button === 1 || event.shiftKey) return this.#drag(event, this.#panning());
    const spot = this.#spot(event);
    const found = this.#near(spot, REACH[event.pointerType] ?? REACH.mouse);
    return found ? this.#take(event, found) : this.#set(event, spot);
  }

  /** Set a point and let it be drawn on to where it belongs. */
  #set(event, spot) {
    const point = this.#toImage(spot);
    const inside = this.#inside(point);
    if (Math.abs(inside[0] - point[0]) > 1 || Math.abs(inside[1] - point[1]) > 1) return;
    const before = this.marks.chosen;
    this.put(inside);
    if (this.marks.chosen === before) return;
    this.#drag(event, (at) => {
      this.marks.move(this.marks.chosen, this.#inside(this.#toImage(at)));
      this.#changed();
    });
  }

  /** Drag a point; where it is only clicked and belongs to another line, lines may meet there. */
  #take(event, found) {
    const start = this.#spot(event);
    const current = this.marks.current?.name;
    let dragged = false;
    this.marks.chosen = { step: found.step, index: found.index };
    this.draw();
    this.#drag(event, (at, by) => {
      if (!dragged && Math.hypot(...by) < STILL) return;
      if (!dragged) this.marks.hold();
      dragged = true;
      this.marks.move(this.marks.chosen, this.#inside(this.#toImage(at)));
      this.#changed();
    }, () => {
      if (dragged) return;
      if (found.step !== current) this.put(this.#inside(this.#toImage(start)));
      else if (found.index === 0) this.closeOutline();
    });
  }

  #looking() {
    const start = { ...this.look };
    return (_, by) => {
      this.look.brightness = Math.min(Math.max(start.brightness - by[1] / 200, 0.3), 3);
      this.look.contrast = Math.min(Math.max(start.contrast + by[0] / 200, 0.4), 3);
      this.draw();
      this.tell("look", this);
    };
  }

  #panning() {
    const start = { ...this.view };
    return (_, by) => {
      this.view.x = start.x + by[0];
      this.view.y = start.y + by[1];
      this.draw();
    };
  }

  #drag(event, act, after = () => {}) {
    event.preventDefault();
    const start = this.#spot(event);
    this.canvas.setPointerCapture(event.pointerId);
    const moved = (next) => {
      const at = this.#spot(next);
      this.at = at;
      act(at, [at[0] - start[0], at[1] - start[1]]);
    };
    this.canvas.addEventListener("pointermove", moved);
    const end = () => {
      this.canvas.removeEventListener("pointermove", moved);
      this.canvas.removeEventListener("pointerup", end);
      this.canvas.removeEventListener("pointercancel", end);
      after();
      this.draw();
    };
    this.canvas.addEventListener("pointerup", end);
    this.canvas.addEventListener("pointercancel", end);
  }

  #moved(event) {
    this.at = this.#spot(event);
    this.draw();
  }

  #wheel(event) {
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY / 500), this.#spot(event));
  }

  #changed() {
    this.draw();
    this.tell("marks", this);
  }

  // ---- drawing

  #resize() {
    const box = this.canvas.getBoundingClientRect();
    const dense = window.devicePixelRatio || 1;
    [this.width, this.height] = [box.width, box.height];
    this.canvas.width = Math.round(box.width * dense);
    this.canvas.height = Math.round(box.height * dense);
    this.draw();
  }

  draw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.#paint();
    });
  }

  #paint() {
    const context = this.canvas.getContext("2d");
    const dense = window.devicePixelRatio || 1;
    context.setTransform(dense, 0, 0, dense, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (!this.picture || !this.width) return;
    this.#paintPicture(context);
    const style = { ...STYLE, lengthen: this.marks.recipe?.lengthen };
    if (this.onMarks) drawMarks(context, this.marks, (point) => this.#toCanvas(point), style);
    if (this.columnMm) {
      const pixelsPerMm = (this.#size.across * this.#scale) / this.columnMm;
      drawScale(context, { pixelsPerMm, width: this.width, height: this.height, ink: STYLE.ink });
    }
    if (this.lens && this.at && this.onMarks && this.marks.recipe) {
      drawLens(context, this, (larger) => {
        this.#paintPicture(larger);
        const thin = { ...STYLE, width: STYLE.width / LENS_ZOOM, bare: true };
        drawMarks(larger, this.marks, (point) => this.#toCanvas(point), thin);
      });
    }
  }

  #paintPicture(context) {
    context.save();
    context.filter = `brightness(${this.look.brightness}) contrast(${this.look.contrast})`;
    context.translate(this.width / 2 + this.view.x, this.height / 2 + this.view.y);
    context.scale(this.view.flip ? -this.#scale : this.#scale, this.#scale);
    context.imageSmoothingEnabled = this.#scale < 3;
    const { naturalWidth, naturalHeight } = this.picture;
    context.drawImage(this.picture, -naturalWidth / 2, -naturalHeight / 2);
    context.restore();
  }
}
