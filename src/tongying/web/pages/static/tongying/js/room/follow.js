// Reading CT, MR and PET together: the viewer in the room, and whose views the others see.
//
// One leads at a time, whoever took the lead last. The leader's viewer tells its views to this
// page, which passes them on; the others' viewers show them unless their reader looks around alone.
// Looking at a picture of the room's own ends the leading: then all look at that.

import { made, put } from "./words.js";

const AGAIN_MS = 2000; // the leader says it anew: for newcomers, and as a sign of life
const SILENT_MS = 7000; // nothing heard for so long: nobody leads any more

export function mount(room) {
  const words = room.words.reading;
  const names = ["viewer", "viewer-frame", "lead", "following", "lead-state", "draw-image"];
  const [box, host, lead, following, said, draw] = names.map((name) => room.element(name));
  let frame = null; // the viewer's iframe
  let key = ""; // what it shows: study:UID, series:UID or pair:CODE
  let ready = false;
  let mine = null; // { since, state } while this page leads
  let leader = null; // { peer, name, since, key, state, heard } while somebody else does
  let alone = false; // looks around on their own
  let asked = null;
  let opening = 0;

  const clock = () => Math.round(room.link?.now?.() ?? Date.now());

  // ---- the viewer

  async function address(wanted) {
    const [kind, name] = [wanted.slice(0, wanted.indexOf(":")), wanted.slice(wanted.indexOf(":") + 1)];
    for (const fresh of [false, true]) { // the list may be older than what is asked for
      const { studies, pairs } = await room.caseImages(fresh);
      const all = {
        pair: pairs.filter((one) => one.code === name),
        study: studies.filter((one) => one.uid === name),
        series: studies.flatMap((one) => one.series).filter((one) => one.uid === name),
      };
      const [found] = all[kind] ?? [];
      if (found?.viewer) return found.viewer;
    }
    throw new Error(words.notShown);
  }

  /** Open the viewer on a study or a pair of the case; it stays as it is where it shows that. */
  async function open(wanted) {
    const turn = (opening += 1);
    let url;
    try {
      url = await address(wanted);
    } catch (error) {
      room.emit("trouble", { text: error instanceof TypeError ? document.body.dataset.offline : error.message });
      return false;
    }
    if (turn !== opening) return false;
    room.stage.cine.pause();
    box.hidden = false;
    if (key !== wanted) {
      frame?.remove();
      frame = made("iframe");
      frame.title = words.viewer;
      frame.src = url;
      host.replaceChildren(frame);
      [key, ready] = [wanted, false];
      if (mine) mine.state = null;
    }
    show();
    return true;
  }

  function close() {
    stopLeading();
    if (leader) alone = true;
    opening += 1;
    if (box.hidden) return;
    box.hidden = true;
    room.stage.show(room.stage.target);
    show();
  }

  const send = (message) => frame?.contentWindow?.postMessage({ tongying: "room", ...message }, location.origin);

  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || !frame || source !== frame.contentWindow) return;
    if (data?.tongying !== "viewer") return;
    if (data.what === "ready") {
      ready = true;
      if (mine) send({ act: "lead" });
      else bring();
      show();
    } else if (data.what === "view" && mine) {
      mine.state = data.state;
      tell();
    } else if (data.what === "asked") {
      asked?.(data.state);
      asked = null;
    }
  });

  // ---- leading

  function tell() {
    if (!mine) return;
    room.link.send({ t: "view", lead: true, since: mine.since, key, state: mine.state });
  }

  function startLeading() {
    if (room.link.state() !== "live") {
      room.emit("trouble", { text: words.noLink });
      return;
    }
    mine = { since: Math.max(clock(), (leader?.since ?? 0) + 1), state: null };
    [leader, alone] = [null, false];
    send({ act: "lead" });
    tell();
    show();
  }

  function stopLeading() {
    if (!mine) return;
    room.link.send({ t: "view", lead: false, since: mine.since });
    mine = null;
    send({ act: "rest" });
    show();
  }

  lead?.addEventListener("click", () => (mine ? stopLeading() : startLeading()));

  // ---- following

  room.on("link-view", ({ peer, lead: leads, since, key: shows, state }) => {
    if (typeof since !== "number") return;
    if (!leads) {
      if (leader?.peer === peer) lose();
      return;
    }
    // Who took the lead later has it; two in one millisecond: the later name in the alphabet.
    if (mine && (since < mine.since || (since === mine.since && peer < room.peer))) {
      tell();
      return;
    }
    if (leader && leader.peer !== peer && since < leader.since) return;
    if (mine) {
      mine = null;
      send({ act: "rest" });
    }
    const fresh = leader?.peer !== peer || leader.since !== since;
    leader = { peer, since, key: shows, state, heard: performance.now() };
    if (fresh) alone = false;
    follow(fresh);
  });

  async function follow(fresh) {
    if (alone || !leader?.key) {
      show();
      return;
    }
    if (leader.key !== key || box.hidden) {
      if (follow.busy) return;
      follow.busy = true;
      const opened = await open(leader.key);
      follow.busy = false;
      if (!opened) alone = true;
    }
    bring();
    if (fresh) show();
  }

  /** Make the viewer show what the leader's shows. */
  function bring() {
    if (ready && !alone && leader?.state && leader.key === key) send({ act: "show", state: leader.state });
  }

  function lose() {
    leader = null;
    alone = false;
    send({ act: "rest" });
    show();
  }

  following.addEventListener("click", () => {
    alone = !alone;
    if (alone) send({ act: "rest" });
    else follow(true);
    show();
  });

  // ---- what happens

  room.on("welcome", ({ peer }) => {
    room.peer = peer;
    if (mine) mine.since = Math.max(mine.since, clock());
    tell();
  });
  room.on("people", (people) => {
    if (leader && !people.some((one) => one.peer === leader.peer)) lose();
    for (const one of people) peers.set(one.peer, one.name);
    tell();
    show();
  });
  const peers = new Map();
  setInterval(() => {
    tell();
    if (leader && performance.now() - leader.heard > SILENT_MS) lose();
  }, AGAIN_MS);
  room.on("open-viewer", ({ key: wanted }) => {
    // Whoever leads takes the others along; whoever follows and opens something goes alone.
    if (leader) alone = leader.key !== wanted;
    open(wanted).then(tell);
  });
  room.on("stage", () => {
    if (!box.hidden || follow.busy) return;
    stopLeading();
    if (leader) alone = true;
    show();
  });
  room.on("link", () => show());
  addEventListener("pagehide", () => stopLeading());

  room.element("viewer-close").addEventListener("click", close);
  draw?.addEventListener("click", async () => {
    const state = await new Promise((resolve) => {
      asked = resolve;
      send({ act: "tell" });
      setTimeout(() => resolve(null), 1000);
    });
    const view = state?.views[state.active] ?? state?.views.find(Boolean);
    if (!view?.sop || view.kind !== "stack") {
      room.emit("trouble", { text: words.noImageHere });
      return;
    }
    box.hidden = true;
    stopLeading();
    room.stage.together(`image:${view.sop}:${view.frame}`, { series: view.of });
  });

  // ---- words

  function show() {
    const who = leader ? peers.get(leader.peer) ?? room.words.someone : "";
    if (lead) {
      lead.setAttribute("aria-pressed", String(Boolean(mine)));
      lead.querySelector("span").textContent = mine ? words.leadStop : words.lead;
    }
    following.hidden = !leader;
    following.textContent = alone ? words.follow : words.followStop;
    following.setAttribute("aria-pressed", String(Boolean(leader) && !alone));
    let text = words.nobodyLeads;
    if (mine) text = words.leading;
    else if (leader) text = put(alone ? words.leadsApart : words.leads, { name: who });
    said.textContent = ready || !frame ? text : `${text} ${words.loading}`;
    box.dataset.lead = mine ? "mine" : leader && !alone ? "theirs" : "none";
    notice(who);
  }

  /** Somebody leads and this page does not show it: said above, with the way to go along. */
  function notice(who) {
    const wanted = Boolean(leader) && box.hidden;
    if (!wanted) {
      room.banner("lead", "");
      return;
    }
    const button = made("button", "lr-btn", words.follow);
    button.type = "button";
    button.addEventListener("click", () => {
      alone = false;
      follow(true);
    });
    room.banner("lead", put(words.leadsElsewhere, { name: who }), "amber", button);
  }

  show();
}
