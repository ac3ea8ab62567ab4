// Planes: the expert asks with one key, the county answers with "shown".

import { icon, made, put } from "./words.js";

export function mount(room) {
  const { words } = room;
  const region = room.element("plane-region");
  const choices = room.element("plane-choices");
  const asked = room.element("planes-asked");
  const asks = room.may("plane") && region;

  const planes = () => (asks ? room.config.planes[Number(region.value)].planes : []);

  function fill() {
    choices.replaceChildren(...planes().map((plane, number) => {
      const button = made("button", "lr-btn");
      button.type = "button";
      button.append(made("kbd", "", String(number + 1)), plane);
      button.addEventListener("click", () => ask(number + 1));
      return button;
    }));
  }

  function ask(number) {
    const plane = planes()[number - 1];
    if (!plane) return false;
    room.tell("plane", { text: plane });
    return true;
  }

  function list() {
    asked.replaceChildren(...[...room.now.planes.values()].map((event) => {
      const line = made("li");
      line.append(icon("focus"), made("b", `c-${room.colour(event.author)}`, room.name(event.author)),
        made("span", "words", put(words.planeAsked, { plane: event.body.text })));
      if (room.may("plane-done")) {
        const done = made("button", "lr-btn lr-go", words.shown);
        done.type = "button";
        done.addEventListener("click", () => room.tell("plane-done", { asked: event.id }));
        line.append(done);
      }
      return line;
    }));
    room.element("planes").classList.toggle("none", !asks && !room.now.planes.size);
  }

  room.askPlane = ask;
  if (asks) region.addEventListener("change", fill);
  if (asks) fill();
  room.on("now", list);
  room.on("names", list);
  list();
}
