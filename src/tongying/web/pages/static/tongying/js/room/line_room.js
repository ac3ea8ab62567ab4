// What the line has to spare beside the live picture, as the media's figures say: stills, clips and
// recordings take of that and no more.

const RESERVE_KBIT = 300;
const WORST_LOSS = 0.03;
const GOOD_KBIT = 800;
const UNSEEN_MS = 15_000;
const CLIP_LEVELS = ["full", "reduced"];

export class LineRoom {
  constructor(room) {
    this.room = room;
    this.figures = null;
    this.unseenSince = null; // when the picture's last viewer went, by this page's clock
    room.on("quality", (figures) => {
      this.figures = figures;
      if (figures?.viewers !== 0) this.unseenSince = null;
      else this.unseenSince ??= performance.now();
    });
  }

  /** Whether the probe's picture is on for somebody; one who is only finding another way counts. */
  get live() {
    const { now } = this.room;
    const unseen = this.unseenSince !== null && performance.now() - this.unseenSince > UNSEEN_MS;
    return Boolean(now.camera) && !now.ended && !unseen;
  }

  /** Kilobits a second that are free; Infinity while no picture is sent. */
  get spareKbit() {
    if (!this.live) return Infinity;
    const { level = "full", loss = 0, kbit = 0, sent_kbit: sent = 0, stale = false } = this.figures ?? {};
    if (!this.figures || level !== "full" || loss > WORST_LOSS || stale) return 0;
    return Math.max(0, kbit - 1.2 * sent - RESERVE_KBIT);
  }

  /** Whether a recording may go beside the live picture. */
  get good() {
    return this.spareKbit >= GOOD_KBIT;
  }

  /** Whether a clip may go: somebody waits for it, so a line that still carries the picture does. */
  get bearsClip() {
    return !this.live || CLIP_LEVELS.includes(this.figures?.level ?? this.room.now.level);
  }
}

/** For pages without a live picture of their own. */
export const QUIET_LINE = { live: false, spareKbit: Infinity, good: true, bearsClip: true };
