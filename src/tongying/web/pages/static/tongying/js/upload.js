// Resumable upload: three files at a time, in pieces, until everything has arrived.
//
// What has arrived is asked of the server, not remembered here, so an upload can be taken up again
// after a reload, a crash or on another computer: the same files are recognised by their path,
// length and modification time.

import { csrfToken } from "./frame.js";

const PARALLEL = 3;
const CHUNK = 6 * 1024 * 1024;
const FIRST_WAIT = 2;
const LONGEST_WAIT = 30;
const SPEED_WINDOW_MS = 8000;
const POLL_MS = 1500;
const DICOM_PREFIX_END = 132;

const drop = document.getElementById("drop");
const words = drop.dataset;
const passedOver = JSON.parse(words.passedOver);
const summary = document.getElementById("summary");
const panel = document.getElementById("progress");
const at = Object.fromEntries(
  ["state", "name", "pause", "bar", "files", "bytes", "speed", "rest", "skipped", "error", "refused"]
    .map((name) => [name, document.getElementById(`p-${name}`)]),
);

let code = words.code;
let known = new Map();
const queue = [];
const running = new Map();
const total = { files: 0, filesDone: 0, bytes: 0, bytesDone: 0, skipped: 0, refused: 0 };
let paused = false;
let lastWait = 0;
let retryAt = 0;
let samples = [];
let lastSummary = "";
let polling = 0;

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

