// The magnifier: the place under the pointer, larger, in the corner away from it.

export const LENS_ZOOM = 4;
const SIZE = 170;
const EDGE = 12;
const INK = "rgb(230 238 235 / 85%)";

/** Draw the magnifier; `paint` paints picture and marks as they stand in the pane. */
export function drawLens(context, { at: [x, y], width, height }, paint) {
  if (Math.min(width, height) < 2 * SIZE) return;
  const left = x < width / 2 ? width - SIZE - EDGE : EDGE;
  const [middle, centre] = [left + SIZE / 2, EDGE + SIZE / 2];
  context.save();
  context.beginPath();
  context.rect(left, EDGE, SIZE, SIZE);
  context.fillStyle = "#000";
  context.fill();
  context.clip();
  context.translate(middle, centre);
  context.scale(LENS_ZOOM, LENS_ZOOM);
  context.translate(-x, -y);
  paint(context);
  context.restore();
  context.strokeStyle = INK;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, EDGE + 0.5, SIZE, SIZE);
  context.beginPath();
  for (const [from, to] of [[-12, -3], [3, 12]]) {
    context.moveTo(middle + from, centre);
    context.lineTo(middle + to, centre);
    context.moveTo(middle, centre + from);
    context.lineTo(middle, centre + to);
  }
  context.stroke();
}
