// The frame's behaviour: failures of requests, offline, dialogs, theme, and the keys of every page.

import { onKey } from "./keys.js";

const body = document.body;
const failures = document.getElementById("failures");
let pending = 0;

/** Show one banner for a failure, with a button that tries again where that makes sense. */
export function showFailure(text, again) {
  const notice = document.createElement("div");
  notice.className = "notice notice-red";
  const words = document.createElement("div");
  words.textContent = text;
  notice.append(words);
  if (again) notice.append(button(body.dataset.retry, () => { failures.replaceChildren(); again(); }));
  notice.append(button(body.dataset.close, () => failures.replaceChildren()));
  failures.replaceChildren(notice);
}

function button(label, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = "btn btn-quiet btn-s";
  one.textContent = label;
  one.addEventListener("click", act);
  return one;
}

/** Send the element's htmx request once more. */
function retry(context) {
  const source = context?.sourceElement;
  if (!source) return location.reload();
  const url = context.request?.action;
  window.htmx.ajax(context.request?.method ?? "GET", url, { target: context.target, swap: context.swap });
}

/** Take the sentence out of a refusal fragment or page. */
function sentenceOf(text) {
  const page = new DOMParser().parseFromString(text ?? "", "text/html");
  return page.querySelector(".notice p, main p")?.textContent?.trim() || body.dataset.failed;
}

export function csrfToken() {
  return document.cookie.match(/(?:^|; )tongying_csrf=([^;]*)/)?.[1] ?? "";
}

document.addEventListener("htmx:config:request", (event) => {
  const request = event.detail.ctx.request;
  if (!/^(GET|HEAD)$/.test(request.method)) request.headers["X-CSRFToken"] = csrfToken();
});
/** Say whether a request is the bell's own: it runs by itself and must not disturb anybody. */
const inBackground = (event) => event.detail.ctx?.sourceElement?.id === "bell";

document.addEventListener("htmx:before:request", (event) => {
  if (inBackground(event)) return;
  pending += 1;
  body.classList.add("busy");
});
document.addEventListener("htmx:finally:request", (event) => {
  if (inBackground(event)) return;
  pending = Math.max(0, pending - 1);
  if (!pending) body.classList.remove("busy");
});
document.addEventListener("htmx:response:error", (event) => {
  if (inBackground(event)) return;
  const context = event.detail.ctx;
  const status = context.response?.status ?? 0;
  showFailure(sentenceOf(context.text), status >= 500 ? () => retry(context) : null);
});
document.addEventListener("htmx:error", (event) => {
  if (inBackground(event)) return;
  const context = event.detail.ctx;
  if (context) showFailure(navigator.onLine ? body.dataset.slow : body.dataset.offline, () => retry(context));
});
document.addEventListener("htmx:after:swap", () => { if (navigator.onLine) failures.replaceChildren(); });

window.addEventListener("offline", () => showFailure(body.dataset.offline));
window.addEventListener("online", () => failures.replaceChildren());
if (!navigator.onLine) showFailure(body.dataset.offline);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog)?.showModal();
  }
  const closer = event.target.closest("[data-close-dialog]");
  if (closer?.closest("dialog")) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  if (event.target.nodeName === "DIALOG" && event.target.open) event.target.close();
});

// A form that is being sent is not sent twice.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.classList.contains("sending")) event.preventDefault();
  else event.target.classList.add("sending");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.sending")) form.classList.remove("sending");
});

// The theme changes at once; the form behind the button does the same without JavaScript.
const themeButton = document.getElementById("theme");
themeButton?.addEventListener("click", (event) => {
  event.preventDefault();
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `tongying_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  const use = themeButton.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, dark ? "#moon" : "#sun"));
});

onKey("?", () => document.getElementById("keys")?.showModal());
onKey("n", () => { if (document.getElementById("keys")) location.assign("/next/"); });

// A form that was refused stands open again, with what was typed.
for (const dialog of document.querySelectorAll("dialog[data-open]")) {
  dialog.showModal();
}
