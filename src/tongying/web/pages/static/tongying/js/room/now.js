// What stands in a live room now: its events folded, as consult/room/now.py folds them. A latecomer
// takes in the whole log and sees what all see; one test holds both folds together.

export class RoomNow {
  constructor() {
    this.look = {};
    this.marks = new Map();
    this.hands = new Map();
    this.camera = "";
    this.recording = "";
    this.planes = new Map();
    this.consent = false;
    this.consentRecording = false;
    this.level = "full";
    this.ended = false;
    this.last = 0;
  }

  /** Take in the next event of the log. */
  take(event) {
    this.last = Math.max(this.last, event.id);
    TAKEN[event.kind]?.(this, event.body, event);
  }

  setHand(member, since) {
    this.hands.delete(member);
    if (since !== null) this.hands.set(member, since);
  }

  setConsent(body) {
    this.consent = Boolean(body.given);
    this.consentRecording = this.consent && Boolean(body.recording);
    if (!this.consent) this.camera = "";
    if (!this.consentRecording) this.recording = "";
  }
}

function mark(now, body, event) {
  now.marks.set(body.id, event);
}

const TAKEN = {
  look: (now, body) => { now.look = { ...body }; },
  draw: mark,
  measure: mark,
  erase: (now, body) => { now.marks.delete(body.id); },
  clear: (now, body) => {
    for (const [id, event] of now.marks) if (event.body.target === body.target) now.marks.delete(id);
  },
  hand: (now, body, event) => {
    if (event.author !== null) now.setHand(event.author, body.up ? event.at : null);
  },
  left: (now, body, event) => { if (event.author !== null) now.setHand(event.author, null); },
  camera: (now, body) => { now.camera = body.on ? body.source : ""; },
  record: (now, body) => { now.recording = body.on ? body.recording : ""; },
  plane: (now, body, event) => { now.planes.set(event.id, event); },
  "plane-done": (now, body) => { now.planes.delete(body.asked); },
  consent: (now, body) => { now.setConsent(body); },
  quality: (now, body) => { now.level = body.level; },
  ended: (now) => { now.ended = true; now.camera = ""; now.recording = ""; },
};

/** Return what stands after events, given in the order of their numbers. */
export function fold(events) {
  const now = new RoomNow();
  for (const event of events) now.take(event);
  return now;
}
