// The live room: one object that every part of the page shares, and the order they start in. What
// was said comes through the link, is folded once here, and is told on to the parts.

import { csrfToken } from "../frame.js";
import { openLink } from "./link.js";
import { RoomNow } from "./now.js";
import { Pictures } from "./pictures.js";

// The order matters: what shows words comes first, so that the room works without the rest.
const PARTS = [
  "status", "people", "chat", "planes", "consent", "stage", "images", "board", "shortcuts",
  "media", "grab", "recorder", "uploads", "follow", "panel", "report",
];
const COLOURS = ["teal", "amber", "blue", "magenta", "white"];

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const handlers = new Map();

const config = read("room-config");

/** What the parts of the page share. */
const room = {
  code: config.code,
  config,
  words: read("room-words"),
  you: config.people.find((one) => one.member === config.member)
    ?? { member: config.member, name: "", hospital: "", part: config.part, place: 0 },
  people: new Map(config.people.map((one) => [one.member, one])),
  now: new RoomNow(),
  pictures: new Pictures(),
  events: [],
  /** Whether the log told so far has been taken in; before, nothing is news. */
  begun: false,
  link: null,

  on(name, act) {
    handlers.set(name, [...(handlers.get(name) ?? []), act]);
  },
  /** Tell the parts; one that fails does not keep it from the others. */
  emit(name, detail) {
    for (const act of handlers.get(name) ?? []) {
      try { act(detail); } catch (error) { console.error(`${name}:`, error); }
    }
  },
  element(name) {
    return document.querySelector(`[data-room="${name}"]`);
  },
  may(kind) {
    return config.may.includes(kind);
  },
  name(member) {
    return room.people.get(member)?.name ?? room.words.someone;
  },
  colour(member) {
    return COLOURS[(room.people.get(member)?.place ?? 4) % COLOURS.length];
  },

  /** Say something; a refusal is shown. Returns the event, or null where it was refused. */
  async tell(kind, body) {
    const said = { kind, body, at: new Date().toISOString(), author: room.you.member };
    room.emit("telling", said);
    try {
      const event = await room.link.tell(kind, body);
      if (event) take([event]);
      room.emit("told", { said, event });
      return event;
    } catch (refused) {
      const why = refused?.title ?? refused?.message ?? room.words.failed;
      room.emit("refused", { said, why });
      return null;
    }
  },

  /** Send a form to one of the room's addresses; returns what was wrong, or an empty string. */
  async post(path, values = {}) {
    try {
      const answer = await fetch(config.http + path, {
        method: "POST",
        headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
        body: new URLSearchParams(values),
      });
      if (answer.ok) return "";
      return (await answer.json().catch(() => ({}))).title ?? room.words.failed;
    } catch {
      return document.body.dataset.offline;
    }
  },
};

/** Take in events; each once, in the order of their numbers. */
function take(events) {
  const fresh = events
    .filter((event) => !known.has(event.id) && known.add(event.id))
    .sort((one, other) => one.id - other.id);
  if (!fresh.length) return;
  if (fresh[0].id < room.now.last) {
    // One that others overtook: fold the whole log anew, for its order is the order.
    room.events = [...room.events, ...fresh].sort((one, other) => one.id - other.id);
    room.now = new RoomNow();
    for (const event of room.events) room.now.take(event);
  } else {
    room.events.push(...fresh);
    for (const event of fresh) room.now.take(event);
  }
  for (const event of fresh) room.pictures.take(event);
  room.emit("events", fresh);
  if (room.begun) for (const event of fresh) room.emit("event", event);
  room.emit("now", room.now);
}
const known = new Set();

async function begin() {
  for (const name of PARTS) {
    try {
      const part = await import(`./${name}.js`);
      await part.mount(room);
    } catch (error) {
      console.error(name, error);
      room.emit("part-failed", { name });
    }
  }
  room.emit("mounted", {});
  listen();
}

function listen() {
  const { link } = room;
  link.on("event", (event) => take([event]));
  link.on("welcome", (message) => {
    take(message.events ?? []);
    start();
    room.emit("welcome", message);
    room.emit("present", message);
    room.emit("people", message.people ?? []);
  });
  link.on("present", (message) => room.emit("present", message));
  link.on("people", (message) => {
    room.emit("present", message);
    room.emit("people", message.people);
  });
  for (const type of ["pointer", "speaking", "signal", "view", "gone", "quality"]) {
    link.on(type, (message) => room.emit(`link-${type}`, message));
  }
  link.on("state", (state) => room.emit("link", state));
  link.on("begun", () => start());
}

/** From now on what comes is news. */
function start() {
  if (room.begun) return;
  room.begun = true;
  document.getElementById("main").dataset.state = "open";
  room.emit("begun", room.now);
}

room.link = openLink(config);
begin();
