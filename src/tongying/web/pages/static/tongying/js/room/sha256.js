// SHA-256 that is fed piece by piece and whose state can be put away: a recording's checksum goes on
// after a crash without reading the whole recording again (FIPS 180-4).

const START = [];
const ROUND = [];
for (let number = 2; ROUND.length < 64; number += 1) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) prime = false;
  if (!prime) continue;
  // The first 32 bits of the fractions of square and cube roots of the first primes.
  if (START.length < 8) START.push(((number ** 0.5 % 1) * 2 ** 32) | 0);
  ROUND.push(((number ** (1 / 3) % 1) * 2 ** 32) | 0);
}
const K = new Int32Array(ROUND);
const BLOCK = 64;

/** A SHA-256 under way. */
export class Sha256 {
  constructor(state = null) {
    this.hash = new Int32Array(state?.hash ?? START);
    this.length = state?.length ?? 0;
    this.rest = new Uint8Array(BLOCK);
    if (state) this.rest.set(state.rest);
    this.words = new Int32Array(BLOCK);
  }

  /** Take bytes. */
  update(bytes) {
    let at = 0;
    const held = this.length % BLOCK;
    this.length += bytes.length;
    if (held) {
      at = Math.min(BLOCK - held, bytes.length);
      this.rest.set(bytes.subarray(0, at), held);
      if (held + at < BLOCK) return this;
      this.#block(this.rest, 0);
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#block(bytes, at);
    this.rest.set(bytes.subarray(at));
    return this;
  }

  /** What to put away, so that another goes on from here. */
  state() {
    return { hash: [...this.hash], length: this.length, rest: this.rest.slice(0, this.length % BLOCK) };
  }

  /** The digest so far, as bytes; more may follow afterwards. */
  digest() {
    const last = new Sha256(this.state());
    const bits = this.length * 8;
    const tail = new Uint8Array(((this.length + 9 + 63) & ~63) - (this.length - (this.length % BLOCK)));
    const view = new DataView(tail.buffer);
    const held = this.length % BLOCK;
    tail.set(this.rest.subarray(0, held));
    tail[held] = 0x80;
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    for (let at = 0; at < tail.length; at += BLOCK) last.#block(tail, at);
    const out = new Uint8Array(32);
    last.hash.forEach((word, place) => new DataView(out.buffer).setInt32(place * 4, word));
    return out;
  }

  hex() {
    return [...this.digest()].map((one) => one.toString(16).padStart(2, "0")).join("");
  }

  #block(bytes, at) {
    const w = this.words;
    for (let i = 0; i < 16; i += 1) {
      const j = at + i * 4;
      w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    const sum = this.hash;
    let a = sum[0], b = sum[1], c = sum[2], d = sum[3];
    let e = sum[4], f = sum[5], g = sum[6], h = sum[7];
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0;
      d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    sum[0] += a; sum[1] += b; sum[2] += c; sum[3] += d;
    sum[4] += e; sum[5] += f; sum[6] += g; sum[7] += h;
  }
}

/** SHA-256 of bytes, base64. */
export function sha256Base64(bytes) {
  return btoa(String.fromCharCode(...new Sha256().update(bytes).digest()));
}
