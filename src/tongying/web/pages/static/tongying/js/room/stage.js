// What all look at: the live picture, a still, a clip, an image of the case; and the strip of them.

import { Cine } from "./cine.js";
import { Pictures } from "./pictures.js";
import { base, readTarget, samePicture } from "./targets.js";
import { icon, made, put, targetWords } from "./words.js";

const USUAL = { columns: 640, rows: 480 };

export function mount(room) {
  const { words } = room;
  const [box, video, picture, empty, what] = ["stage", "live", "picture", "empty", "what"]
    .map((name) => room.element(name));
  let shown = { target: "live" };
  let stream = null;
  let size = USUAL;
  let asked = 0;
  const cine = new Cine(room, (frame, image) => onFrame(frame, image));
  const strip = room.element("thumbs");

  // ---- what others ask of the stage

  room.stage = {
    /** The target that is on the screen here. */
    get target() { return shown.target; },
    get size() { return size; },
    /** Where the picture lies in the stage, in CSS pixels. */
    rect() {
      const whole = box.getBoundingClientRect();
      const scale = Math.min(whole.width / size.columns, whole.height / size.rows) || 1;
      const [width, height] = [size.columns * scale, size.rows * scale];
      return { left: (whole.width - width) / 2, top: (whole.height - height) / 2, width, height };
    },
    show: (target, more = {}) => show({ ...more, target }),
    /** Show a picture to everybody; who may not only sees it themselves. */
    together(target, more = {}) {
      show({ ...more, target });
      if (room.may("look")) room.tell("look", { target, ...more });
    },
    /** Make sure that all see what is about to be drawn on. */
    gather() {
      const { target, study, series } = shown;
      if (!room.may("look") || (room.now.look.target ?? "live") === target) return;
      room.tell("look", { target, ...(study ? { study, series } : {}) });
    },
    step: (by) => step(by),
    cine,
    /** Say how large the picture is that somebody else put on the stage. */
    sized(columns, rows) {
      size = { columns, rows };
      room.emit("stage-size", {});
    },
  };

  // ---- showing

  async function show(wanted) {
    const target = readTarget(wanted.target);
    if (!target) return;
    const turn = (asked += 1);
    shown = { ...wanted };
    fault("");
    cine.close();
    if (target.kind === "live") showLive();
    else if (target.kind === "image") await showImage(target, wanted, turn);
    else await showStored(target, turn);
    if (turn !== asked) return;
    marks();
    room.emit("stage", { target: shown.target });
  }

  function showLive() {
    video.hidden = !stream;
    picture.hidden = true;
    room.element("viewer").hidden = true;
    size = video.videoWidth ? { columns: video.videoWidth, rows: video.videoHeight } : USUAL;
    emptyWords();
  }

  async function showStored(target, turn) {
    const known = room.pictures.of(shown.target);
    if (known) size = { columns: known.columns, rows: known.rows };
    const path = `${room.config.http}pictures/${target.kind}/${target.number}/`;
    if (target.kind === "clip" && known) return cine.open(known, path, target.frame);
    return load(path, turn);
  }

  async function showImage(target, wanted, turn) {
    const from = { ...wanted, ...target, source: "", frames: 1, handled: false };
    room.emit("image-source", from);
    if (from.handled) {
      video.hidden = picture.hidden = true;
      return undefined;
    }
    return load(from.source || rendered(wanted, target), turn);
  }

  function rendered({ study, series }, { sop, frame }) {
    const part = frame > 1 ? `/frames/${frame}` : "";
    return `/dicomweb/studies/${study}/series/${series}/instances/${sop}${part}/rendered`;
  }

  async function load(source, turn) {
    const image = new Image();
    image.src = source;
    try {
      await image.decode();
    } catch {
      if (turn === asked) fault(words.pictureFailed, () => show(shown));
      return;
    }
    if (turn !== asked) return;
    if (readTarget(shown.target).kind === "image" || !room.pictures.of(shown.target)) {
      size = { columns: image.naturalWidth, rows: image.naturalHeight };
    }
    put_(image.src);
  }

  function put_(source) {
    picture.src = source;
    picture.alt = targetWords(words, shown.target);
    picture.hidden = false;
    video.hidden = true;
    room.element("viewer").hidden = true;
    empty.hidden = true;
  }

  function onFrame(frame, image) {
    shown = { ...shown, target: `${base(shown.target)}:${frame}` };
    if (image) put_(image.src);
    caption();
    room.emit("stage", { target: shown.target, frame });
  }

  // ---- words on the stage

  function fault(text, again) {
    empty.hidden = !text;
    empty.replaceChildren(made("p", "", text));
    if (!text || !again) return;
    picture.hidden = true;
    const button = made("button", "lr-btn", words.again);
    button.type = "button";
    button.addEventListener("click", again);
    empty.append(button);
  }

  function emptyWords() {
    if (shown.target !== "live") return;
    empty.hidden = Boolean(stream) && !video.hidden;
    if (empty.hidden) return;
    const { now } = room;
    const probe = room.config.part === "probe";
    let text = now.camera ? words.onItsWay : words.waitCamera;
    if (now.camera && ["stills", "voice", "chat"].includes(now.level)) text = words.noPicture;
    if (!now.camera && probe) text = words.openCamera;
    if (!now.consent) text = probe ? words.consentFirst : words.waitConsent;
    empty.replaceChildren(made("p", "", text));
    if (!now.consent && probe) empty.append(consentButton());
    if (room.alone) empty.append(made("p", "lr-faint", words.alone));
  }

  function consentButton() {
    const button = made("button", "lr-btn lr-go", words.consentAsk);
    button.type = "button";
    button.dataset.dialog = "room-consent";
    return button;
  }

  function caption() {
    const all = room.now.look.target ?? "live";
    const apart = !samePicture(all, shown.target);
    what.replaceChildren(made("span", "", name(shown.target)));
    if (!apart) return;
    const back = made("button", "lr-link", words.backToAll);
    back.type = "button";
    back.title = put(words.allSee, { what: name(all) });
    back.addEventListener("click", () => show({ target: "live", ...room.now.look }));
    what.append(" · ", put(words.allSee, { what: name(all) }), " · ", back);
  }

  function name(target) {
    return target === "live" ? words.live : targetWords(words, target);
  }

  // ---- the strip

  function list() {
    const places = [{ target: "live", label: words.live }];
    for (const one of room.pictures.all.values()) {
      places.push({
        target: Pictures.target(one), label: put(words[one.kind], { n: one.number }), picture: one,
      });
    }
    return places;
  }

  function marks() {
    const all = room.now.look.target ?? "live";
    const places = list();
    strip.replaceChildren(...places.map((place) => {
      const line = made("li");
      const button = made("button");
      button.type = "button";
      button.setAttribute("aria-current", String(samePicture(place.target, shown.target)));
      button.classList.toggle("all", samePicture(place.target, all));
      button.append(small(place), made("span", "", place.label));
      if (place.picture?.mmPerPixel) button.append(made("small", "", "mm"));
      button.addEventListener("click", () => room.stage.together(place.target));
      line.append(button);
      return line;
    }));
    strip.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
    caption();
  }

  function small({ picture: one }) {
    if (!one) {
      const sign = made("span", "lr-thumb");
      sign.append(icon("video"));
      return sign;
    }
    const image = made("img", "lr-thumb");
    image.alt = "";
    image.loading = "lazy";
    image.src = `${room.config.http}pictures/${one.kind}/${one.number}/${one.kind === "clip" ? "1/" : ""}`;
    return image;
  }

  function step(by) {
    const places = list();
    const at = places.findIndex((place) => samePicture(place.target, shown.target));
    const next = places[Math.min(Math.max(at + by, 0), places.length - 1)];
    if (next && at >= 0 && places[at] !== next) room.stage.together(next.target);
  }

  // ---- what happens

  for (const name_ of ["live-stream", "remote-stream"]) {
    room.on(name_, ({ stream: given }) => {
      stream = given ?? null;
      if (video.srcObject !== stream) video.srcObject = stream;
      if (stream) video.play().catch(() => {});
      refresh();
    });
  }
  video.addEventListener("resize", refresh);

  /** Lay the live picture out anew; an open viewer stays open over it. */
  function refresh() {
    const viewer = room.element("viewer");
    if (shown.target === "live" && (!viewer || viewer.hidden)) show(shown);
  }

  room.on("events", (fresh) => {
    if (fresh.some(({ kind }) => ["still", "clip", "look", "calibrate"].includes(kind))) marks();
    const own = fresh.findLast?.((one) => one.kind === "look");
    if (own && room.now.look.target === own.body.target && own.body.target !== shown.target) {
      show({ ...own.body });
    }
  });
  // Whoever asked for the freeze, or froze it, brings everybody to the still that came of it.
  room.on("event", ({ kind, body, author }) => {
    if (kind !== "still" && kind !== "clip") return;
    const freeze = body.asked ? room.events.find((one) => one.id === body.asked) : null;
    const mine = (freeze?.author ?? author) === room.you.member;
    if (mine) room.stage.together(`${kind}:${body.number}${kind === "clip" ? ":1" : ""}`);
  });
  for (const happening of ["now", "people"]) room.on(happening, emptyWords);
  room.on("begun", () => { show({ target: "live", ...room.now.look }); });
  new ResizeObserver(() => room.emit("stage-size", {})).observe(box);
  show(shown);
}
