// Freezing and clips at the source. Whoever freezes says how old the picture was on their screen;
// the county's page takes the frame that they saw out of those it keeps, in full quality, and sends
// it as a lossless still. A clip is the last seconds as the probe gave them.

import { FrameKeeper } from "./frame_keeper.js";
import { LineRoom } from "./line_room.js";
import { PictureQueue } from "./picture_queue.js";
import { made, put } from "./words.js";

const SECONDS = [5, 10, 20];
const CLIP_SECONDS = "tongying-clip-seconds";
const MOST_DELAY_MS = 10_000; // as the platform reads it
const OWN_CLICK_MS = 10_000;
const LATE_MS = 500; // a frame so much newer than the one that was seen is said to be another

export function mount(room) {
  const words = room.words.keeping;
  let clickedAt = 0;
  room.element("freeze")?.addEventListener("click", () => {
    clickedAt = moment();
    room.tell("freeze", { delay_ms: seenDelay(room) });
  });
  if (room.config.part !== "probe") return;

  const line = new LineRoom(room);
  const queue = new PictureQueue({ line });
  const keeper = new FrameKeeper();
  Object.assign(room, { lineRoom: line, pictureQueue: queue, frameKeeper: keeper });
  queue.start();
  room.on("live-stream", ({ stream }) => keeper.follow(stream));
  room.on("event", (event) => {
    if (event.kind === "freeze" && keeper.track) freeze(event);
  });
  const length = clipLength();
  room.element("clip")?.addEventListener("click", () => takeClip(Number(length.value)));

  async function freeze(event) {
    const received = moment();
    const mine = event.author === room.you.member && received - clickedAt < OWN_CLICK_MS;
    const found = await keeper.still(mine ? clickedAt : shownAt(room, event, received));
    if (found.t !== "still") {
      // Told to everybody: whoever asked waits for it.
      room.tell("note", { text: words.freezeNothing });
      return;
    }
    if (found.late_ms > LATE_MS) {
      const seconds = (found.late_ms / 1000).toFixed(1);
      room.tell("note", { text: put(words.freezeNearest, { seconds }) });
    }
    await queue.add(picture("still", found, [found.blob], { asked: event.id, seconds: 0 }));
  }

  async function takeClip(seconds) {
    const found = await keeper.clip(seconds);
    if (found.t !== "clip") {
      room.emit("trouble", { text: words.clipNothing });
      return;
    }
    const times = found.times.map(Math.round);
    const lasted = (times.at(-1) * found.blobs.length) / (found.blobs.length - 1) / 1000;
    await queue.add(picture("clip", found, found.blobs, {
      seconds: Math.round(lasted * 1000) / 1000, times_ms: times,
    }));
  }

  function picture(kind, { at, columns, rows }, blobs, more) {
    const client_id = `${kind}-${Date.now().toString(36)}-${random()}`;
    const captured_at = new Date(at + (room.link.offset ?? 0)).toISOString();
    const meta = { client_id, kind, captured_at, columns, rows, ...more };
    return { client_id, http: room.config.http, room: room.code, meta, blobs };
  }

  function clipLength() {
    const select = made("select", "lr-select");
    select.dataset.room = "clip-seconds";
    select.setAttribute("aria-label", words.clipLength);
    for (const seconds of SECONDS) {
      const option = made("option", "", put(words.seconds, { n: seconds }));
      option.value = seconds;
      select.append(option);
    }
    const kept = Number(localStorage.getItem(CLIP_SECONDS));
    select.value = SECONDS.includes(kept) ? kept : 10;
    select.addEventListener("change", () => localStorage.setItem(CLIP_SECONDS, select.value));
    room.element("clip")?.after(select);
    return select;
  }
}

const moment = () => performance.timeOrigin + performance.now();
const random = () => [...crypto.getRandomValues(new Uint8Array(6))].map((one) => one.toString(16).padStart(2, "0")).join("");

// How old the picture on this screen is when its viewer's word reaches the platform.
function seenDelay(room) {
  if (room.frameKeeper?.track) return 0;
  const { delay_ms: delay = 0, age_ms: age = 0 } = room.media?.seen ?? {};
  const way = (room.link.rtt ?? 0) / 2;
  const sum = (Number(delay) || 0) + (Number(age) || 0) + way;
  return Math.round(Math.min(Math.max(sum, 0), MOST_DELAY_MS));
}

// The moment, by this computer's clock, of the frame that was on the asker's screen.
function shownAt(room, event, received) {
  const { offset } = room.link;
  const said = typeof offset === "number" ? Date.parse(event.at) - offset : received;
  return Math.min(said, received) - (event.body.delay_ms ?? 0);
}
