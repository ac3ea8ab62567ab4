// A room with nothing in it but the media.

import { mount } from "/static/tongying/js/room/media.js";
import { RoomNow } from "/static/tongying/js/room/now.js";

const asked = new URLSearchParams(location.search);
const member = Number(asked.get("member"));
const handlers = new Map();
const waiting = new Map();
let socket = null;
let heardAt = 0;

const room = {
  code: "trial", you: { member }, config: { part: asked.get("part"), ice: [] },
  words: { media: { chooseDevice: "…", facesPeople: "{name}!", noFaceTitle: "t", noFaceAsk: "{name}", noFaceBack: "no", noFaceGo: "yes" } },
  now: new RoomNow(), told: [], troubles: [],
  on(name, act) { handlers.set(name, [...(handlers.get(name) ?? []), act]); },
  emit(name, detail) { for (const act of handlers.get(name) ?? []) act(detail); },
  element(name) { return document.querySelector(`[data-room="${name}"]`); },
  tell(kind, body) {
    const id = crypto.randomUUID();
    send({ t: "event", kind, body, client_id: id });
    return new Promise((done) => { waiting.set(id, done); });
  },
  link: { send, offset: 0, state: () => "live", quality() {} },
};

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function take(event) {
  if (event.id <= room.now.last) return;
  room.now.take(event);
  room.told.push(event);
  room.emit("event", event);
  room.emit("now", room.now);
}

function open() {
  const mine = new WebSocket(`ws://${location.host}/live/trial/?member=${member}`);
  socket = mine;
  heardAt = performance.now();
  mine.onmessage = ({ data }) => {
    if (socket !== mine) return;
    heardAt = performance.now();
    const message = JSON.parse(data);
    if (message.t === "welcome") {
      message.events.forEach(take);
      room.emit("welcome", message);
      room.emit("begun", room.now);
    } else if (message.t === "people") room.emit("people", message.people);
    else if (message.t === "signal") room.emit("link-signal", message);
    else if (message.t === "event") {
      take(message.event);
      waiting.get(message.event.client_id)?.(message.event);
    }
  };
}

setInterval(() => {
  send({ t: "ping", n: 1 });
  if (performance.now() - heardAt < 2500) return;
  room.emit("link", "away");
  socket.close();
  open();
}, 500);

room.on("quality", (figures) => { room.figures = figures; });
room.on("fault", ({ text }) => room.troubles.push(text));
room.on("stale", ({ stale, age_ms: age }) => {
  const mark = room.element("stale");
  mark.hidden = !stale;
  mark.textContent = stale ? `${age}` : "";
});
window.room = room;
room.now.consent = true;
mount(room);
room.emit("now", room.now);
open();
