// Marks on a picture: painting them, and finding the one under the hand. Points are fractions of
// the picture; `at` turns one into a place on the canvas.

import { lengthWords } from "./words.js";

export const COLOUR = {
  teal: "#5eead4", amber: "#ffc861", blue: "#8ec5ff", magenta: "#ff9ee7", white: "#ffffff",
};
const NEAR_PX = 12;

/** Paint a mark: `{shape, points, text, colour, label}`. */
export function paint(pen, mark, at, words) {
  const points = mark.points.map(at);
  pen.strokeStyle = pen.fillStyle = COLOUR[mark.colour] ?? COLOUR.white;
  pen.lineWidth = 2;
  pen.lineJoin = pen.lineCap = "round";
  pen.setLineDash(mark.pending ? [5, 4] : []);
  // A dark seam keeps a mark readable on bright tissue.
  pen.shadowColor = "#000";
  pen.shadowBlur = 3;
  SHAPES[mark.shape]?.(pen, points);
  pen.setLineDash([]);
  const label = mark.shape === "measure" && points.length === 2 ? lengthOf(mark, words) : mark.text;
  if (label) write(pen, label, place(mark, points));
  pen.shadowBlur = 0;
}

function lengthOf(mark, words) {
  const length = mark.label ?? lengthWords(words, mark);
  return mark.text ? `${mark.text} ${length}` : length;
}

const SHAPES = {
  point: (pen, [[x, y]]) => stroke(pen, [[x - 7, y], [x + 7, y]], [[x, y - 7], [x, y + 7]]),
  line: (pen, points) => stroke(pen, points),
  path: (pen, points) => stroke(pen, points),
  text: () => {},
  arrow: (pen, points) => {
    stroke(pen, points);
    if (points.length < 2) return;
    const [from, to] = points;
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
    const barb = (turn) => [to[0] - 13 * Math.cos(angle + turn), to[1] - 13 * Math.sin(angle + turn)];
    stroke(pen, [barb(0.45), to, barb(-0.45)]);
  },
  ellipse: (pen, points) => {
    if (points.length < 2) return;
    const [[x0, y0], [x1, y1]] = points;
    pen.beginPath();
    pen.ellipse((x0 + x1) / 2, (y0 + y1) / 2, Math.abs(x1 - x0) / 2, Math.abs(y1 - y0) / 2, 0, 0, 2 * Math.PI);
    pen.stroke();
  },
  measure: (pen, points) => {
    stroke(pen, points);
    if (points.length < 2) return;
    const [from, to] = points;
    const angle = Math.atan2(to[1] - from[1], to[0] - from[0]) + Math.PI / 2;
    for (const [x, y] of points) {
      const [dx, dy] = [7 * Math.cos(angle), 7 * Math.sin(angle)];
      stroke(pen, [[x - dx, y - dy], [x + dx, y + dy]]);
    }
  },
};
SHAPES.scale = SHAPES.measure;

function stroke(pen, ...lines) {
  for (const line of lines) {
    pen.beginPath();
    line.forEach(([x, y], number) => (number ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
  }
}

function place(mark, points) {
  if (mark.shape === "text") return points[0];
  const right = points.reduce((best, one) => (one[0] > best[0] ? one : best));
  return [right[0] + 10, right[1]];
}

/** Write words so that they stay inside the canvas. */
export function write(pen, words, [x, y]) {
  if (!words.trim()) return;
  pen.font = '600 14px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
  pen.textBaseline = "middle";
  const { width } = pen.measureText(words);
  const wide = pen.canvas.width / (window.devicePixelRatio || 1);
  const left = Math.max(4, Math.min(x, wide - width - 6));
  const colour = pen.fillStyle;
  pen.shadowBlur = 0;
  pen.fillStyle = "rgb(0 0 0 / 62%)";
  pen.fillRect(left - 4, y - 11, width + 8, 22);
  pen.fillStyle = colour;
  pen.fillText(words, left, y);
}

/** Return how far a place lies from a mark, in pixels. */
function distance(mark, [x, y], at) {
  let points = mark.points.map(at);
  if (mark.shape === "ellipse") points = rim(points);
  if (points.length === 1) return Math.hypot(points[0][0] - x, points[0][1] - y);
  return Math.min(...points.slice(1).map((point, number) => fromLine([x, y], points[number], point)));
}

function rim([[x0, y0], [x1, y1]]) {
  return Array.from({ length: 33 }, (_none, turn) => [
    (x0 + x1) / 2 + (Math.abs(x1 - x0) / 2) * Math.cos((turn * Math.PI) / 16),
    (y0 + y1) / 2 + (Math.abs(y1 - y0) / 2) * Math.sin((turn * Math.PI) / 16),
  ]);
}

function fromLine([x, y], [x0, y0], [x1, y1]) {
  const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
  const part = length ? Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) : 0;
  return Math.hypot(x - x0 - part * (x1 - x0), y - y0 - part * (y1 - y0));
}

/** Return the mark nearest to a place, or undefined where none is near. */
export function under(marks, place_, at) {
  const near = marks.map((mark) => ({ mark, px: distance(mark, place_, at) }))
    .filter(({ px }) => px <= NEAR_PX)
    .sort((one, other) => one.px - other.px);
  return near[0]?.mark;
}
