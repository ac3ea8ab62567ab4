// The board over the picture: shared pointers, drawing, distances with a scale, the keyboard's cross.

import { ask } from "./ask.js";
import { Pointers } from "./pointers.js";
import { paint, under } from "./shapes.js";
import { sure } from "./sure.js";
import { base } from "./targets.js";
import { put } from "./words.js";

const CLICKS = ["point", "text", "erase"];
const TOLD = ["draw", "measure", "calibrate", "erase", "clear", "look"];
const LEAST_PX = 5;
const SCALE_PX = 20;
const MOST_POINTS = 400;

export function mount(room) {
  const { words } = room;
  const canvas = room.element("board");
  const pen = canvas.getContext("2d");
  const tools = room.element("tools");
  const help = room.element("help");
  const provisional = new Map();
  let tool = "pointer";
  let drawn = null;
  let cross = null;
  let waiting = false;

  const pointers = new Pointers(room, redraw);
  const at = ([x, y]) => {
    const { left, top, width, height } = room.stage.rect();
    return [left + x * width, top + y * height];
  };

  /** Return where on the picture an event lies, kept inside it. */
  function pointOf(event) {
    const box = canvas.getBoundingClientRect();
    const { left, top, width, height } = room.stage.rect();
    const inside = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e6) / 1e6;
    return [inside((event.clientX - box.left - left) / width), inside((event.clientY - box.top - top) / height)];
  }

  // ---- painting

  function redraw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      paintAll();
    });
  }

  function marksHere() {
    const { target } = room.stage;
    const standing = [...room.now.marks.values()]
      .filter((event) => event.body.target === target)
      .map((event) => ({ ...event.body, ...look(event) }));
    return [...standing, ...[...provisional.values()].filter((one) => one.target === target)];
  }

  function look(event) {
    const shape = event.kind === "measure" ? "measure" : event.body.shape;
    return { shape, colour: event.body.colour ?? room.colour(event.author), event };
  }

  function paintAll() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: wide, clientHeight: high } = canvas;
    if (canvas.width !== Math.round(wide * ratio)) canvas.width = Math.round(wide * ratio);
    if (canvas.height !== Math.round(high * ratio)) canvas.height = Math.round(high * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    const marks = marksHere();
    for (const mark of marks) paint(pen, mark, at, words);
    if (drawn) paint(pen, { ...drawn, label: provisionalLength() }, at, words);
    pointers.paint(pen, room.stage.target, at);
    if (cross) paint(pen, { shape: "point", points: [cross], colour: "white" }, at, words);
    canvas.dataset.marks = String(marks.length);
  }

  function provisionalLength() {
    if (drawn.shape !== "measure" && drawn.shape !== "scale") return undefined;
    const mm = room.pictures.of(room.stage.target)?.mmPerPixel;
    return drawn.shape === "measure" && mm ? `${(pixels(drawn.points) * mm).toFixed(1)} mm` : " ";
  }

  /** Return the distance of the first and last of some points in pixels of the picture. */
  function pixels(points) {
    const { columns, rows } = room.stage.size;
    const [[x0, y0], [x1, y1]] = [points[0], points.at(-1)];
    return Math.hypot((x1 - x0) * columns, (y1 - y0) * rows);
  }

  // ---- telling

  const newId = () => crypto.getRandomValues(new Uint32Array(3)).reduce((all, one) => all + one.toString(36), "m");

  async function finish(mark) {
    const { target } = room.stage;
    if (mark.shape === "scale") return scale(target, mark.points);
    room.stage.gather();
    const body = { id: newId(), target, points: mark.points };
    if (mark.shape !== "measure") Object.assign(body, { shape: mark.shape, colour: mark.colour });
    if (mark.text) body.text = mark.text;
    provisional.set(body.id, { ...mark, ...body, shape: mark.shape, pending: true, label: mark.label ?? " " });
    redraw();
    await room.tell(mark.shape === "measure" ? "measure" : "draw", body);
    provisional.delete(body.id);
    redraw();
    return undefined;
  }

  async function scale(target, points) {
    if (!room.pictures.of(target)) return say(words.scaleWhere, true);
    if (pixels(points) < SCALE_PX) return say(words.scaleShort, true);
    const mm = await ask({
      title: words.scaleTitle, label: words.scaleAsk, type: "number", unit: "mm",
      read: (text) => {
        const value = Number(text.replace(/[,，。]/, "."));
        if (!text || !(value >= 1 && value <= 400)) throw new Error(words.scaleFault);
        return value;
      },
    });
    canvas.focus();
    if (mm === null) return undefined;
    room.stage.gather();
    if (await room.tell("calibrate", { target, points, mm })) choose("measure");
    return undefined;
  }

  async function write(point) {
    const text = await ask({
      title: words.textTitle, label: words.textAsk,
      read: (given) => {
        if (!given) throw new Error(words.textFault);
        return given.slice(0, 200);
      },
    });
    canvas.focus();
    if (text) finish({ shape: "text", points: [point], text, colour: room.colour(room.you.member) });
  }

  function erase(point) {
    const mark = under(marksHere().filter((one) => one.event), at(point), at);
    if (mark) room.tell("erase", { id: mark.id });
  }

  /** Take back the newest own mark that stands. */
  function undo() {
    if (drawn) return cancel();
    const own = [...room.now.marks.values()].filter((event) => event.author === room.you.member);
    const newest = own.sort((one, other) => one.id - other.id).at(-1);
    if (newest) room.tell("erase", { id: newest.body.id });
    return undefined;
  }

  // ---- the hand

  function begin(point) {
    if (!room.may("draw") || tool === "pointer") return;
    const shape = tool === "erase" ? "point" : tool;
    drawn = { shape, points: [point], colour: room.colour(room.you.member), target: room.stage.target };
    if (CLICKS.includes(tool)) end();
  }

  function draw(point) {
    if (drawn.shape === "path") {
      if (drawn.points.length < MOST_POINTS) drawn.points.push(point);
    } else drawn.points = [drawn.points[0], point];
    redraw();
  }

  function end() {
    const mark = drawn;
    drawn = null;
    redraw();
    if (!mark || mark.target !== room.stage.target) return;
    if (tool === "erase") erase(mark.points[0]);
    else if (mark.shape === "text") write(mark.points[0]);
    else if (mark.shape === "point") finish(mark);
    else if (mark.points.length > 1 && farEnough(mark)) finish(mark);
  }

  function farEnough(mark) {
    const places = mark.points.map(at);
    const [x, y] = places[0];
    return places.some((one) => Math.hypot(one[0] - x, one[1] - y) >= LEAST_PX);
  }

  function cancel() {
    drawn = cross = null;
    redraw();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    cross = null;
    if (tool !== "pointer") canvas.setPointerCapture(event.pointerId);
    begin(pointOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const point = pointOf(event);
    if (drawn) for (const one of event.getCoalescedEvents?.() ?? [event]) draw(pointOf(one));
    if (room.may("draw")) pointers.move(room.stage.target, point);
  });
  canvas.addEventListener("pointerup", () => { if (drawn) end(); });
  canvas.addEventListener("pointercancel", cancel);
  canvas.addEventListener("pointerleave", () => {
    if (room.may("draw")) pointers.move(room.stage.target, null);
  });

  // ---- the keyboard's cross: arrows move it, Enter sets a point, a second Enter ends the mark

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) moveCross(move, event.shiftKey ? 10 : 1);
    else if (event.key === "Enter") setPoint();
    else if (event.key === "Escape") cancel();
    else return;
    event.preventDefault();
  });

  function moveCross([dx, dy], steps) {
    const { columns, rows } = room.stage.size;
    const [x, y] = cross ?? [0.5, 0.5];
    const kept = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e6) / 1e6;
    cross = [kept(x + (dx * steps) / columns), kept(y + (dy * steps) / rows)];
    if (drawn) draw(cross);
    pointers.move(room.stage.target, cross);
    say(put(words.crossAt, { x: Math.round(cross[0] * 100), y: Math.round(cross[1] * 100) }));
    redraw();
  }

  function setPoint() {
    cross ??= [0.5, 0.5];
    if (drawn) end();
    else begin(cross);
    redraw();
  }

  // ---- tools

  function say(text, bad = false) {
    help.textContent = text;
    help.classList.toggle("bad", bad);
  }

  function choose(name) {
    if (!room.may("draw")) return;
    tool = name;
    drawn = null;
    for (const button of tools.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
    canvas.dataset.tool = tool;
    const lasting = tool !== "pointer" && tool !== "erase";
    say(lasting && room.stage.target === "live" ? words.moves : words.tools[tool]);
    redraw();
  }

  function refresh() {
    const { target } = room.stage;
    const picture = room.pictures.of(target);
    const mm = picture?.mmPerPixel;
    const box = room.element("scale");
    box.textContent = picture ? (mm ? put(words.scaled, { mm: mm.toFixed(4) }) : words.noScale) : "";
    box.classList.toggle("lacking", Boolean(picture) && !mm);
    const like = picture && !mm ? room.pictures.scaledLike(picture) : null;
    const same = tools.querySelector('[data-tool-act="same"]');
    same.hidden = !like;
    if (like) same.textContent = put(words.sameAs, { what: put(words[like.kind], { n: like.number }) });
    const own = [...room.now.marks.values()].some((event) => event.author === room.you.member);
    tools.querySelector('[data-tool-act="undo"]').disabled = !own;
    tools.querySelector('[data-tool-act="clear"]').disabled = !marksHere().length;
    redraw();
  }

  const ACTS = {
    undo,
    clear: async () => {
      const { target } = room.stage;
      const meant = await sure({ text: words.clearAsk, go: words.clear, stay: words.cancel });
      if (meant) room.tell("clear", { target });
    },
    same: () => {
      const { target } = room.stage;
      const like = room.pictures.scaledLike(room.pictures.of(target));
      if (like) room.tell("calibrate", { target, same_as: like.kind === "clip" ? `${like.name}:1` : like.name });
    },
  };
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.tool) choose(button.dataset.tool);
    if (button?.dataset.toolAct) ACTS[button.dataset.toolAct]();
  });

  // ---- what happens

  room.board = { choose, undo, cancel, get tool() { return tool; } };
  room.on("now", refresh);
  room.on("stage", () => {
    if (drawn && drawn.target !== room.stage.target) drawn = null;
    cross = null;
    refresh();
  });
  room.on("stage-size", redraw);
  room.on("refused", ({ said, why }) => { if (TOLD.includes(said.kind)) say(why, true); });
  // With another scale the distances drawn before are measured anew, each by who drew it.
  room.on("event", ({ kind, body }) => {
    if (kind !== "calibrate") return;
    for (const event of room.now.marks.values()) {
      const { id, target, points, text } = event.body;
      if (event.kind !== "measure" || event.author !== room.you.member) continue;
      if (base(target) !== base(body.target)) continue;
      room.tell("measure", { id, target, points, ...(text ? { text } : {}) });
    }
  });
  tools.hidden = !room.may("draw");
  choose("pointer");
  refresh();
}

