// The quality of a line as numbers, from the browser's own counters: what the line carries, loss,
// round trip, and how old a picture is when it is shown.

import { ageOf } from "./timecode.js";

const NTP_TO_UNIX_MS = 2208988800000;
const PLAUSIBLE_MS = 20000;

/** Measure a connection again and again: `read(stats)` returns figures since the last reading. */
export class LineMeter {
  #before = {};

  read(stats) {
    const found = pick(stats);
    const { pair, sent, remote, received, heard } = found;
    const kbitSent = this.#rate("sent", sent?.bytesSent, sent?.timestamp) * 8;
    const kbitReceived = this.#rate("received", received?.bytesReceived, received?.timestamp) * 8;
    const lost = this.#step("lost", received?.packetsLost);
    const arrived = this.#step("arrived", received?.packetsReceived);
    const voiceLost = this.#step("voiceLost", heard?.packetsLost);
    const voiceArrived = this.#step("voiceArrived", heard?.packetsReceived);
    const reported = remote?.timestamp ?? 0;
    const fresh = reported > (this.#before.reported ?? 0);
    this.#before.reported = Math.max(reported, this.#before.reported ?? 0);
    return {
      kbit: Number.isFinite(pair?.availableOutgoingBitrate) ? pair.availableOutgoingBitrate / 1000 : null,
      rtt_ms: seconds(fresh ? remote.roundTripTime : pair?.currentRoundTripTime),
      lossOut: fresh ? remote.fractionLost ?? 0 : null,
      lossIn: share(lost, arrived) ?? 0,
      voiceLoss: share(voiceLost, voiceArrived),
      fpsOut: sent?.framesPerSecond ?? 0,
      limited: sent?.qualityLimitationReason ?? "none",
      kbitOut: Math.round(kbitSent),
      kbitIn: Math.round(kbitReceived),
      playing: received?.estimatedPlayoutTimestamp ?? null,
    };
  }

  #step(name, value = 0) {
    const step = value - (this.#before[name] ?? 0);
    this.#before[name] = value;
    return step;
  }

  #rate(name, bytes = 0, at = 0) {
    const [had, since] = this.#before[name] ?? [bytes, at];
    this.#before[name] = [bytes, at];
    return at > since && bytes >= had ? (bytes - had) / (at - since) : 0; // bytes a ms: kB/s
  }
}

/**
 * Return how old a frame is (ms) when it is shown.
 *
 * The time code of the test picture is exact. Otherwise the browser's capture time, which it takes
 * from the sender's clock reports; without them the sender's play-out clock set right by both
 * pages' distance from the platform's clock; last, half the round trip and what was buffered here.
 */
export function frameDelay({ code, platformNow, at, captured, playing, senderOffset, rtt, buffered }) {
  const epoch = performance.timeOrigin;
  const found = [
    code == null ? null : ageOf(code, platformNow),
    captured == null ? null : at - captured,
    playing == null ? null : platformNow - (playing - NTP_TO_UNIX_MS + senderOffset),
    Number.isFinite(rtt) ? rtt / 2 + (buffered ?? 0) : null,
  ].find((one) => one != null && one > -PLAUSIBLE_MS && one < PLAUSIBLE_MS && Number.isFinite(epoch));
  return found == null ? NaN : Math.max(0, found);
}

function pick(stats) {
  const found = {};
  for (const one of stats.values()) {
    if (one.type === "candidate-pair" && one.nominated && one.state === "succeeded") found.pair = one;
    if (one.type === "outbound-rtp" && one.kind === "video") found.sent = one;
    if (one.type === "remote-inbound-rtp" && (one.kind === "video" || !found.remote)) found.remote = one;
    if (one.type === "inbound-rtp" && one.kind === "video") found.received = one;
    if (one.type === "inbound-rtp" && one.kind === "audio") found.heard = one;
  }
  return found;
}

function share(lost, arrived) {
  const gone = Math.max(0, lost);
  return gone + arrived > 0 ? gone / (gone + arrived) : null;
}

function seconds(value) {
  return Number.isFinite(value) ? Math.round(value * 1000) : NaN;
}
