// In the room: what is on its way from this computer, beside the live picture and never before it.

import { RecordingUploads, LIVE_LOCK } from "./recording_uploads.js";
import { SendingList } from "./sending_list.js";
import { made } from "./words.js";

export function mount(room) {
  const place = room.element("uploads");
  const queue = room.pictureQueue;
  if (!queue || !place) return;
  const summary = made("button", "lr-btn lr-quiet sending-summary");
  summary.type = "button";
  const box = made("div", "sending-box");
  box.popover = "auto";
  box.id = "room-sending";
  const list = made("ul", "sending-list");
  box.append(made("h2", "", room.words.keeping.title), list);
  summary.popoverTargetElement = box;
  summary.hidden = true;
  place.append(summary, box);
  place.setAttribute("role", "status");

  const uploads = new RecordingUploads({ line: room.lineRoom, before: () => queue.busy });
  const shown = new SendingList({
    words: room.words.keeping, summary, list, pictures: queue, recordings: uploads,
  });
  summary.addEventListener("drawn", ({ detail }) => { summary.hidden = !detail.count; });
  queue.changed = shown.changed;
  uploads.changed = shown.changed;
  room.recordingUploads = uploads;
  room.on("recorded", () => uploads.soon());
  room.on("now", (now) => {
    if (now.ended || !now.consentRecording) uploads.soon();
    live(Boolean(now.camera) && !now.ended);
  });
  room.on("mounted", () => uploads.start());

  // Other pages of this browser see that a picture is on its way, and wait.
  let release = null;
  function live(on) {
    if (on === Boolean(release) || !navigator.locks) return;
    if (!on) {
      release();
      release = null;
      return;
    }
    const over = new Promise((resolve) => { release = resolve; });
    navigator.locks.request(LIVE_LOCK, { mode: "shared" }, () => over);
  }
}
