// Asking once more before what cannot be taken back. A dialog of the page's own: the browser's
// would hold up picture and voice while it stands.

import { made } from "./words.js";

/** Ask; true where it is meant. */
export function sure({ text, go, stay }) {
  const dialog = made("dialog", "lr-dialog");
  const form = made("form");
  form.method = "dialog";
  const body = made("div", "dialog-body");
  const words = made("p", "", text);
  words.id = "room-sure-words";
  dialog.setAttribute("aria-labelledby", words.id);
  body.append(words);
  const foot = made("div", "dialog-foot");
  const back = made("button", "btn btn-quiet", stay);
  back.value = "";
  const on = made("button", "btn btn-danger", go);
  on.value = "go";
  foot.append(back, on);
  form.append(body, foot);
  dialog.append(form);
  document.getElementById("main").append(dialog);
  dialog.showModal();
  back.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "go");
    }, { once: true });
  });
}
