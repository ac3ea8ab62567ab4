// The case page: saving while typing, moves that ask first, key images, keys.

import { autosave, keepHere } from "./autosave.js";
import { csrfToken, showFailure } from "./frame.js";
import { onKey } from "./keys.js";
import "./measured.js";
import { pickKeyImages } from "./pick.js";

const dialog = document.getElementById("ask");

/** Post a form and show the question that comes back (reason, or the text to be signed). */
async function ask(form, action) {
  const data = new URLSearchParams(new FormData(form));
  data.delete("confirm");
  let response;
  try {
    response = await fetch(action, {
      method: "POST",
      body: data,
      headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() },
    });
  } catch {
    showFailure(document.body.dataset.offline, () => ask(form, action));
    return;
  }
  const where = response.headers.get("HX-Redirect");
  if (where) {
    location.assign(where);
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.querySelector("form.ask");
  if (!found) {
    showFailure(page.querySelector(".notice p")?.textContent ?? document.body.dataset.failed);
    return;
  }
  dialog.replaceChildren(found);
  for (const closer of dialog.querySelectorAll("[data-close-dialog]")) closer.hidden = false;
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
}

for (const form of document.querySelectorAll("form[data-ask]")) {
  const forget = form.dataset.keep ? keepHere(form) : null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form, form.action);
  });
  if (forget) dialog.addEventListener("submit", forget);
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const { flush } = autosave(form);
  if (!form.hasAttribute("data-sign")) continue;
  const send = form.querySelector("[data-send]");
  send.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    await flush();
    ask(form, send.formAction);
  });
}

/** Return the button that Ctrl+Enter presses: of the form being written, or the page's first. */
function sendButton() {
  const here = document.activeElement?.closest("form")?.querySelector("[data-send]");
  return here ?? document.querySelector("[data-send]:not([disabled])");
}

onKey("v", () => document.getElementById("open-viewer")?.click());
onKey("c", () => document.getElementById("report-critical")?.click());
onKey("p", () => document.getElementById("open-pathway")?.click());
onKey("u", () => location.assign("/"));
onKey("ctrl+enter", () => sendButton()?.click());
pickKeyImages();
