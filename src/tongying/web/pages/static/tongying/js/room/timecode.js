// A time code in the picture itself: a row of black and white cells along the top edge that says
// when the frame was made. It survives compression and scaling, so the delay of a line is measured
// from glass to glass and not guessed from statistics.

const BITS = 20; // milliseconds modulo 2^20: 17.5 minutes
const CHECKS = 4;
const CELLS = 2 + BITS + CHECKS; // a white and a black cell come first
const PERIOD = 2 ** BITS;
const STRIP = 1 / 18; // of the picture's height
const LEAST_CONTRAST = 60;

/** Draw the code of a moment (ms) over the top edge of a picture. */
export function drawTimecode(context, width, height, ms) {
  const value = Math.round(ms) % PERIOD;
  const bits = [1, 0, ...bitsOf(value, BITS), ...bitsOf(checkOf(value), CHECKS)];
  const tall = Math.ceil(height * STRIP);
  bits.forEach((bit, at) => {
    context.fillStyle = bit ? "#fff" : "#000";
    const left = Math.round((at * width) / CELLS);
    context.fillRect(left, 0, Math.round(((at + 1) * width) / CELLS) - left, tall);
  });
}

/** Read the code out of cell brightnesses (0 to 255); null where there is none. */
export function decodeCells(cells) {
  if (cells.length !== CELLS || cells[0] - cells[1] < LEAST_CONTRAST) return null;
  const middle = (cells[0] + cells[1]) / 2;
  const bits = cells.slice(2).map((one) => (one > middle ? 1 : 0));
  const value = numberOf(bits.slice(0, BITS));
  return numberOf(bits.slice(BITS)) === checkOf(value) ? value : null;
}

/** Return a function that reads the code from what a video shows now; null where there is none. */
export function codeReader(video) {
  const canvas = document.createElement("canvas");
  canvas.width = CELLS * 3;
  canvas.height = 3;
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  return () => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return null;
    const tall = height * STRIP; // its middle third: the edges are blurred by compression
    context.drawImage(video, 0, tall / 3, width, tall / 3, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 1, canvas.width, 1);
    const cells = Array.from({ length: CELLS }, (_, at) => data[(at * 3 + 1) * 4 + 1]);
    return decodeCells(cells);
  };
}

/** Return how old a code is (ms) at a moment of the same clock. */
export function ageOf(code, nowMs) {
  const age = (((Math.round(nowMs) - code) % PERIOD) + PERIOD) % PERIOD;
  return age > PERIOD / 2 ? age - PERIOD : age; // two clocks may disagree by a little
}

function checkOf(value) {
  let check = 0b1010; // so that an even grey or black strip never passes
  for (let rest = value; rest; rest >>= CHECKS) check ^= rest & 0b1111;
  return check;
}

function bitsOf(value, count) {
  return Array.from({ length: count }, (_, at) => (value >> (count - 1 - at)) & 1);
}

function numberOf(bits) {
  return bits.reduce((sum, bit) => sum * 2 + bit, 0);
}
