// Asking for one value in a dialog: the millimetres of a scale, the words on a picture.

/** Ask; `read(text)` gives the value or throws the sentence to show. Null where it was left. */
export function ask({ title, label, read, type = "text", unit = "" }) {
  const dialog = document.getElementById("room-ask");
  const form = dialog.querySelector("form");
  const part = (name) => dialog.querySelector(`[data-room="ask-${name}"]`);
  dialog.querySelector("h2").textContent = title;
  part("label").textContent = unit ? `${label} (${unit})` : label;
  part("value").value = "";
  part("value").inputMode = type === "number" ? "decimal" : "text";
  part("value").removeAttribute("aria-invalid");
  part("fault").textContent = "";
  dialog.showModal();
  part("value").focus();
  return new Promise((resolve) => {
    let value = null;
    const send = (event) => {
      event.preventDefault();
      try {
        value = read(part("value").value.trim());
      } catch (fault) {
        part("fault").textContent = fault.message;
        part("value").setAttribute("aria-invalid", "true");
        part("value").focus();
        return;
      }
      dialog.close();
    };
    form.addEventListener("submit", send);
    dialog.addEventListener("close", () => {
      form.removeEventListener("submit", send);
      resolve(value);
    }, { once: true });
  });
}
