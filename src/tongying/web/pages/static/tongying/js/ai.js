// Going through models' results under the keyboard: arrows move, A accepts, E changes, R rejects.

import { onKey } from "./keys.js";

const items = () => [...document.querySelectorAll("[data-item]")];
let at = "";

function here() {
  const all = items();
  return all.find((one) => one.contains(document.activeElement))
    ?? all.find((one) => one.id === at) ?? null;
}

function go(item) {
  if (!item) return;
  for (const one of items()) one.classList.toggle("at", one === item);
  at = item.id;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

/** Go on by some places; the first key goes to the first item that is not decided. */
function move(by) {
  const all = items();
  if (!all.length) return false;
  const now = all.indexOf(here());
  if (now < 0) go(all.find((one) => !one.querySelector(".ai-says .chip")) ?? all[0]);
  else go(all[Math.max(0, Math.min(all.length - 1, now + by))]);
  return true;
}

function press(key) {
  const item = here();
  if (!item) return move(0);
  const button = item.querySelector(`[data-key="${key}"]`);
  if (!button) return false;
  at = item.id;
  button.click();
  if (key === "e") item.querySelector(".ai-edit input")?.focus();
  return true;
}

onKey("ArrowDown", () => move(1));
onKey("ArrowUp", () => move(-1));
onKey("a", () => press("a"));
onKey("e", () => press("e"));
onKey("r", () => press("r"));
onKey("v", () => document.getElementById("open-viewer")?.click());
onKey("Enter", () => {
  if (document.activeElement?.matches("a, button, summary")) return false;
  const link = here()?.querySelector("a[data-viewer]");
  if (!link) return false;
  link.click();
  return true;
});

// An item that was decided is put in anew: the place stays, and the next one is under the keys.
document.body.addEventListener("htmx:after:swap", () => {
  const all = items();
  const now = all.findIndex((one) => one.id === at);
  if (now >= 0) go(all[Math.min(all.length - 1, now + 1)]);
});
