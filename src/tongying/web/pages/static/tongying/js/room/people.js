// Who is in the room: everybody connected is seen, by a socket or over HTTP; who speaks, whose hand
// is up and since when.

import { sure } from "./sure.js";
import { icon, made, put } from "./words.js";

const PARTS = ["probe", "lead", "specialist", "observer"];

export function mount(room) {
  const { words, config } = room;
  const box = room.element("people");
  const hand = room.element("hand");
  let here = [];
  let byWeb = new Set(); // members who follow over HTTP
  let bySocket = new Set(); // members with a socket, as a page is told that has none itself
  const speaking = new Set();

  // ---- the list

  function connected() {
    const members = new Map();
    // Without a socket nobody tells this page who has one, but for the answers over HTTP.
    const mute = room.link.state() === "web";
    for (const one of mute ? [] : here) {
      const known = members.get(one.member) ?? { ...one, peers: [] };
      known.peers.push(one.peer);
      members.set(one.member, known);
    }
    for (const member of [...byWeb, ...(mute ? bySocket : [])]) {
      const known = room.people.get(member);
      if (known && !members.has(member)) members.set(member, { ...known, peers: [], web: byWeb.has(member) });
    }
    return members;
  }

  function list() {
    const on = connected();
    const hands = [...room.now.hands.keys()];
    const all = [...on.values()].map((one) => ({ ...room.people.get(one.member), ...one, on: true }));
    for (const one of room.people.values()) {
      if (one.within && !on.has(one.member)) all.push({ ...one, peers: [], on: false });
    }
    all.sort((one, other) => Number(other.on) - Number(one.on)
      || PARTS.indexOf(one.part) - PARTS.indexOf(other.part));
    box.replaceChildren(...all.map((one) => line(one, hands.indexOf(one.member))));
    room.element("people-count").textContent = put(words.connected, { n: on.size });
    room.alone = room.begun && on.size < 2;
    const up = room.now.hands.has(room.you.member);
    hand.setAttribute("aria-pressed", String(up));
    hand.querySelector("span").textContent = up ? words.handDown : words.handUp;
  }

  function line(one, place) {
    const item = made("li", one.on ? "" : "away");
    item.dataset.member = one.member;
    const talks = one.peers.some((peer) => speaking.has(peer));
    item.classList.toggle("speaks", talks);
    item.append(made("span", `dot c-${room.colour(one.member)}`));
    const name = made("b", "", one.name);
    if (one.member === room.you.member) name.append(` (${words.you})`);
    item.append(name, made("span", "facts", `${words.parts[one.part] ?? ""} · ${one.hospital}`));
    if (talks) item.append(sign("microphone", words.speaks));
    if (place >= 0) item.append(sign("hand-stop", put(words.hand, { n: place + 1 }), "hand"));
    if (one.peers.length > 1) item.append(made("span", "facts", put(words.connections, { n: one.peers.length })));
    if (one.web) item.append(made("span", "facts web", words.readsByWeb));
    if (!one.on) item.append(made("span", "facts", words.notHere));
    if (config.manages && one.member !== room.you.member) item.append(removal(one));
    return item;
  }

  function sign(name, text, more = "") {
    const one = made("span", `sign ${more}`.trim());
    one.append(icon(name), text);
    return one;
  }

  function removal(one) {
    const button = made("button", "lr-link", words.takeOut);
    button.type = "button";
    button.title = `${words.takeOut}: ${one.name}`;
    button.addEventListener("click", async () => {
      const text = put(words.takeOutAsk, { name: one.name });
      if (!(await sure({ text, go: words.takeOut, stay: words.cancel }))) return;
      const fault = await room.post(`members/${one.member}/remove/`);
      if (fault) room.emit("fault", { text: fault });
    });
    return button;
  }

  room.on("people", (people) => {
    here = people;
    const peers = new Set(people.map((one) => one.peer));
    for (const peer of speaking) if (!peers.has(peer)) speaking.delete(peer);
    for (const one of people) if (one.speaking) speaking.add(one.peer);
    if (people.some((one) => !room.people.has(one.member))) names();
    list();
  });
  room.on("present", (told) => {
    byWeb = new Set(told.by_web ?? []);
    bySocket = new Set(told.by_socket ?? []);
    if ([...byWeb, ...bySocket].some((member) => !room.people.has(member))) names();
    list();
  });
  room.on("link", list);
  room.on("link-speaking", ({ peer, on }) => {
    if (on) speaking.add(peer);
    else speaking.delete(peer);
    list();
  });
  room.on("now", list);
  room.on("begun", list);
  room.on("event", ({ kind }) => { if (kind === "invited" || kind === "removed") names(); });

  /** Ask for everybody's name anew; somebody came who was not here when the page was made. */
  async function names() {
    const answer = await fetch(`${config.http}people/`, { headers: { Accept: "application/json" } })
      .then((one) => (one.ok ? one.json() : null)).catch(() => null);
    if (!answer) return;
    room.people = new Map(answer.people.map((one) => [one.member, one]));
    list();
    room.emit("names", {});
  }

  // ---- the hand

  const toggleHand = () => room.tell("hand", { up: !room.now.hands.has(room.you.member) });
  hand.addEventListener("click", toggleHand);
  room.toggleHand = toggleHand;

  // ---- inviting

  const dialog = document.getElementById("room-invite");
  const fault = room.element("invite-fault");

  async function invitees() {
    const answer = await fetch(`${config.http}invitees/`, { headers: { Accept: "application/json" } })
      .then((one) => (one.ok ? one.json() : null)).catch(() => null);
    fault.textContent = answer ? "" : words.failed;
    const found = answer?.members ?? [];
    const items = found.map((one) => {
      const item = made("li");
      const button = made("button", "btn btn-s", words.invite);
      button.type = "button";
      button.addEventListener("click", async () => {
        button.disabled = true;
        fault.textContent = await room.post("members/", { member: one.member });
        if (fault.textContent) button.disabled = false;
        else invitees();
      });
      const who = made("div");
      who.append(made("b", "", one.name), " ", made("span", "small", one.hospital));
      item.append(who, button);
      return item;
    });
    if (answer && !items.length) items.push(made("li", "small", words.nobodyToInvite));
    room.element("invitees").replaceChildren(...items);
  }

  room.element("invite")?.addEventListener("click", () => {
    dialog.showModal();
    invitees();
  });
  list();
}
