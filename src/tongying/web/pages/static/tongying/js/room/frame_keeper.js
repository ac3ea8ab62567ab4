// The page's side of the kept frames: gives the worker the picture, asks it for stills and clips.

const ANSWER_MS = 20_000;

/** Keeps the last frames of a stream while there is one. */
export class FrameKeeper {
  constructor() {
    this.waiting = new Map();
    this.asked = 0;
    this.track = null;
  }

  /** Keep the frames of another stream; null: of none, and forget those kept. */
  follow(stream) {
    this.#stop();
    const [track] = stream?.getVideoTracks() ?? [];
    if (!track) return;
    this.track = track.clone();
    this.#start();
    if ("MediaStreamTrackProcessor" in window) {
      const { readable } = new window.MediaStreamTrackProcessor({ track: this.track });
      this.worker.postMessage({ t: "follow", readable }, [readable]);
    } else {
      this.#watch();
    }
  }

  /** The frame that was captured at a moment (ms since 1970), as PNG. */
  still(at) {
    return this.#ask({ t: "still", at });
  }

  /** The frames of the last seconds as JPEG. */
  clip(seconds) {
    return this.#ask({ t: "clip", seconds });
  }

  /** How many frames are kept, of what, in how many bytes. */
  figures() {
    return this.#ask({ t: "figures" });
  }

  #start() {
    this.worker ??= new Worker(new URL("./frame_worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
  }

  #ask(question) {
    if (!this.track) return Promise.resolve({ t: "none" });
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      setTimeout(() => { if (this.waiting.delete(id)) resolve({ t: "none" }); }, ANSWER_MS);
      this.worker.postMessage({ ...question, id });
    });
  }

  // A browser that does not give a track's frames to a worker: take them as they are shown.
  #watch() {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: new MediaStream([this.track]) });
    this.video = video;
    const next = async () => {
      if (this.video !== video) return;
      const at = performance.timeOrigin + performance.now();
      try {
        const frame = "VideoFrame" in window
          ? new VideoFrame(video, { timestamp: 0 }) : await createImageBitmap(video);
        this.worker.postMessage({ t: "frame", frame, at }, [frame]);
      } catch (error) {
        console.error("frame:", error);
      }
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    video.play().catch(() => {});
  }

  #stop() {
    this.track?.stop();
    this.track = null;
    if (this.video) this.video.srcObject = null;
    this.video = null;
    this.worker?.postMessage({ t: "end" });
  }
}
