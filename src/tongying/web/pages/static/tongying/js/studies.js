// The study list under the keyboard.

import { onKey } from "./keys.js";

const list = document.getElementById("list");
const search = document.getElementById("q");
const rows = () => [...list.querySelectorAll("tr[data-study]")];
const selected = () => list.querySelector("tr.selected");

function select(row) {
  if (!row) return;
  for (const other of list.querySelectorAll("tr.selected")) {
    other.classList.remove("selected");
    other.removeAttribute("aria-current");
  }
  row.classList.add("selected");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const place = all.indexOf(selected());
  const next = place < 0 ? 0 : place + by;
  if (next >= all.length) list.querySelector(".more a")?.click();
  select(all[Math.max(0, Math.min(all.length - 1, next))]);
}

list.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-study]");
  if (!row || event.target.closest("a, button")) return;
  if (row.classList.contains("selected")) location.assign(row.querySelector("a.name").href);
  else select(row);
});
list.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-study]");
  if (row && !row.classList.contains("selected")) select(row);
});

onKey("j", () => step(1));
onKey("k", () => step(-1));
onKey("ArrowDown", () => step(1));
onKey("ArrowUp", () => step(-1));
onKey("Enter", (event) => {
  if (event.target.closest("a, button")) return false;
  return selected() && location.assign(selected().querySelector("a.name").href);
});
onKey("v", () => selected()?.querySelector("a[data-viewer]")?.click());
onKey("/", () => { search.focus(); search.select(); });
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) search.blur();
});
