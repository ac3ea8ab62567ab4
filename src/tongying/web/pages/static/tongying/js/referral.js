// The referral's forms: the words on a risk appear with the risk; Ctrl+Enter sends; V opens the images.

import { onKey } from "./keys.js";

const order = document.getElementById("order");
const note = document.querySelector("[data-risk]");

function showRisk() {
  const chosen = order.querySelector("[name=airway_risk]:checked");
  note.hidden = chosen?.value !== "present";
}

if (order && note) {
  showRisk();
  order.addEventListener("change", (event) => {
    if (event.target.name !== "airway_risk") return;
    showRisk();
    if (!note.hidden) note.querySelector("input").focus();
  });
  onKey("ctrl+enter", () => order.requestSubmit());
}

const images = document.getElementById("open-viewer");
if (images) onKey("v", () => images.click());
