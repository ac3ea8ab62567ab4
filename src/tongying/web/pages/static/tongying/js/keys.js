// Keys: one place that decides when a key is a command. Never while typing, never while an input
// method composes (Chinese input sends key events of its own), never under an open dialog.

const commands = new Map();

/** Run `act` when `key` (as in KeyboardEvent.key, lower case) is pressed as a command. */
export function onKey(key, act) {
  commands.set(key, act);
}

function isTyping(target) {
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.nodeName)
    || (target.nodeName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(target.type));
}

document.addEventListener("keydown", (event) => {
  // 229: the browser's sign that the input method has taken the key.
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.ctrlKey && event.key === "Enter") {
    const act = commands.get("ctrl+enter");
    if (act && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      act(event);
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = commands.get(key === "？" ? "?" : key);
  if (!act || act(event) === false) return;
  event.preventDefault();
});
