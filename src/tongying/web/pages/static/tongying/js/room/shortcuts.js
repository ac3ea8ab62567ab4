// The keys of the room. `onKey` never fires while typing, composing Chinese, or under a dialog.

import { onKey } from "../keys.js";

const TOOLS = {
  p: "pointer", a: "arrow", l: "line", o: "ellipse", d: "path", x: "point", t: "text",
  r: "measure", s: "scale", e: "erase",
};
const BUTTONS = { f: "freeze", v: "clip", m: "voice" };

export function mount(room) {
  const press = (name) => {
    const button = room.element(name);
    if (!button || button.disabled || button.closest("[hidden]")) return false;
    button.click();
    return true;
  };
  for (const [key, name] of Object.entries(BUTTONS)) onKey(key, () => press(name));
  for (const [key, tool] of Object.entries(TOOLS)) onKey(key, () => room.board?.choose(tool));
  for (let number = 1; number <= 9; number += 1) {
    onKey(String(number), () => (room.may("plane") ? room.askPlane(number) : false));
  }
  onKey("h", () => room.toggleHand());
  onKey("c", () => room.write("say"));
  onKey("n", () => room.write("note"));
  onKey("0", () => room.stage.together("live"));
  onKey("[", () => room.stage.step(-1));
  onKey("]", () => room.stage.step(1));
  onKey(",", () => room.stage.cine.step(-1));
  onKey(".", () => room.stage.cine.step(1));
  // A focused button keeps its own space.
  onKey(" ", (event) => (event.target.closest("button, a, summary, [role=tab], input") ? false : room.stage.cine.toggle()));
  onKey("Escape", () => room.board?.cancel());
  onKey("?", () => document.getElementById("room-keys").showModal());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("textarea, input:not([type=radio]):not([type=checkbox]), select");
    if (event.isComposing || event.keyCode === 229 || typing) return;
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    room.board?.undo();
  });
}
