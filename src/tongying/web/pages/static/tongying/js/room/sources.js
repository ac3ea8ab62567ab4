// Where the live picture comes from: the probe through a capture device, a video file for a trial,
// or the test picture that measures a line. Never a face: a camera that looks at people is not
// chosen for anybody, and whoever chooses one confirms that no face is in the picture.

import { drawTimecode } from "./timecode.js";

const FACES = /face\s?time|front|user.?facing|integrated|built.?in|internal|webcam|selfie|内置|前置|自拍|集成|摄像头/i;
const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const TEST = { width: 640, height: 480, fps: 30 };

/** Something that cannot be opened: `reason` names the sentence to show. */
export class NoPicture extends Error {
  constructor(reason, cause) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/** Say whether a device's name is one of a camera that looks at people. */
export function looksAtPeople(label) {
  return FACES.test(label);
}

/** List capture devices as {id, label, face}; labels are empty before the browser is allowed. */
export async function captureDevices() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all
    .filter((one) => one.kind === "videoinput" && one.deviceId)
    .map((one) => ({ id: one.deviceId, label: one.label, face: looksAtPeople(one.label) }));
}

/** Ask the browser for the names of devices; what opens meanwhile is closed and never sent. */
export async function allowDevices() {
  const stream = await media({ video: true });
  for (const track of stream.getTracks()) track.stop();
  return captureDevices();
}

/** Return the device to propose, the one used last before any other; null: somebody must choose. */
export function proposed(devices, last = "") {
  const fit = devices.filter((one) => !one.face && one.label);
  return fit.find((one) => one.id === last) ?? fit[0] ?? null;
}

/** Open a capture device. */
export async function openCapture(id) {
  const stream = await media({ video: { deviceId: { exact: id }, ...WANTED }, audio: false });
  return opened(stream, "capture", () => {});
}

/** Open a video file, played again and again. */
export async function openFile(file) {
  const video = document.createElement("video");
  const url = URL.createObjectURL(file);
  Object.assign(video, { src: url, loop: true, muted: true, playsInline: true });
  try {
    await video.play();
  } catch (error) {
    URL.revokeObjectURL(url);
    throw new NoPicture("file", error);
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const context = canvas.getContext("2d", { alpha: false });
  let stopped = false;
  const onFrame = () => {
    if (stopped) return;
    context.drawImage(video, 0, 0);
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  const source = opened(canvas.captureStream(30), "file", () => {
    stopped = true;
    video.pause();
    video.removeAttribute("src");
    URL.revokeObjectURL(url);
  });
  source.pause = (on) => (on ? video.pause() : video.play());
  return source;
}

/** Open the test picture; `clock()` is the time (ms) that its code says. */
export function openTest(clock) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [TEST.width, TEST.height];
  const context = canvas.getContext("2d", { alpha: false });
  const stream = canvas.captureStream(0);
  const [track] = stream.getVideoTracks();
  const speckle = speckles(context);
  let number = 0;
  const draw = () => {
    drawTest(context, speckle, number);
    drawTimecode(context, TEST.width, TEST.height, clock());
    number += 1;
    track.requestFrame();
  };
  draw();
  let timer = setInterval(draw, 1000 / TEST.fps);
  const source = opened(stream, "test", () => clearInterval(timer));
  source.pause = (on) => {
    clearInterval(timer);
    if (!on) timer = setInterval(draw, 1000 / TEST.fps);
  };
  return source;
}

/** Stills of a picture as a track of its own: one frame every `every` ms, through the same line. */
export function stillsOf(stream, every) {
  const video = document.createElement("video");
  Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { alpha: false });
  [canvas.width, canvas.height] = [640, 480];
  const out = canvas.captureStream(0);
  const [track] = out.getVideoTracks();
  track.contentHint = "detail";
  const shoot = () => {
    if (!video.videoWidth) return;
    if (canvas.width !== video.videoWidth) [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    context.drawImage(video, 0, 0);
    track.requestFrame();
  };
  video.addEventListener("loadeddata", shoot, { once: true });
  video.play().catch(() => {}); // interrupted by the end of the source
  const timer = setInterval(shoot, every);
  return {
    track,
    stop() {
      clearInterval(timer);
      track.stop();
      video.srcObject = null;
    },
  };
}

async function media(wanted) {
  if (!navigator.mediaDevices?.getUserMedia) throw new NoPicture("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    const reasons = { NotAllowedError: "denied", NotFoundError: "missing", NotReadableError: "busy" };
    throw new NoPicture(reasons[error.name] ?? "missing", error);
  }
}

function opened(stream, kind, end) {
  const [track] = stream.getVideoTracks();
  track.contentHint = "motion";
  return {
    kind,
    stream,
    track,
    stop() {
      for (const one of stream.getTracks()) one.stop();
      end();
    },
  };
}

// A grainy sector and a bright disc that goes round: as hard to compress as ultrasound.
function drawTest(context, speckle, number) {
  const { width, height } = TEST;
  context.drawImage(speckle, (-number * 3) % width, 0);
  context.drawImage(speckle, ((-number * 3) % width) + width, 0);
  const turn = (number / 60) * 2 * Math.PI;
  context.fillStyle = "#e8f4f2";
  context.beginPath();
  context.arc(width / 2 + 140 * Math.cos(turn), height / 2 + 120 * Math.sin(turn), 24, 0, 7);
  context.fill();
  context.font = "28px monospace";
  context.fillText(String(number).padStart(6, "0"), 24, height - 24);
}

function speckles(context) {
  const { width, height } = TEST;
  const grain = context.createImageData(width, height);
  let seed = 12345;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      const depth = Math.hypot(x - width / 2, y) / height;
      const at = (y * width + x) * 4;
      const bright = depth < 1 ? ((seed >> 16) & 63) * (1.1 - depth) + 30 : 10;
      grain.data[at] = grain.data[at + 1] = grain.data[at + 2] = bright;
      grain.data[at + 3] = 255;
    }
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d").putImageData(grain, 0, 0);
  return canvas;
}