function size(bytes) {
  if (bytes < 1e6) return `${Math.max(bytes ? 1 : 0, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

function duration(seconds) {
  if (seconds < 90) return say(words.wSeconds, { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return say(words.wMinutes, { n: Math.round(seconds / 60) });
  return say(words.wHours, { n: (seconds / 3600).toFixed(1) });
}

/** The name as the server keeps it: a label, no climbing, at most 500 signs. */
function cleanName(given) {
  const parts = given.replace(/\\/g, "/").split("/").filter((part) => part && part !== "." && part !== "..");
  const signs = [...(parts.join("/") || "?")];
  return signs.length <= 500 ? signs.join("") : "…" + signs.slice(-499).join("");
}

const keyOf = (name, length, modified) => `${length}\n${modified ?? ""}\n${name}`;

/** Say whether a file is sent as its name only: a program or note that is not DICOM inside. */
async function isPassedOver(file) {
  const base = file.name.toLowerCase();
  const ending = base.includes(".") ? base.slice(base.lastIndexOf(".") + 1) : "";
  if (!passedOver.names.includes(base) && !base.startsWith("._") && !passedOver.endings.includes(ending)) return false;
  if (file.size < DICOM_PREFIX_END) return true;
  const head = new Uint8Array(await file.slice(128, DICOM_PREFIX_END).arrayBuffer());
  return String.fromCharCode(...head) !== "DICM";
}

async function ask(url, method = "GET") {
  const headers = method === "GET" ? {} : { "X-CSRFToken": csrfToken() };
  const response = await fetch(url, { method, headers, redirect: "manual" });
  if (response.type === "opaqueredirect" || response.status === 401) throw new Error(words.wSignedOut);
  if (!response.ok) throw new Error(document.body.dataset.failed);
  return response;
}

/** Ask the server which files of this upload it has, or begin a new one. */
async function begin() {
  if (!code) {
    const made = await (await ask(words.new, "POST")).json();
    code = made.code;
    history.replaceState(null, "", made.page);
  }
  const state = await (await ask(`${words.base}${code}/state/`)).json();
  known = new Map(state.files.map((file) => [keyOf(file.name, file.length, file.modified), file]));
}

async function take(files) {
  if (!files.length) return showError(words.wNothing);
  at.error.textContent = "";
  panel.hidden = false;
  at.state.textContent = words.wReading;
  document.getElementById("interrupted")?.remove();
  try {
    await begin();
  } catch (error) {
    return showError(error instanceof TypeError ? document.body.dataset.slow : error.message);
  }
  for (const { file, path } of files) {
    const name = cleanName(path);
    const body = (await isPassedOver(file).catch(() => false)) ? new Blob([]) : file;
    const item = { file: body, name, size: body.size, modified: file.lastModified, sent: 0, url: null };
    const found = known.get(keyOf(name, item.size, item.modified));
    total.files += 1;
    total.bytes += item.size;
    if (found?.done) {
      total.filesDone += 1;
      total.skipped += 1;
      total.bytesDone += item.size;
      continue;
    }
    if (found) item.url = found.url;
    queue.push(item);
  }
  paused = false;
  pump();
  draw();
  poll();
}

function pump() {
  while (!paused && !retryAt && running.size < PARALLEL && queue.length) start(queue.shift());
}

function start(item) {
  const settle = () => { running.delete(item); pump(); draw(); };
  const upload = new window.tus.Upload(item.file, {
    endpoint: words.tus,
    uploadUrl: item.url,
    chunkSize: CHUNK,
    uploadDataDuringCreation: true,
    // What has arrived is asked of the server; nothing is kept in this browser.
    storeFingerprintForResuming: false,
    retryDelays: null,
    metadata: { filename: item.name, modified: String(item.modified), upload: code },
    onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
    onUploadUrlAvailable: () => { item.url = upload.url; },
    onProgress: (sent) => { total.bytesDone += sent - item.sent; item.sent = sent; },
    onChunkComplete: () => { lastWait = 0; },
    onSuccess: () => {
      total.bytesDone += item.size - item.sent;
      item.sent = item.size;
      total.filesDone += 1;
      settle();
    },
    onError: (error) => {
      const status = error.originalResponse?.getStatus?.() ?? 0;
      running.delete(item);
      if (status === 401) {
        queue.unshift(item);
        pause(words.wSignedOut);
      } else if (status === 404 && item.url) {
        // The server has dropped this file: send it from the start.
        total.bytesDone -= item.sent;
        Object.assign(item, { url: null, sent: 0 });
        queue.unshift(item);
        pump();
      } else if (status === 0 || status >= 500 || [409, 423, 429].includes(status)) {
        if (!error.originalRequest) return refuse(item, say(words.wUnreadable, { name: item.name }));
        queue.unshift(item);
        backOff();
      } else {
        refuse(item, say(words.wRefused, { name: item.name, why: reasonOf(error) }));
      }
      draw();
    },
  });
  running.set(item, upload);
  upload.start();
}

function reasonOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).title ?? "";
  } catch {
    return "";
  }
}

function refuse(item, sentence) {
  total.refused += 1;
  total.bytes -= item.size;
  total.bytesDone -= item.sent;
  const line = document.createElement("li");
  line.textContent = sentence;
  at.refused.append(line);
  pump();
}

/** Wait after a broken line, longer each time until a piece arrives, then try again by itself. */
function backOff() {
  if (retryAt) return;
  lastWait = Math.min(LONGEST_WAIT, Math.max(FIRST_WAIT, lastWait * 2));
  retryAt = Date.now() + lastWait * 1000;
}

function tryAgain() {
  retryAt = 0;
  pump();
}

function pause(sentence = "") {
  paused = true;
  for (const [item, upload] of running) {
    upload.abort();
    queue.unshift(item);
  }
  running.clear();
  showError(sentence);
  draw();
}

function goOn() {
  paused = false;
  lastWait = 0;
  retryAt = 0;
  showError("");
  pump();
  draw();
}

function showError(text) {
  panel.hidden = false;
  at.error.textContent = text;
}

function draw() {
  const now = Date.now();
  const active = running.size + queue.length > 0;
  const over = !active && total.files > 0;
  samples.push([now, total.bytesDone]);
  samples = samples.filter(([when]) => now - when < SPEED_WINDOW_MS);
  const [[from, before]] = samples;
  const speed = now > from ? Math.max(0, ((total.bytesDone - before) * 1000) / (now - from)) : 0;
  at.bar.max = Math.max(1, total.bytes);
  at.bar.value = over ? at.bar.max : total.bytesDone;
  at.files.textContent = say(words.wFiles, { done: total.filesDone, all: total.files - total.refused });
  at.bytes.textContent = say(words.wBytes, { done: size(total.bytesDone), all: size(total.bytes) });
  const moving = active && !paused && !retryAt && speed > 0;
  at.speed.textContent = moving ? `${size(speed)}/s` : "";
  at.rest.textContent = moving ? say(words.wRest, { time: duration((total.bytes - total.bytesDone) / speed) }) : "";
  at.skipped.hidden = !total.skipped;
  at.skipped.textContent = say(words.wSkipped, { n: total.skipped });
  at.name.textContent = [...running.keys()].map((item) => item.name.split("/").pop()).join(", ");
  at.pause.hidden = !active;
  at.pause.textContent = paused ? words.wResume : words.wPause;
  if (over) at.state.textContent = total.refused ? say(words.wPartly, { n: total.refused }) : words.wDone;
  else if (active) at.state.textContent = paused ? words.wPaused : words.wSending;
  if (!paused) {
    at.error.textContent = retryAt
      ? say(words.wLine, { n: Math.max(1, Math.ceil((retryAt - now) / 1000)) }) : "";
  }
}

setInterval(() => {
  if (retryAt && Date.now() >= retryAt) tryAgain();
  if (running.size + queue.length) draw();
}, 500);
window.addEventListener("online", () => { if (retryAt && !paused) tryAgain(); });
window.addEventListener("beforeunload", (event) => { if (running.size + queue.length) event.preventDefault(); });
at.pause.addEventListener("click", () => (paused ? goOn() : pause()));

/** Keep the outcome fresh while something is under way, here or with the worker. */
async function poll() {
  clearTimeout(polling);
  if (!code) return;
  try {
    const text = await (await ask(`${words.base}${code}/summary/`)).text();
    const opened = summary.contains(document.activeElement);
    if (text !== lastSummary && !opened) {
      lastSummary = text;
      summary.innerHTML = text;
    }
  } catch {
    // The line is down or the log-in is over: the panel says so; the next round tries again.
  }
  const busy = summary.querySelector("#outcome")?.dataset.busy;
  if (running.size + queue.length || busy) polling = setTimeout(poll, POLL_MS);
  else if (total.files && !settled) { settled = true; polling = setTimeout(poll, POLL_MS); }
}
let settled = false;

/** Read a dropped entry: a file, or a folder with all that is in it. */
async function walk(entry, path, found) {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    found.push({ file, path: path + entry.name });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!part.length) return;
    for (const one of part) await walk(one, `${path}${entry.name}/`, found);
  }
}

const ofInput = (input) => [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

function chosen(event) {
  settled = false;
  const files = ofInput(event.target);
  event.target.value = "";
  take(files);
}
document.getElementById("pick-folder").addEventListener("change", chosen);
document.getElementById("pick-files").addEventListener("change", chosen);
document.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("dragover", () => drop.classList.add("over"));
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  panel.hidden = false;
  at.state.textContent = words.wReading;
  for (const entry of entries) await walk(entry, "", found);
  settled = false;
  take(found);
});

drop.classList.add("scripted");
drop.addEventListener("submit", (event) => event.preventDefault());
if (code) poll();
