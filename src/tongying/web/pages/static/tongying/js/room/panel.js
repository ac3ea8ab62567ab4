// The case's panel beside the picture: one's own opinion, who has written, the conclusion and the
// answers to it. It is drawn by the platform and looked at anew every few seconds; what somebody
// is typing stays.

import { autosave } from "../autosave.js";
import { csrfToken } from "../frame.js";
import { made } from "./words.js";

const EVERY_MS = 5000;
const AWAY_MS = 20_000; // while another part of the page is looked at

export function mount(room) {
  const words = room.words.reading;
  const host = room.element("panel");
  const pane = host.closest(".lr-pane");
  const tab = document.getElementById("tab-panel");
  const fault = made("p", "lr-panel-fault");
  fault.setAttribute("role", "alert");
  const body = made("div");
  host.replaceChildren(fault, body);
  const dialog = made("dialog", "lr-dialog");
  dialog.id = "ask";
  document.getElementById("main").append(dialog);
  const drawn = new Map(); // part -> how it came last
  const watched = new WeakMap(); // form of the own opinion -> its autosave
  let busy = null;
  let looked = 0;

  // ---- drawing

  /** Ask for the panel and take over what changed. */
  async function refresh() {
    busy ??= load().finally(() => { busy = null; });
    return busy;
  }

  async function load() {
    looked = performance.now();
    let answer;
    try {
      answer = await fetch(`${room.config.http}panel/`, { redirect: "error", signal: AbortSignal.timeout(15_000) });
    } catch {
      if (!body.childElementCount) fault.textContent = words.panelFailed;
      return;
    }
    if (answer.status === 401) { fault.textContent = words.signedOut; return; }
    if (!answer.ok) { fault.textContent = words.panelFailed; return; }
    if (fault.textContent === words.panelFailed) fault.textContent = "";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".lr-panel");
    if (fresh) take(document.adoptNode(fresh));
  }

  function take(fresh) {
    const parts = [...fresh.querySelectorAll("[data-part]")];
    const old = body.querySelector(".lr-panel");
    const same = old && parts.map(nameOf).join() === [...old.querySelectorAll("[data-part]")].map(nameOf).join();
    if (!same) {
      for (const one of parts) drawn.set(nameOf(one), plain(one));
      body.replaceChildren(fresh);
      begin();
      return;
    }
    let changed = false;
    for (const part of parts) {
      const name = nameOf(part);
      const text = plain(part);
      if (drawn.get(name) === text) continue;
      const before = old.querySelector(`[data-part="${name}"]`);
      // One's own words are saved as they are typed: the form is drawn anew only when it goes.
      if (name === "own" && before.dataset.key === part.dataset.key) { drawn.set(name, text); continue; }
      const typed = typing(before);
      if (typed && before.dataset.key === part.dataset.key) continue;
      drawn.set(name, text);
      changed = true;
      before.replaceWith(part);
      keep(part, typed);
    }
    for (const name of [".lr-said", ".lr-panel-state", ".lr-panel-links"]) {
      const [mine, theirs] = [old.querySelector(name), fresh.querySelector(name)];
      if (mine && theirs) mine.replaceWith(theirs);
      else if (theirs) (name === ".lr-panel-links" ? old.append(theirs) : old.prepend(theirs));
      else if (name !== ".lr-said") mine?.remove();
    }
    for (const input of old.querySelectorAll('input[name="revision"]')) {
      const now = fresh.querySelector(`input[name="revision"][data-of="${input.dataset.of}"]`);
      // A seat's revision is the autosave's own affair, and a text being typed keeps what it saw.
      if (now && input.dataset.of !== "seat" && !typing(input.closest("[data-part]") ?? old)) input.value = now.value;
    }
    if (changed && pane.hidden) tab.querySelector(".lr-new").textContent = "●";
    begin();
  }

  const nameOf = (part) => part.dataset.part;

  /** How a part came, without what is new every time. */
  function plain(part) {
    const copy = part.cloneNode(true);
    for (const one of copy.querySelectorAll('input[name="csrfmiddlewaretoken"]')) one.remove();
    return copy.innerHTML;
  }

  /** The text that is being typed in a part and not sent; null: none. */
  function typing(part) {
    const field = part.querySelector("#conclusion-text");
    return field && field.value !== field.defaultValue ? field.value : null;
  }

  function keep(part, typed) {
    const field = typed === null ? null : part.querySelector("#conclusion-text");
    if (!field) return;
    field.value = typed;
    field.closest("details")?.setAttribute("open", "");
    fault.textContent = words.panelChanged;
  }

  function begin() {
    const form = body.querySelector("form[data-autosave]");
    if (form && !watched.has(form)) watched.set(form, autosave(form));
  }

  // ---- moves

  body.addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    event.stopPropagation();
    const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    if (form.hasAttribute("data-ask") || event.submitter?.hasAttribute("data-send")) ask(form, action);
    else if (form.hasAttribute("data-autosave")) watched.get(form)?.flush();
    else move(form, action);
  });
  // Pressing "sign" saves first, and shows what is about to be signed.
  body.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-send]");
    if (!button) return;
    event.preventDefault();
    const form = button.form;
    if (!form.reportValidity()) return;
    await watched.get(form)?.flush();
    ask(form, button.getAttribute("formaction"));
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    move(event.target, event.target.getAttribute("action"));
  });
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close-dialog]")) return;
    event.preventDefault();
    dialog.close();
  });

  async function post(form, action, asks) {
    const data = new URLSearchParams(new FormData(form));
    if (asks) data.delete("confirm");
    try {
      return await fetch(action, {
        method: "POST", body: data, redirect: "manual", signal: AbortSignal.timeout(20_000),
        headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() },
      });
    } catch {
      fault.textContent = document.body.dataset.offline;
      return null;
    }
  }

  /** Show what a move asks for: a reason, a dissent's words, the text to be signed. */
  async function ask(form, action) {
    fault.textContent = "";
    const answer = await post(form, action, true);
    if (answer) await answered(answer);
  }

  async function move(form, action) {
    if (form.classList.contains("sending")) return;
    form.classList.add("sending");
    fault.textContent = "";
    const answer = await post(form, action, false);
    form.classList.remove("sending");
    if (answer) await answered(answer, form);
  }

  async function answered(answer, form = null) {
    if (answer.type === "opaqueredirect") { // it is done
      if (dialog.open) dialog.close();
      for (const field of form?.querySelectorAll("textarea") ?? []) field.defaultValue = field.value;
      drawn.delete("conclusion");
      await refresh();
      return;
    }
    if (answer.headers.get("HX-Redirect") || answer.status === 401) {
      fault.textContent = words.signedOut;
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const question = page.querySelector("form.ask");
    if (question) {
      dialog.replaceChildren(document.adoptNode(question));
      for (const closer of dialog.querySelectorAll("[data-close-dialog]")) closer.hidden = false;
      if (!dialog.open) dialog.showModal();
      dialog.querySelector("[autofocus]")?.focus();
      return;
    }
    if (dialog.open) dialog.close();
    const told = page.querySelector(".panel .notice div, .notice p, .notice div, main p")?.textContent.trim();
    fault.textContent = told || document.body.dataset.failed;
    await refresh();
  }

  // ---- when it is looked at anew

  setInterval(() => {
    const every = pane.hidden || document.hidden ? AWAY_MS : EVERY_MS;
    if (performance.now() - looked >= every) refresh();
  }, 1000);
  new MutationObserver(() => {
    if (pane.hidden) return;
    tab.querySelector(".lr-new").textContent = "";
    refresh();
  }).observe(pane, { attributes: true, attributeFilter: ["hidden"] });
  room.on("begun", () => refresh());
  room.on("link", (state) => { if ((state.state ?? state) === "live") refresh(); });
}
