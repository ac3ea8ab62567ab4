// The worklist under the keyboard: a selected row, its preview beside the list, and opening it.

import { onKey } from "./keys.js";

const list = document.getElementById("list");
const preview = document.getElementById("preview");
const search = document.getElementById("q");
const KEPT = "tongying-worklist-row";
let waiting = 0;

const rows = () => [...list.querySelectorAll("tr[data-case]")];
const selected = () => list.querySelector("tr.selected");
const previewShown = () => preview.offsetParent !== null;

function select(row, { scroll = true } = {}) {
  if (!row) return;
  for (const other of list.querySelectorAll("tr.selected")) {
    other.classList.remove("selected");
    other.removeAttribute("aria-current");
  }
  row.classList.add("selected");
  row.setAttribute("aria-current", "true");
  sessionStorage.setItem(KEPT, row.dataset.case);
  if (scroll) row.scrollIntoView({ block: "nearest" });
  clearTimeout(waiting);
  if (!previewShown() || preview.dataset.case === row.dataset.case) return;
  // A held key runs over many rows; only the one it stops at is fetched.
  waiting = setTimeout(() => {
    preview.dataset.case = row.dataset.case;
    window.htmx.ajax("GET", `/cases/${row.dataset.case}/preview/`, { target: "#preview", swap: "innerHTML" });
  }, 120);
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const place = all.indexOf(selected());
  const next = place < 0 ? 0 : place + by;
  if (next >= all.length) list.querySelector(".more a")?.click();
  select(all[Math.max(0, Math.min(all.length - 1, next))]);
}

function open(row) {
  const link = row?.querySelector("a.name");
  if (link) location.assign(link.href);
}

/** Select the row the reader left, or the first. */
function settle() {
  const kept = sessionStorage.getItem(KEPT);
  const row = kept && list.querySelector(`tr[data-case="${CSS.escape(kept)}"]`);
  preview.dataset.case = "";
  if (rows().length) select(row || rows()[0], { scroll: Boolean(row) });
  else preview.replaceChildren();
}

list.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-case]");
  if (!row || event.target.closest("a")) return;
  if (previewShown() && !row.classList.contains("selected")) select(row, { scroll: false });
  else open(row);
});
list.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-case]");
  if (row) select(row, { scroll: false });
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "list") settle();
});

onKey("j", () => step(1));
onKey("k", () => step(-1));
onKey("ArrowDown", () => step(1));
onKey("ArrowUp", () => step(-1));
onKey("Enter", (event) => {
  if (event.target.closest("a, button")) return false;
  return open(selected());
});
onKey("v", () => document.querySelector("#preview a[data-viewer]")?.click());
onKey("/", () => { search.focus(); search.select(); });
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) search.blur();
});

settle();
