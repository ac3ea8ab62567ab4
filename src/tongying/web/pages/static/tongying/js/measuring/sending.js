// Sending a drawing, and what is said where that fails.

import { csrfToken } from "../frame.js";

/** Post a drawing; `ok` says whether it was taken. */
export async function send(url, body) {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": csrfToken(),
      "Tongying-Autosave": "1",
    },
  });
  const answer = await response.json().catch(() => ({}));
  return { ok: response.ok, ...answer };
}

/** Return a sentence as the page shows refusals. */
export function plain(sentence) {
  const line = document.createElement("p");
  line.className = "mv-refused";
  line.textContent = sentence;
  return line.outerHTML;
}
