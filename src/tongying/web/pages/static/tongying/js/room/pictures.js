// The stills and clips of a room, each with its scale, as the events told of them.

import { base } from "./targets.js";

export class Pictures {
  constructor() {
    this.all = new Map();
  }

  /** Take in an event; say whether the list or a scale changed. */
  take(event) {
    if (event.kind === "still" || event.kind === "clip") return this.add(event);
    if (event.kind !== "calibrate") return false;
    const picture = this.of(event.body.target);
    if (picture) picture.mmPerPixel = event.body.mm_per_pixel;
    return Boolean(picture);
  }

  add(event) {
    const { number, columns, rows, frames = 1, seconds = 0 } = event.body;
    const name = `${event.kind}:${number}`;
    const before = this.all.get(name);
    this.all.set(name, {
      name, kind: event.kind, number, columns, rows, frames, seconds,
      at: event.body.captured_at ?? event.at, author: event.author, asked: event.body.asked ?? null,
      mmPerPixel: event.body.mm_per_pixel ?? before?.mmPerPixel ?? null,
    });
    return true;
  }

  /** Return the picture that a target lies on; undefined for the live one and images. */
  of(target) {
    return this.all.get(base(target));
  }

  /** Return the target that opens a picture. */
  static target(picture) {
    return picture.kind === "clip" ? `${picture.name}:1` : picture.name;
  }

  /** Return the newest picture of the same size that has a scale; undefined where none has. */
  scaledLike(picture) {
    return [...this.all.values()].reverse().find((one) => one !== picture && one.mmPerPixel
      && one.columns === picture.columns && one.rows === picture.rows);
  }
}
