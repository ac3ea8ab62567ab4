// The hands of the others on the picture: where each points, in the colour of its name.

import { COLOUR, write } from "./shapes.js";

const GONE_MS = 6000;
const EVERY_MS = 50;

export class Pointers {
  constructor(room, redraw) {
    this.room = room;
    this.redraw = redraw;
    this.hands = new Map();
    this.sent = 0;
    room.on("link-pointer", (message) => this.take(message));
    room.on("people", (people) => {
      const here = new Set(people.map((one) => one.peer));
      for (const peer of this.hands.keys()) if (!here.has(peer)) this.hands.delete(peer);
      this.names = new Map(people.map((one) => [one.peer, one]));
      redraw();
    });
    setInterval(() => this.fade(), 1000);
  }

  take({ peer, target, x, y }) {
    if (typeof x !== "number") this.hands.delete(peer);
    else this.hands.set(peer, { target, x, y, at: performance.now() });
    this.redraw();
  }

  fade() {
    const since = performance.now() - GONE_MS;
    for (const [peer, hand] of this.hands) {
      if (hand.at < since && this.hands.delete(peer)) this.redraw();
    }
  }

  /** Tell where the hand is here; null: it left the picture. */
  move(target, point) {
    clearTimeout(this.later);
    const wait = this.sent + EVERY_MS - performance.now();
    if (point && wait > 0) {
      this.later = setTimeout(() => this.move(target, point), wait);
      return;
    }
    if (!point && this.away) return;
    this.away = !point;
    this.sent = performance.now();
    this.room.link.send({ t: "pointer", target, x: point?.[0] ?? null, y: point?.[1] ?? null });
  }

  paint(pen, target, at) {
    for (const [peer, hand] of this.hands) {
      const who = this.names?.get(peer);
      if (hand.target !== target || !who) continue;
      const [x, y] = at([hand.x, hand.y]);
      const colour = COLOUR[this.room.colour(who.member)];
      pen.fillStyle = colour;
      pen.strokeStyle = "#000";
      pen.lineWidth = 1;
      pen.beginPath();
      for (const [dx, dy] of [[0, 0], [0, 17], [4.5, 13], [8, 20], [11, 18.5], [7.5, 12], [13, 12]]) {
        pen.lineTo(x + dx, y + dy);
      }
      pen.closePath();
      pen.fill();
      pen.stroke();
      pen.fillStyle = colour;
      write(pen, who.name, [x + 16, y + 18]);
    }
  }
}
