// Saving while the doctor types: to the server within five seconds, and on this computer at once,
// so that a lost line loses nothing. A page that is older than the server never overwrites it.

import { csrfToken } from "./frame.js";

const QUIET_MS = 1500;
const LONGEST_MS = 4500;

/** Watch a form[data-autosave]; returns { flush } that saves what is still unsaved. */
export function autosave(form) {
  const words = form.querySelector("template[data-words]").dataset;
  const labels = labelsOf(form);
  const sign = form.querySelector(".saved");
  const revision = form.elements.revision;
  const key = `tongying:${form.dataset.autosave}`;
  let timer = 0;
  let since = 0;
  let sending = null;
  let again = false;
  let stopped = false;
  let last = JSON.stringify(valuesOf(form));

  function say(text, state = "") {
    sign.textContent = text;
    sign.dataset.state = state;
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ revision: revision.value, values: valuesOf(form) }));
    } catch { /* a full or closed store: the server still gets the text */ }
  }

  function typed() {
    keep();
    if (stopped) return;
    const now = Date.now();
    since ||= now;
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(QUIET_MS, since + LONGEST_MS - now)));
  }

  async function save() {
    clearTimeout(timer);
    since = 0;
    if (stopped) return;
    if (sending) {
      again = true;
      await sending;
      return;
    }
    if (JSON.stringify(valuesOf(form)) === last) return;
    sending = send();
    await sending;
    sending = null;
    if (again) {
      again = false;
      await save();
    }
  }

  async function send() {
    const sent = JSON.stringify(valuesOf(form));
    const data = new URLSearchParams(new FormData(form));
    say(words.saving);
    let response;
    try {
      response = await fetch(form.action, {
        method: "POST",
        body: data,
        headers: { "Tongying-Autosave": "1", "X-CSRFToken": csrfToken() },
        signal: AbortSignal.timeout?.(15000),
      });
    } catch {
      say(words.kept, "failed");
      timer = setTimeout(save, 8000);
      return;
    }
    if (response.status === 401) {
      say(words.ended, "failed");
      return;
    }
    if (response.status === 409 && /json/.test(response.headers.get("Content-Type") ?? "")) {
      const answer = await response.json();
      if (answer.values) {
        showConflict(answer);
        return;
      }
    }
    if (!response.ok) {
      say(words.refused, "failed");
      return;
    }
    const answer = await response.json();
    revision.value = answer.revision;
    for (const other of document.querySelectorAll('input[name="revision"]')) {
      if (other.dataset.of === revision.dataset.of) other.value = answer.revision;
    }
    last = sent;
    const whole = JSON.stringify(valuesOf(form)) === sent;
    if (whole && !Object.keys(answer.errors).length) localStorage.removeItem(key);
    else keep();
    say(words.saved.replace("{at}", answer.saved_at));
    showErrors(answer);
    const lacking = document.querySelector("#lacking-box");
    if (lacking && "lacking" in answer) lacking.innerHTML = answer.lacking;
    for (const [id, html] of Object.entries(answer.parts ?? {})) {
      const part = document.getElementById(id);
      if (part) replacePart(part, html);
    }
    if (whole) last = JSON.stringify(valuesOf(form)); // what was asked about and answered is gone
    form.dispatchEvent(new CustomEvent("tongying:saved", { detail: answer }));
  }

  function showErrors({ errors, missing }) {
    for (const spot of form.querySelectorAll(".error[id]")) {
      const name = spot.id.slice(2);
      spot.textContent = errors[name] ?? "";
      form.elements[name]?.setAttribute?.("aria-invalid", String(Boolean(errors[name])));
    }
    const line = form.querySelector("[data-missing]");
    if (!line) return;
    const names = Object.keys(missing);
    line.hidden = !names.length;
    line.querySelector("span").textContent = names.map((name) => labels[name] ?? name).join(words.comma);
  }

  // Both texts are shown; the reader decides field by field, and only then saving goes on.
  function showConflict({ revision: newer, values }) {
    const mine = valuesOf(form);
    const differing = Object.keys(values).filter((name) => (values[name] ?? "") !== (mine[name] ?? ""));
    revision.value = newer;
    if (!differing.length) {
      last = JSON.stringify(mine);
      return;
    }
    stopped = true;
    say(words.conflict, "stale");
    const box = form.querySelector("[data-conflict]");
    box.className = "notice notice-amber conflict";
    box.setAttribute("role", "alert");
    const body = document.createElement("div");
    body.append(element("b", words.conflict));
    const open = new Set(differing);
    const settle = (name, part) => {
      open.delete(name);
      part.remove();
      if (open.size) return;
      box.hidden = true;
      stopped = false;
      last = "";
      save();
    };
    for (const name of differing) {
      const part = document.createElement("div");
      part.append(element("h3", labels[name] ?? name));
      const pair = element("div", "", "side-text");
      pair.append(column(words.mine, mine[name]), column(words.theirs, values[name]));
      const buttons = element("div", "", "row");
      buttons.append(
        press(words.keep, () => settle(name, part)),
        press(words.take, () => { fill(form, name, values[name]); settle(name, part); }),
      );
      part.append(pair, buttons);
      body.append(part);
    }
    box.replaceChildren(body);
    box.hidden = false;
    box.scrollIntoView({ block: "center" });
  }

  function restore() {
    let kept;
    try {
      kept = JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      kept = null;
    }
    if (!kept) return;
    const stored = valuesOf(form);
    const differs = Object.keys(kept.values).some((name) => kept.values[name] !== (stored[name] ?? ""));
    if (!differs) {
      localStorage.removeItem(key);
      return;
    }
    for (const [name, text] of Object.entries(kept.values)) fill(form, name, text);
    if (kept.revision === revision.value) {
      say(words.restored);
      last = JSON.stringify(stored);
      save();
    } else {
      showConflict({ revision: revision.value, values: stored });
    }
  }

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("submit", () => { clearTimeout(timer); stopped = true; });
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  restore();
  return { flush: save };
}

