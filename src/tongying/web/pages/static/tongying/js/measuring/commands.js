// The keys of the measuring page.

import { onKey } from "../keys.js";

const BUTTONS = {
  r: "side-R",
  l: "side-L",
  b: "both",
  s: "keep",
  x: "skip",
  0: "fit",
  m: "flip",
  g: "lens",
  Backspace: "undo",
};
const FAR = 10;

/** Bind every key; `active` tells the pane that has them, `marked` is called after a change. */
export function bindKeys(acts, active, marked) {
  for (const [key, name] of Object.entries(BUTTONS)) onKey(key, acts[name]);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const key = event.key.toLowerCase();
    const again = key === "y" || (key === "z" && event.shiftKey);
    const act = again ? acts.redo : key === "z" ? acts.undo : null;
    if (!act) return;
    event.preventDefault();
    act();
  });
  const onButton = (event) => /^(BUTTON|A|SUMMARY)$/.test(event.target.nodeName);
  const nudges = (across, down) => (event) => {
    const far = event.shiftKey ? FAR : 1;
    return !/^(INPUT)$/.test(event.target.nodeName) && active().nudge(across * far, down * far);
  };
  onKey("ArrowLeft", nudges(-1, 0));
  onKey("ArrowRight", nudges(1, 0));
  onKey("ArrowUp", nudges(0, -1));
  onKey("ArrowDown", nudges(0, 1));
  const chooses = (way) => () => {
    active().marks.choose(way);
    active().draw();
  };
  onKey("n", chooses(1));
  onKey("p", chooses(-1));
  onKey(",", () => active().show(active().index - 1));
  onKey(".", () => active().show(active().index + 1));
  onKey("+", () => active().zoomBy(1.25));
  onKey("=", () => active().zoomBy(1.25));
  onKey("-", () => active().zoomBy(0.8));
  onKey("Enter", (event) => {
    if (onButton(event)) return false;
    if (active().marks.close()) marked(active());
    else active().putInMiddle();
    return undefined;
  });
  onKey("Escape", () => {
    active().marks.chosen = null;
    active().draw();
  });
  onKey(" ", (event) => !onButton(event) && active().play());
}
