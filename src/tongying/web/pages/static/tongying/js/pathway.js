// The pathway page: saving while answering, what is asked and computed follows, normal by one key.

import { autosave } from "./autosave.js";
import { onKey } from "./keys.js";

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const { flush } = autosave(form);
  const fill = form.querySelector("#fill-normal");
  if (fill) {
    fill.addEventListener("click", (event) => {
      event.preventDefault();
      fillNormal(form);
      flush();
    });
  }
  letGo(form);
  form.addEventListener("tongying:saved", ({ detail }) => {
    if (detail.asked) ask(form, new Set(detail.asked));
  });
}

/** Fill in what is normal wherever a shown question has no answer yet. */
function fillNormal(form) {
  for (const cell of form.querySelectorAll("[data-normal]:not([hidden])")) {
    if (cell.closest("[hidden]")) continue;
    const fields = [...cell.querySelectorAll("input:not([type=hidden]), select, textarea")];
    const choices = fields.filter((one) => /^(radio|checkbox)$/.test(one.type));
    if (choices.length) {
      if (choices.some((one) => one.checked)) continue;
      for (const one of choices) one.checked = one.value === cell.dataset.normal;
    } else if (fields[0] && !fields[0].value) fields[0].value = cell.dataset.normal;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A pressed answer that is pressed again is taken back. */
function letGo(form) {
  let before = null;
  form.addEventListener("pointerdown", (event) => {
    const radio = event.target.closest(".choice")?.querySelector("input[type=radio]");
    before = radio?.checked ? radio : null;
  });
  form.addEventListener("click", (event) => {
    if (before && event.target === before) {
      before.checked = false;
      before.dispatchEvent(new Event("input", { bubbles: true }));
    }
    before = null;
  });
}

/** Show the questions that these answers ask, and hide the others with what was typed in them. */
function ask(form, names) {
  for (const line of form.querySelectorAll("[data-line]")) {
    let any = false;
    for (const cell of line.querySelectorAll("[data-cell]")) {
      cell.hidden = !names.has(cell.dataset.cell);
      any ||= !cell.hidden;
    }
    line.hidden = !any;
  }
  for (const block of form.querySelectorAll("[data-block]")) {
    block.hidden = !block.querySelector("[data-line]:not([hidden])");
  }
}

onKey("n", () => document.getElementById("fill-normal")?.click());
onKey("i", () => document.getElementById("insert-zh")?.click());
onKey("v", () => document.getElementById("open-viewer")?.click());
onKey("u", () => document.getElementById("back-to-case")?.click());
