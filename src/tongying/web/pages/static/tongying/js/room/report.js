// The findings of the room as a structured report in the child's study: one press, and what it holds.

import { made, put } from "./words.js";

export function mount(room) {
  const { words } = room;
  const box = room.element("report");
  if (!box || !room.may("finding")) return;
  const button = made("button", "lr-btn lr-go", words.reportStore);
  const said = made("p", "lr-faint");
  button.type = "button";
  said.setAttribute("role", "status");
  box.append(button, said);

  function show() {
    const stored = room.events.findLast((event) => event.kind === "reported");
    const after = stored ? room.events.some(({ id, kind }) => id > stored.id && ["finding", "measure", "calibrate", "erase"].includes(kind)) : false;
    const anything = room.events.some(({ kind }) => kind === "finding" || kind === "measure");
    button.hidden = !anything || (stored && !after);
    if (!stored) said.textContent = anything ? words.reportNone : "";
    else said.textContent = put(words.reportStored, { findings: stored.body.findings, lengths: stored.body.measurements });
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    const fault = await room.post("report/");
    button.disabled = false;
    if (fault) room.emit("fault", { text: fault });
  });
  room.on("events", show);
  room.on("begun", show);
  show();
}
