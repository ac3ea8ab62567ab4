// The connection of two pages: perfect negotiation, one picture out at most, voices both ways, and
// a small channel for figures. One end starts it (`starts`); both may change it later.

const PICTURE_BUFFER_MS = 0; // the picture is shown as soon as it can be; the voice has its own stream

/** A connection to one other page. `say(data)` sends a signal, `heard` is told what happens. */
export class Pair {
  constructor({ starts, generation, ice, say, heard, voice, voiceKbit }) {
    this.starts = starts;
    this.generation = generation;
    this.born = performance.now();
    this.connectedAt = 0;
    this.lastHeard = performance.now();
    this.figures = null;
    this.encoding = { active: true, cap: 2500, fps: 30, scale: 1 };
    this.voiceKbit = voiceKbit;
    this.say = say;
    this.heard = heard;
    this.voice = voice;
    this.making = false;
    this.ignoring = false;
    this.early = [];
    this.taking = Promise.resolve();
    this.pc = new RTCPeerConnection({ iceServers: ice, bundlePolicy: "max-bundle" });
    this.pc.addEventListener("negotiationneeded", () => this.#offer());
    this.pc.addEventListener("icecandidate", ({ candidate }) => candidate && say({ candidate }));
    this.pc.addEventListener("connectionstatechange", () => this.#changed());
    this.pc.addEventListener("track", (event) => this.#arrived(event));
    this.channel = this.pc.createDataChannel("figures", {
      negotiated: true, id: 0, ordered: false, maxRetransmits: 0,
    });
    this.channel.addEventListener("message", ({ data }) => this.#read(data));
    if (starts) {
      this.talk = this.pc.addTransceiver("audio", { direction: "sendrecv" });
      this.talk.sender.replaceTrack(voice ?? null);
    }
  }

  get connected() {
    return this.pc.connectionState === "connected";
  }

  get over() {
    return this.pc.connectionState === "closed";
  }

  /** Take a signal of the other side; one after the other, for an answer must be in force first. */
  take(data) {
    this.taking = this.taking.catch(() => {}).then(() => this.#take(data));
    return this.taking;
  }

  async #take({ description, candidate }) {
    if (this.over) return;
    if (candidate) {
      if (!this.pc.remoteDescription) this.early.push(candidate);
      else if (!this.ignoring) await this.pc.addIceCandidate(candidate);
      return;
    }
    const collision = description.type === "offer" && (this.making || this.pc.signalingState !== "stable");
    this.ignoring = this.starts && collision; // whoever started it is the impolite one
    if (this.ignoring) return;
    await this.pc.setRemoteDescription(description);
    for (const one of this.early.splice(0)) await this.pc.addIceCandidate(one);
    if (description.type !== "offer") return;
    if (!this.talk) this.#answerVoice();
    await this.pc.setLocalDescription();
    this.say({ description: this.pc.localDescription });
  }

  /** Send a picture (a track), another one, or none (null). */
  async setPicture(track) {
    if (!track) {
      this.show?.stop();
      this.show = null;
    } else if (this.show) {
      await this.show.sender.replaceTrack(track);
    } else {
      this.show = this.pc.addTransceiver(track, {
        direction: "sendonly",
        streams: [new MediaStream()], // its own: no lip-sync holds the picture back for the voice
        sendEncodings: [{ maxBitrate: this.encoding.cap * 1000, priority: "low", networkPriority: "low" }],
      });
    }
    if (track) await this.setEncoding(this.encoding);
  }

  /** Send another track, or nothing for now, without a new negotiation. */
  async swapPicture(track) {
    await this.show?.sender.replaceTrack(track);
  }

  setVoice(track) {
    this.voice = track;
    this.talk?.sender.replaceTrack(track ?? null);
  }

  /** Set how large and how often the picture goes out. */
  async setEncoding(encoding) {
    this.encoding = encoding;
    if (!this.show) return;
    await change(this.show.sender, (one, all) => {
      one.active = encoding.active;
      one.maxBitrate = Math.max(30, encoding.cap) * 1000;
      one.maxFramerate = Math.max(1, encoding.fps);
      one.scaleResolutionDownBy = encoding.scale;
      all.degradationPreference = "maintain-framerate";
    });
  }

  /** Set the bit rate of the own voice; 0: it is not sent. */
  async setVoiceRate(kbit) {
    this.voiceKbit = kbit;
    if (this.talk) await this.#tuneVoice();
  }

  /** Send figures by the small channel; false where it is not open. */
  tell(figures) {
    if (this.channel.readyState !== "open") return false;
    this.channel.send(JSON.stringify(figures));
    return true;
  }

  close() {
    this.closed = true;
    this.pc.close();
  }

  #answerVoice() {
    this.talk = this.pc.getTransceivers().find((one) => one.receiver.track.kind === "audio");
    if (!this.talk) return;
    this.talk.direction = "sendrecv";
    this.talk.sender.replaceTrack(this.voice ?? null);
  }

  async #tuneVoice() {
    await change(this.talk.sender, (one) => {
      one.active = this.voiceKbit > 0;
      one.maxBitrate = Math.max(8, this.voiceKbit) * 1000;
      one.priority = "high";
      one.networkPriority = "high";
    });
  }

  async #offer() {
    if (this.over) return;
    try {
      this.making = true;
      await this.pc.setLocalDescription();
      this.say({ description: this.pc.localDescription });
    } catch (error) {
      if (!this.over) this.heard.failed(error);
    } finally {
      this.making = false;
    }
  }

  #changed() {
    if (this.closed) return;
    const { connectionState: state } = this.pc;
    if (state === "connected") {
      this.connectedAt ||= performance.now();
      this.lastHeard = performance.now();
      if (this.talk) this.#tuneVoice();
      if (this.show) this.setEncoding(this.encoding);
      this.heard.connected();
    }
    if (state === "failed") this.heard.failed(null);
  }

  #arrived({ track, receiver, streams, transceiver }) {
    if (track.kind === "video") {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = PICTURE_BUFFER_MS;
      else if ("playoutDelayHint" in receiver) receiver.playoutDelayHint = 0;
      this.watched = transceiver;
      this.heard.picture(streams[0] ?? new MediaStream([track]), track);
    } else {
      this.heard.voice(streams[0] ?? new MediaStream([track]), track);
    }
  }

  #read(data) {
    this.lastHeard = performance.now();
    try {
      this.figures = { ...JSON.parse(data), at: this.lastHeard };
    } catch {
      return;
    }
    this.heard.figures(this.figures);
  }
}

async function change(sender, set) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.length) return; // not negotiated yet: set again when it is
  set(parameters.encodings[0], parameters);
  try {
    await sender.setParameters(parameters);
  } catch (error) {
    // a negotiation in between makes them stale; the next measurement sets them again
    if (!["InvalidStateError", "InvalidModificationError", "OperationError"].includes(error.name)) throw error;
  }
}
