// On a case's page and on a room's record: recordings, stills and clips that still lie on this
// computer are named and go on by themselves.

import { isHeld } from "./kept_here.js";
import { QUIET_LINE } from "./line_room.js";
import { PictureQueue } from "./picture_queue.js";
import { LIVE_LOCK, RecordingUploads } from "./recording_uploads.js";
import { SendingList } from "./sending_list.js";

const card = document.getElementById("room-here");
const words = JSON.parse(card.dataset.words);
const pictures = new PictureQueue({ line: QUIET_LINE });
const recordings = new RecordingUploads({
  line: QUIET_LINE, before: () => pictures.busy, elsewhere: () => isHeld(LIVE_LOCK),
});
const shown = new SendingList({
  words, summary: card.querySelector(".sending-summary"), list: card.querySelector(".sending-list"),
  pictures, recordings,
});
card.addEventListener("drawn", ({ detail }) => { card.hidden = !detail.count; });
pictures.changed = shown.changed;
recordings.changed = shown.changed;
pictures.start().then(() => recordings.start()).catch((error) => console.error("uploads:", error));
