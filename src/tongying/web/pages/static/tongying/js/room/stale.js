// How old the picture is that stands on the screen. Judged by the frames that were shown, never by
// the state of a connection: a line can be up and the picture still.

// The mark must stand before the picture is one second old, so it is set a little earlier.
export const STALE_MS = 900;
const LOOK_MS = 50;
const RATE_MS = 2000;

/** The age of what a video shows: fed with frames, asked at any time. Times in ms of one clock. */
export class FrameAge {
  #shown = null; // when the last frame was shown
  #delay = 0; // how old it was then
  #frames = []; // [when, how many were shown until then]

  constructor(since) {
    this.#shown = since;
  }

  frame(at, delay, count) {
    this.#shown = at;
    this.#delay = Number.isFinite(delay) ? Math.max(0, delay) : this.#delay;
    this.#frames.push([at, count]);
    while (this.#frames.length > 2 && at - this.#frames[0][0] > RATE_MS) this.#frames.shift();
  }

  age(now) {
    return Math.max(0, now - this.#shown) + this.#delay;
  }

  stale(now) {
    return this.age(now) > STALE_MS;
  }

  delay() {
    return this.#delay;
  }

  rate(now) {
    const recent = this.#frames.filter(([at]) => now - at <= RATE_MS);
    if (recent.length < 2) return 0;
    const [[from, first]] = recent;
    const last = recent.at(-1)[1];
    return ((last - first) * 1000) / Math.max(now - from, 1);
  }
}

/**
 * Watch a video element. `delayOf(now, metadata)` says how old a frame is when it is shown;
 * `tell({stale, age_ms, delay_ms, fps})` is called twenty times a second. Returns a function that ends it.
 */
export function watchFrames(video, delayOf, tell) {
  let age = new FrameAge(performance.now());
  let stopped = false;
  let handle = 0;
  const onFrame = (now, metadata) => {
    if (stopped) return;
    const at = Math.max(now, metadata.expectedDisplayTime ?? now);
    age.frame(at, delayOf(at, metadata), metadata.presentedFrames);
    handle = video.requestVideoFrameCallback(onFrame);
  };
  const anew = () => { age = new FrameAge(performance.now()); };
  handle = video.requestVideoFrameCallback(onFrame);
  video.addEventListener("loadstart", anew);
  const timer = setInterval(() => {
    const now = performance.now();
    if (document.hidden) return; // no frame is shown in a hidden page, and nobody looks at it
    tell({
      stale: age.stale(now), age_ms: Math.round(age.age(now)),
      delay_ms: Math.round(age.delay()), fps: Math.round(age.rate(now) * 10) / 10,
    });
  }, LOOK_MS);
  return () => {
    stopped = true;
    clearInterval(timer);
    video.removeEventListener("loadstart", anew);
    video.cancelVideoFrameCallback(handle);
  };
}
