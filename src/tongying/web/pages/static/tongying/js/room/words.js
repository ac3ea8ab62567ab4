// The page's words with their values put in, and what an event of the log says in words.

import { readTarget } from "./targets.js";

/** Put values into the braces of a sentence. */
export function put(sentence, values = {}) {
  return (sentence ?? "").replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

/** Say which picture is meant. */
export function targetWords(words, text) {
  const target = readTarget(text);
  if (!target || target.kind === "live") return words.livePicture;
  if (target.kind === "clip") return put(words.clipFrame, { n: target.number, frame: target.frame });
  return put(words[target.kind], { n: target.number });
}

/** Say a distance in millimetres, or why it has none. */
export function lengthWords(words, body) {
  if (typeof body.mm === "number") return `${body.mm.toFixed(1)} mm`;
  return words.noMillimetres[body.why] ?? words.noScale;
}

const WHAT = {
  invited: (words, body, names) => names(body.member),
  removed: (words, body, names) => names(body.member),
  measure: lengthWords,
  calibrate: (words, body) => put(words.sharp, { mm: body.mm_per_pixel?.toFixed(4) }),
  draw: (words, body) => words.shapes[body.shape],
  camera: (words, body) => (body.on ? words.sources[body.source] : words.off),
  record: (words, body) => (body.on ? words.on : words.off),
  hand: (words, body) => (body.up ? "" : words.handLowered),
  consent: (words, body) => {
    if (!body.given) return words.withdrawn;
    return body.recording ? words.givenRecording : words.given;
  },
  quality: (words, body) => `${words.levels[body.level]}, ${body.kbit} kbit/s, ${body.fps}/s, `
    + put(words.loss, { n: (100 * body.loss).toFixed(1) }),
  still: (words, body) => put(words.still, { n: body.number }),
  clip: (words, body) => put(words.clip, { n: body.number }),
  recording: (words, body) => words.recordings[body.state],
  ended: (words, body) => words.ends[body.why],
};

/** Say what an event carries besides its kind; empty where its kind says it all. */
export function eventWords(words, event, names) {
  const { body, kind } = event;
  if (kind === "say") return body.text;
  const parts = [WHAT[kind]?.(words, body, names) ?? ""];
  if (body.target) parts.push(targetWords(words, body.target));
  if (body.text) parts.push(body.text);
  return parts.filter(Boolean).join(" · ");
}

/** Write a time of today by the clock on the wall. */
export function timeWords(iso) {
  const at = new Date(iso);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

/** Make an element with a class and words. */
export function made(name, className = "", text = "") {
  const one = document.createElement(name);
  if (className) one.className = className;
  if (text) one.textContent = text;
  return one;
}

/** Make a symbol of the icon sprite. */
export function icon(name) {
  const use = document.querySelector("main .icon use")?.getAttribute("href") ?? "";
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon icon-s");
  drawn.setAttribute("aria-hidden", "true");
  const used = document.createElementNS("http://www.w3.org/2000/svg", "use");
  used.setAttribute("href", use.replace(/#.*/, `#${name}`));
  drawn.append(used);
  return drawn;
}
