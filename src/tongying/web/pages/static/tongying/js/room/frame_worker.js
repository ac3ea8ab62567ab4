// Keeps the probe's last frames beside the page, so that neither the picture nor the page waits for
// it: full frames as the device gave them for stills, JPEGs for clips.

import { CLIP_BYTES, CLIP_MS, RAW_BYTES, RAW_MS, Ring, spacing } from "./frame_ring.js";

const CLIP_EVERY_MS = 48; // at most 20 JPEGs a second
const EARLY_MS = 6; // a frame that comes this much before its turn is not left out
const JPEG_QUALITY = 0.9;

const spare = [];
const raw = new Ring({ ms: RAW_MS, bytes: RAW_BYTES, free: letGo });
const clip = new Ring({ ms: CLIP_MS, bytes: CLIP_BYTES });
let canvas = null;
let encoding = false;
let lastRaw = -Infinity;
let lastClip = -Infinity;
let generation = 0;

const JUMP_MS = 1000;
const LEAK_MS = 0.02; // a frame: two clocks drift apart by less

/** When a frame was captured: its own time stamps, laid on this computer's clock by the quickest. */
class Captured {
  #base = null;

  at(frame, arrived) {
    const stamp = frame.timestamp / 1000;
    if (!Number.isFinite(stamp)) return arrived;
    const late = arrived - stamp;
    const jumped = this.#base === null || late - this.#base > JUMP_MS;
    this.#base = jumped ? late : Math.min(late, this.#base + LEAK_MS);
    return stamp + this.#base;
  }
}

const now = () => performance.timeOrigin + performance.now();

function letGo(frame) {
  frame.bitmap?.close();
  if (frame.data && spare.length < 4) spare.push(frame.data);
}

async function take(frame, at) {
  try {
    const wantsClip = !encoding && at - lastClip > CLIP_EVERY_MS - EARLY_MS;
    if (wantsClip) encode(frame, at);
    await keep(frame, at);
  } finally {
    frame.close();
  }
}

// A copy of the planes as they are: what the browser got from the device, without another loss.
async function keep(frame, at) {
  const columns = frame.displayWidth ?? frame.width;
  const rows = frame.displayHeight ?? frame.height;
  const planes = typeof frame.copyTo === "function" && frame.format;
  const weight = planes ? frame.allocationSize() : columns * rows * 4;
  if (at - lastRaw < spacing(weight) - EARLY_MS) return;
  lastRaw = at;
  const mine = generation;
  if (!planes) {
    const bitmap = await createImageBitmap(frame);
    if (mine === generation) raw.push({ at, weight, columns, rows, bitmap });
    else bitmap.close();
    return;
  }
  const found = spare.findIndex((one) => one.byteLength === weight);
  const data = found < 0 ? new ArrayBuffer(weight) : spare.splice(found, 1)[0];
  const layout = await frame.copyTo(data);
  const { width, height } = frame.visibleRect;
  const init = {
    format: frame.format, codedWidth: width, codedHeight: height, timestamp: 0, layout,
    displayWidth: columns, displayHeight: rows, colorSpace: frame.colorSpace?.toJSON?.(),
  };
  if (mine === generation) raw.push({ at, weight, columns, rows, data, init });
}

function encode(frame, at) {
  const columns = frame.displayWidth ?? frame.width;
  const rows = frame.displayHeight ?? frame.height;
  const mine = generation;
  encoding = true;
  lastClip = at;
  if (canvas?.width !== columns || canvas?.height !== rows) canvas = new OffscreenCanvas(columns, rows);
  canvas.getContext("2d", { alpha: false }).drawImage(frame, 0, 0, columns, rows);
  canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY })
    .then((blob) => { if (mine === generation) clip.push({ at, weight: blob.size, columns, rows, blob }); })
    .catch((error) => console.error("clip:", error))
    .finally(() => { encoding = false; });
}

async function still({ id, at }) {
  // A frame that is gone already: the oldest one kept lies nearest to it, and the asker is told.
  const found = raw.at(at) ?? raw.oldest;
  if (!found) return postMessage({ t: "no-still", id });
  const late_ms = Math.max(0, Math.round(found.at - at));
  const { columns, rows, data, init, bitmap } = found;
  const picture = new OffscreenCanvas(columns, rows);
  const source = bitmap ?? new VideoFrame(data, init);
  picture.getContext("2d", { alpha: false }).drawImage(source, 0, 0, columns, rows);
  if (source !== bitmap) source.close();
  const blob = await picture.convertToBlob({ type: "image/png" });
  return postMessage({ t: "still", id, at: found.at, columns, rows, blob, late_ms });
}

function frames({ id, seconds }) {
  const found = clip.last(seconds * 1000);
  if (found.length < 2) return postMessage({ t: "no-clip", id });
  const [{ columns, rows }] = found;
  return postMessage({
    t: "clip", id, columns, rows, at: found[0].at,
    times: found.map((one) => one.at - found[0].at), blobs: found.map((one) => one.blob),
  });
}

async function follow(readable) {
  generation += 1;
  const mine = generation;
  const reader = readable.getReader();
  const captured = new Captured();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    if (mine !== generation) {
      value.close();
      reader.cancel();
      return;
    }
    await take(value, captured.at(value, now())).catch((error) => console.error("frame:", error));
  }
}

function end() {
  generation += 1;
  [lastRaw, lastClip] = [-Infinity, -Infinity];
  raw.clear();
  clip.clear();
  spare.length = 0;
}

onmessage = ({ data }) => {
  if (data.t === "follow") follow(data.readable);
  else if (data.t === "frame") take(data.frame, data.at).catch((error) => console.error("frame:", error));
  else if (data.t === "still") still(data).catch(() => postMessage({ t: "no-still", id: data.id }));
  else if (data.t === "clip") frames(data);
  else if (data.t === "figures") {
    const fps = (ring) => (ring.frames.length > 1
      ? ((ring.frames.length - 1) * 1000) / (ring.newest.at - ring.frames[0].at) : 0);
    postMessage({ t: "figures", id: data.id, raw: raw.frames.length, rawBytes: raw.held, rawFps: fps(raw),
      clip: clip.frames.length, clipBytes: clip.held, clipFps: fps(clip) });
  } else if (data.t === "end") end();
};
