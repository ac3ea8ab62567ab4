// Which step a line carries: the picture gives way before the voice, the voice before the chat.
// Steps say how large and how often the picture comes; the bit rate between them is left to
// congestion control, which is therefore free to find out that the line is good again.

/** The steps, best first; stay, take, cap: kbit/s that a step needs to
 * stay and to be taken again from below, and what its picture may use; voice: kbit/s of the voice. */
export const STEPS = [
  { level: "full", voice: 32, stay: 700, take: 1000, cap: 2500, fps: 30, scale: 1 },
  { level: "reduced", voice: 32, stay: 280, take: 420, cap: 1600, fps: 20, scale: 1.5 },
  { level: "low", voice: 24, stay: 110, take: 190, cap: 700, fps: 12, scale: 2.5 },
  { level: "stills", voice: 16, stay: 45, take: 80, cap: 300, fps: 0.5, scale: 1.5 },
  { level: "voice", voice: 16, stay: 14, take: 20, cap: 0, fps: 0, scale: 1 },
  { level: "chat", voice: 0, stay: 0, take: 0, cap: 0, fps: 0, scale: 1 },
];
export const LEVELS = STEPS.map((step) => step.level);

const SETTLING_MS = 5000; // a new connection finds its bit rate first
const RISEN_MS = 3000; // so does one that has just been given a larger picture
const DEAF_MS = 1500; // what is reported so soon after a step still tells of the step before
const GOOD_MS = 5000;
const TRY_MS = 10000; // the first attempt upwards without a figure; doubles when it fails
const TRY_MOST_MS = 80000;
const FAILED_WITHIN_MS = 8000; // a step up that does not last this long has failed
const CUT_MS = 1500; // nothing heard: a cut, which no smaller picture mends
const NEW_LOSS = { many: 0.4, few: 0.15 }; // weight of a new figure; of a few packets one lost is a tenth
const FEW = ["stills", "voice", "chat"];
const LOSS = { good: 0.03, bad: 0.08, severe: 0.25 };
const STILLS_BEAR = 0.2; // a still has two seconds to ask for what was lost
const QUEUE_MS = { good: 120, bad: 350, severe: 800 }; // round trip above its best
const DOWN = { bad: { long: 1200, since: 1500 }, severe: { long: 500, since: 800 } };

/** A ladder that starts on a step at a moment (ms). */
export function ladder(level = "full", now = 0) {
  return {
    level, since: now, settled: now + SETTLING_MS, best: Infinity, loss: 0, bad: 0, good: 0,
    rose: 0, tryAfter: TRY_MS, cut: false,
  };
}

/**
 * Return the ladder after one measurement of the line.
 *
 * `seen`: kbit (what the line carries), loss (0 to 1), rtt_ms, each null where there is no new
 * figure; quiet_ms (since the other side was last heard); now (ms). A cut holds the step: when the
 * line is back, so is the picture.
 */
export function climb(state, seen) {
  const { now } = seen;
  if (seen.quiet_ms > CUT_MS) return { ...state, cut: true, bad: 0, good: 0 };
  if (state.cut) return { ...state, cut: false, settled: now + SETTLING_MS, loss: 0 };
  const found = taken(state, seen);
  const how = judged(found, seen);
  const next = {
    ...found,
    bad: how === "bad" || how === "severe" ? found.bad || now : 0,
    good: how === "good" ? found.good || now : 0,
  };
  if (next.bad) return lower(next, how, now);
  return next.good ? higher(next, seen) : next;
}

function taken(state, { loss, rtt_ms: rtt, now }) {
  const heard = loss != null && now - state.since >= DEAF_MS;
  const weight = FEW.includes(state.level) ? NEW_LOSS.few : NEW_LOSS.many;
  return {
    ...state,
    best: Number.isFinite(rtt) ? Math.min(state.best, rtt) : state.best,
    loss: heard ? state.loss + weight * (loss - state.loss) : state.loss,
  };
}

function judged(state, { kbit, rtt_ms: rtt, now }) {
  const step = stepOf(state.level);
  const queue = Number.isFinite(rtt) ? rtt - state.best : 0;
  // With no picture the browser's figure of what the line carries means nothing.
  const carries = step.cap && kbit > 0 && now >= state.settled ? kbit : Infinity;
  if (!step.cap) {
    if (state.loss > LOSS.severe || queue > QUEUE_MS.severe) return "bad"; // the voice bears more
    return state.loss < LOSS.bad && queue < QUEUE_MS.bad ? "good" : "fair";
  }
  if (state.loss > LOSS.severe || carries < step.stay / 2) return "severe";
  const bears = step.level === "stills" ? STILLS_BEAR : LOSS.bad;
  if (state.loss > bears || carries < step.stay || queue > QUEUE_MS.bad) return "bad";
  const clean = step.level === "stills" ? LOSS.bad : LOSS.good;
  return state.loss < clean && queue < QUEUE_MS.good ? "good" : "fair";
}

function lower(state, how, now) {
  const wait = DOWN[how];
  const at = LEVELS.indexOf(state.level);
  if (at === STEPS.length - 1 || now - state.bad < wait.long || now - state.since < wait.since) return state;
  const failed = state.rose && now - state.rose < FAILED_WITHIN_MS;
  const tryAfter = failed ? Math.min(TRY_MOST_MS, state.tryAfter * 2) : TRY_MS;
  return { ...state, level: LEVELS[at + 1], since: now, bad: now, good: 0, loss: 0, rose: 0, tryAfter };
}

function higher(state, { kbit, now }) {
  const at = LEVELS.indexOf(state.level);
  if (at === 0) return state;
  const up = STEPS[at - 1];
  const clean = now - state.good;
  const enough = STEPS[at].cap
    ? kbit >= up.take && clean >= GOOD_MS + state.tryAfter - TRY_MS
    : clean >= state.tryAfter;
  if (!enough) return state;
  return { ...state, level: up.level, since: now, rose: now, settled: now + RISEN_MS, bad: 0, good: 0, loss: 0 };
}

/** Return the worse of two steps. */
export function worse(one, other) {
  return LEVELS.indexOf(one) >= LEVELS.indexOf(other) ? one : other;
}

/** Return what a step is made of. */
export function stepOf(level) {
  return STEPS[Math.max(0, LEVELS.indexOf(level))];
}
