// The last frames of the probe's picture as they came from the device, each with the moment it was
// captured (ms since 1970 by this computer's clock). Memory is bounded: full frames of 5 seconds in
// at most 128 MB (every frame of 640 x 480 at 30/s, every second one of 1280 x 720), and JPEGs of
// 20 seconds in at most 96 MB.

export const RAW_MS = 5000;
export const RAW_BYTES = 128e6;
export const CLIP_MS = 20_500;
export const CLIP_BYTES = 96e6;
const TOO_OLD_MS = 300; // a moment that is so much older than the oldest frame is gone

/** Frames in the order of their moments; `weight` bytes each, `free` when one is let go. */
export class Ring {
  constructor({ ms, bytes, free = () => {} }) {
    Object.assign(this, { ms, bytes, free, frames: [], held: 0 });
  }

  push(frame) {
    this.frames.push(frame);
    this.held += frame.weight;
    while (this.frames.length > 1
      && (this.held > this.bytes || frame.at - this.frames[0].at > this.ms)) this.#shift();
  }

  clear() {
    while (this.frames.length) this.#shift();
  }

  get newest() {
    return this.frames.at(-1) ?? null;
  }

  get oldest() {
    return this.frames[0] ?? null;
  }

  /** The frame that was shown at a moment; null where it is gone already, or none came yet. */
  at(moment) {
    const { frames } = this;
    if (!frames.length || moment < frames[0].at - TOO_OLD_MS) return null;
    return frames.reduce((best, one) => (
      Math.abs(one.at - moment) <= Math.abs(best.at - moment) ? one : best));
  }

  /** The frames of the last milliseconds that have the size of the newest. */
  last(ms) {
    const { newest } = this;
    if (!newest) return [];
    const same = (one) => one.columns === newest.columns && one.rows === newest.rows;
    const found = [];
    for (const one of [...this.frames].reverse()) {
      if (newest.at - one.at > ms || !same(one)) break;
      found.unshift(one);
    }
    return found;
  }

  #shift() {
    const gone = this.frames.shift();
    this.held -= gone.weight;
    this.free(gone);
  }
}

/** How far apart full frames must lie so that `RAW_MS` of them fit (ms). */
export function spacing(weight) {
  return (RAW_MS * weight) / RAW_BYTES;
}
