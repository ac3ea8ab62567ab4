// The guardian's consent: recorded by the county before the camera opens, seen by everybody.

import { sure } from "./sure.js";
import { icon, made } from "./words.js";

export function mount(room) {
  const { words, config } = room;
  const state = room.element("consent-state");
  const form = room.element("consent-form");
  const probe = config.part === "probe";

  function show() {
    const { consent, consentRecording } = room.now;
    const text = consent
      ? (consentRecording ? words.consentRecording : words.consentGiven) : words.consentNone;
    const box = made(probe ? "button" : "span", probe ? "lr-btn lr-quiet" : "");
    if (probe) {
      box.type = "button";
      box.dataset.dialog = "room-consent";
    }
    box.append(icon(consent ? "shield-check" : "shield"), text);
    state.classList.toggle("lacking", !consent);
    state.replaceChildren(box);
    for (const [name, may] of [["camera", consent], ["record", consentRecording]]) {
      const button = room.element(name);
      if (button) button.disabled = !may;
    }
    if (form) room.element("withdraw").hidden = !consent;
  }

  function witness() {
    const spoken = form.elements.namedItem("way").value === "spoken";
    room.element("witness").hidden = !spoken;
    form.elements.namedItem("witness").required = spoken;
  }

  function fill() {
    for (const [name, value] of Object.entries(config.consent)) {
      const field = form.elements.namedItem(name);
      if (typeof value === "boolean") field.checked = value;
      else field.value = value;
    }
    witness();
  }

  async function send(event) {
    event.preventDefault();
    const fault = await room.post("consent/", new FormData(form));
    form.classList.remove("sending");
    room.element("consent-fault").textContent = fault;
    if (fault) form.elements.namedItem(/见证|witness/i.test(fault) ? "witness" : "guardian").focus();
    else document.getElementById("room-consent").close();
  }

  async function withdraw() {
    const text = words.consentWithdrawAsk;
    if (!(await sure({ text, go: words.consentWithdraw, stay: words.cancel }))) return;
    const fault = await room.post("consent/withdraw/");
    room.element("consent-fault").textContent = fault;
    if (!fault) document.getElementById("room-consent").close();
  }

  if (form) {
    fill();
    form.addEventListener("change", witness);
    form.addEventListener("submit", send);
    room.element("withdraw").addEventListener("click", withdraw);
  }
  room.on("now", show);
  show();
}
