// The microphone: off until somebody turns it on, as a switch or for as long as a key is held, and
// whether its owner is speaking now.

const LISTEN_MS = 100;
const LOUD = 0.02; // of full scale, root mean square: speech near a microphone
const HANG_MS = 600; // a pause between words is not the end of speaking

/** Say whether somebody is speaking, from loudness over time. */
export class Speaking {
  on = false;
  #heard = -Infinity;

  /** Take one loudness; returns true when `on` has changed. */
  take(loudness, now) {
    if (loudness >= LOUD) this.#heard = now;
    const on = now - this.#heard < HANG_MS;
    const changed = on !== this.on;
    this.on = on;
    return changed;
  }
}

/** The microphone of this page; `tell.track(track or null)`, `tell.speaking(on)`. */
export class Microphone {
  constructor(tell) {
    this.tell = tell;
    this.on = false;
    this.stream = null;
  }

  /** Turn it on or off. The device is closed when it is off. */
  async set(on) {
    if (on === this.on) return;
    this.on = on;
    if (!on) return this.#close();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: false,
      });
    } catch (error) {
      this.on = false;
      throw error;
    }
    if (!this.on) { // let go before the browser was ready
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    const [track] = stream.getAudioTracks();
    track.addEventListener("ended", () => this.set(false));
    this.tell.track(track);
    this.#listen(stream);
  }

  #listen(stream) {
    this.context = new AudioContext();
    const meter = this.context.createAnalyser();
    meter.fftSize = 1024;
    this.context.createMediaStreamSource(stream).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    const speaking = new Speaking();
    this.timer = setInterval(() => {
      meter.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      if (speaking.take(loudness, performance.now())) this.tell.speaking(speaking.on);
    }, LISTEN_MS);
  }

  #close() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = null;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.tell.track(null);
    this.tell.speaking(false);
  }
}