/** Keep a form that is not saved on the server while it is typed, on this computer only. */
export function keepHere(form) {
  const key = `tongying:${form.dataset.keep}`;
  const before = JSON.stringify(valuesOf(form));
  const kept = localStorage.getItem(key);
  if (kept && kept !== before) {
    for (const [name, text] of Object.entries(JSON.parse(kept))) fill(form, name, text);
    form.closest("details")?.setAttribute("open", "");
  }
  form.addEventListener("input", () => localStorage.setItem(key, JSON.stringify(valuesOf(form))));
  return () => localStorage.removeItem(key);
}

function valuesOf(form) {
  const values = {};
  for (const [name, text] of new FormData(form)) {
    if (/^(csrfmiddlewaretoken|revision|then|confirm)$/.test(name)) continue;
    values[name] = [values[name], text].filter(Boolean).join("\n"); // several answers are lines
  }
  return values;
}

function fill(form, name, text) {
  const fields = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const ticked = new Set((text ?? "").split("\n"));
  for (const field of fields) {
    if (/^(radio|checkbox)$/.test(field.type)) field.checked = ticked.has(field.value);
    else if (fields.length === 1) field.value = text ?? "";
  }
}

// What is being typed a second time stays, although the question around it comes anew.
function replacePart(part, html) {
  const typing = [...part.querySelectorAll("[data-again]")].map((one) => [one.id, one.value, one === document.activeElement]);
  part.innerHTML = html;
  for (const [id, text, focused] of typing) {
    const field = part.querySelector(`#${CSS.escape(id)}`);
    if (!field) continue;
    field.value = text;
    if (focused) field.focus();
  }
}

function labelsOf(form) {
  const template = form.querySelector("template[data-labels]");
  const pairs = [...(template?.content.querySelectorAll("[data-name]") ?? [])];
  return Object.fromEntries(pairs.map((one) => [one.dataset.name, one.textContent]));
}

function element(kind, text, className = "") {
  const one = document.createElement(kind);
  one.textContent = text;
  if (className) one.className = className;
  return one;
}

function column(title, text) {
  const one = document.createElement("div");
  one.append(element("p", title, "small"), element("p", text || "—", "prose old"));
  return one;
}

function press(label, act) {
  const one = element("button", label, "btn btn-quiet btn-s");
  one.type = "button";
  one.addEventListener("click", act);
  return one;
}
