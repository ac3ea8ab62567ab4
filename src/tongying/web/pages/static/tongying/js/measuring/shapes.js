// Drawing marks: lines, outlines, ellipses and their points, in the colours of the page.

const NEAR = 4;
const BEYOND = 4000;

/** Draw every mark. `place` turns a point of the image into one of the canvas. */
export function drawMarks(context, marks, place, style) {
  marks.steps.forEach((step, index) => {
    const points = marks.of(step).map(place);
    if (!points.length) return;
    const now = index === marks.step;
    context.lineWidth = style.width;
    context.strokeStyle = now ? style.now : style.line;
    context.fillStyle = context.strokeStyle;
    shape(context, step, points, { closed: marks.closed.has(step.name), ...style });
    points.forEach((point, at) => {
      const chosen = marks.chosen?.step === step.name && marks.chosen.index === at;
      dot(context, point, chosen, style);
    });
  });
}

function shape(context, step, points, style) {
  const pairs = {
    line: [[0, 1]],
    angle: [[0, 1], [1, 2]],
    "two-lines": [[0, 1], [2, 3]],
    cross: [[0, 1], [2, 3]],
    ellipse: [[0, 1], [2, 3]],
  }[step.mark] ?? [];
  for (const [from, to] of pairs) {
    if (!points[to]) continue;
    segment(context, points[from], points[to], style);
  }
  if (step.mark === "ellipse" && points.length === 4) ellipse(context, points);
  if (step.mark === "contour") outline(context, points, style.closed);
}

function segment(context, from, to, style) {
  if (style.lengthen) {
    const run = [to[0] - from[0], to[1] - from[1]];
    const long = Math.hypot(...run) || 1;
    const far = (point, way) => [point[0] + (way * run[0] * BEYOND) / long,
      point[1] + (way * run[1] * BEYOND) / long];
    context.save();
    context.globalAlpha = 0.45;
    context.setLineDash([6, 6]);
    path(context, [far(from, -1), far(to, 1)]);
    context.restore();
  }
  path(context, [from, to]);
}

function ellipse(context, [a, b, c, d]) {
  const middle = [(a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4];
  const first = [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2];
  const second = [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2];
  const points = [];
  for (let turn = 0; turn <= 64; turn += 1) {
    const angle = (turn / 64) * 2 * Math.PI;
    points.push([0, 1].map((axis) =>
      middle[axis] + first[axis] * Math.cos(angle) + second[axis] * Math.sin(angle)));
  }
  path(context, points);
}

function outline(context, points, closed) {
  path(context, closed ? [...points, points[0]] : points);
}

function path(context, points) {
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  // A dark edge keeps the line to be seen on a bright bone.
  const { strokeStyle, lineWidth } = context;
  context.strokeStyle = "rgb(0 0 0 / 55%)";
  context.lineWidth = lineWidth * 2.2;
  context.stroke();
  context.strokeStyle = strokeStyle;
  context.lineWidth = lineWidth;
  context.stroke();
}

/** A ring with an empty middle, so that what is marked stays to be seen. */
function dot(context, [x, y], chosen, style) {
  if (style.bare) {
    context.beginPath();
    context.arc(x, y, 0.5, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.beginPath();
  context.arc(x, y, chosen ? NEAR + 4 : NEAR + 1, 0, 2 * Math.PI);
  context.lineWidth = chosen ? 2.5 : 1.5;
  context.strokeStyle = chosen ? style.chosen : context.fillStyle;
  context.stroke();
  context.beginPath();
  context.arc(x, y, 1, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = context.fillStyle;
}

/** Ten millimetres at the lower edge, where the image has a scale. */
export function drawScale(context, { pixelsPerMm, width, height, ink }) {
  const step = [1, 2, 5, 10, 20, 50, 100].find((mm) => mm * pixelsPerMm >= 60) ?? 200;
  const long = step * pixelsPerMm;
  const [x, y] = [width - long - 16, height - 16];
  context.fillStyle = ink;
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x, y);
  context.lineTo(x + long, y);
  context.lineTo(x + long, y - 5);
  context.stroke();
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.fillText(`${step} mm`, x + long / 2, y - 6);
}
