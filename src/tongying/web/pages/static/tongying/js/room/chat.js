// Everything said and done, as one log; the notes and distances bound to the pictures; and the form
// in which all of it is written.

import { eventWords, lengthWords, made, put, targetWords, timeWords } from "./words.js";

const QUIET = new Set(["erase", "hand", "look", "quality", "draw", "freeze"]);
const NOTED = new Set(["note", "finding", "measure"]);
const DRAFT = "room-draft";

export function mount(room) {
  const { words } = room;
  const [log, notes, form] = ["chat", "notes", "say"].map((name) => room.element(name));
  const text = form.elements.namedItem("text");
  const names = (member) => room.name(member);
  const lines = new Map();
  const sending = new Map();

  // ---- the log

  function line(event) {
    const one = made("li", `k-${event.kind}${QUIET.has(event.kind) ? " quiet" : ""}`);
    if (event.author === room.you.member) one.classList.add("own");
    const time = made("time", "", timeWords(event.at));
    time.dateTime = event.at;
    const who = made("b", `c-${room.colour(event.author)}`, author(event));
    one.append(time, " ", who, " ");
    if (event.kind !== "say") one.append(made("span", "what", words.kinds[event.kind]), " ");
    one.append(made("span", "words", eventWords(words, event, names)));
    return one;
  }

  const author = (event) => (event.author === null ? words.platform : room.name(event.author));

  function add(event) {
    const stays = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    const one = line(event);
    lines.set(event.id, one);
    // Lines on their way stay last.
    log.insertBefore(one, log.querySelector(".sending"));
    if (stays || event.author === room.you.member) log.scrollTop = log.scrollHeight;
  }

  function addNote(event) {
    const one = made("li", `k-${event.kind}`);
    const time = made("time", "", timeWords(event.at));
    time.dateTime = event.at;
    one.append(time, " ", made("b", `c-${room.colour(event.author)}`, author(event)), " ");
    const said = event.kind === "measure"
      ? [lengthWords(words, event.body), event.body.text].filter(Boolean).join(" · ") : event.body.text;
    one.append(made("span", "words", said));
    if (event.body.target) {
      const go = made("button", "lr-link", targetWords(words, event.body.target));
      go.type = "button";
      go.title = words.goTo;
      go.addEventListener("click", () => room.stage.show(event.body.target));
      one.append(" ", go);
    }
    notes.append(one);
  }

  function refillNotes() {
    const stands = (event) => event.kind !== "measure" || room.now.marks.get(event.body.id)?.id === event.id;
    const noted = room.events.filter((event) => NOTED.has(event.kind) && stands(event));
    notes.replaceChildren();
    noted.forEach(addNote);
    if (!noted.length) notes.append(made("li", "lr-faint", words.nothingNoted));
    notes.scrollTop = notes.scrollHeight;
  }

  room.on("events", (fresh) => {
    log.setAttribute("aria-live", room.begun ? "polite" : "off");
    fresh.forEach(add);
    if (fresh.some(({ kind }) => NOTED.has(kind) || kind === "erase" || kind === "clear")) refillNotes();
  });
  room.on("begun", () => {
    log.setAttribute("aria-live", "polite");
    if (!room.events.length) log.append(made("li", "lr-faint", words.nothingSaid));
    log.scrollTop = log.scrollHeight;
  });
  room.on("event", (event) => {
    log.querySelector(".lr-faint")?.remove();
    if (event.author === room.you.member) return;
    if (event.kind === "say") unread("chat");
    if (NOTED.has(event.kind)) unread("notes");
  });
  room.on("names", () => {
    for (const event of room.events) {
      const before = lines.get(event.id);
      const now = line(event);
      before?.replaceWith(now);
      lines.set(event.id, now);
    }
    refillNotes();
  });

  // ---- what is on its way

  room.on("telling", (said) => {
    if (said.kind !== "say" && !NOTED.has(said.kind)) return;
    if (said.kind === "measure") return;
    const one = made("li", "sending own");
    one.append(made("b", `c-${room.colour(said.author)}`, room.you.name), " ",
      made("span", "words", said.body.text), " ", made("span", "state", words.sending));
    sending.set(said, one);
    log.append(one);
    log.scrollTop = log.scrollHeight;
  });
  room.on("told", ({ said }) => {
    sending.get(said)?.remove();
    sending.delete(said);
  });
  room.on("refused", ({ said, why }) => {
    const one = sending.get(said);
    if (!one) return;
    one.classList.add("refused");
    one.querySelector(".state").textContent = put(words.notSent, { why });
    if (!text.value) {
      text.value = said.body.text;
      grow();
    }
  });

  // ---- the form

  const kind = () => form.elements.namedItem("kind").value;
  const keep = () => sessionStorage.setItem(`${DRAFT}-${room.code}`, text.value);

  function grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 2, 120)}px`;
    keep();
  }

  function send() {
    const said = text.value.trim();
    if (!said) return;
    const bound = kind() === "note" || kind() === "finding";
    room.tell(kind(), bound ? { text: said, target: room.stage.target } : { text: said });
    text.value = "";
    form.elements.namedItem("kind").value = "say";
    grow();
  }

  text.value = sessionStorage.getItem(`${DRAFT}-${room.code}`) ?? "";
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    // Enter that ends a Chinese composition is not the one that sends.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") text.blur();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
    form.classList.remove("sending");
  });
  room.write = (what) => {
    const choice = form.querySelector(`input[name=kind][value="${what}"]`);
    if (!choice) return;
    choice.checked = true;
    text.focus();
  };

  // ---- tabs

  const tabs = [...document.querySelectorAll('.lr-tabs [role="tab"]')];

  function unread(name) {
    const tab = document.getElementById(`tab-${name}`);
    if (tab.getAttribute("aria-selected") === "true") return;
    const box = tab.querySelector(".lr-new");
    box.textContent = String(Number(box.textContent || 0) + 1);
  }

  function open(tab) {
    for (const one of tabs) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = !chosen;
    }
    tab.querySelector(".lr-new").textContent = "";
    for (const one of [log, notes]) one.scrollTop = one.scrollHeight;
    room.emit("tab", { name: tab.id.replace("tab-", "") });
  }

  for (const tab of tabs) {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
      open(next);
      next.focus();
    });
  }
  room.open = (name) => open(document.getElementById(`tab-${name}`));
  room.on("unread", ({ name }) => unread(name));
  refillNotes();
}
