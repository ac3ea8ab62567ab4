// How the room stands: the link, the line, the recording, the stale mark, the clock, the end.

import { made, put } from "./words.js";

const CLOCK_MS = 30_000;

export function mount(room) {
  const { words, config } = room;
  const main = document.getElementById("main");
  const banners = room.element("banners");
  const [linkState, stale, quality, level, recording] =
    ["link-state", "stale", "quality", "level", "recording"].map((name) => room.element(name));
  let over = false;

  // ---- banners: one of each name

  function banner(name, text, tone = "amber", ...more) {
    banners.querySelector(`[data-banner="${name}"]`)?.remove();
    if (!text) return;
    const one = made("div", `lr-banner ${tone}`);
    one.dataset.banner = name;
    one.append(made("p", "", text), ...more);
    banners.append(one);
  }

  function link(words_, href) {
    const one = made("a", "lr-btn", words_);
    one.href = href;
    return one;
  }

  room.banner = banner;
  for (const name of ["fault", "trouble"]) {
    room.on(name, ({ text }) => banner("fault", text, "red", closing("fault")));
  }
  room.on("refused", ({ said, why }) => {
    if (!["say", "note", "finding"].includes(said.kind)) banner("fault", why, "amber", closing("fault"));
  });
  room.on("told", () => banner("fault", ""));
  room.on("part-failed", ({ name }) => {
    const again = made("button", "lr-btn", words.reload);
    again.type = "button";
    again.addEventListener("click", () => location.reload());
    banner(`part-${name}`, put(words.partFailed, { name }), "red", again);
  });

  function closing(name) {
    const button = made("button", "lr-btn", document.body.dataset.close);
    button.type = "button";
    button.addEventListener("click", () => banner(name, ""));
    return button;
  }

  // ---- the link

  function linked(told) {
    const state = wayOf(told);
    const word = { live: words.linked, web: words.byWeb }[state] ?? words.cut;
    linkState.textContent = word;
    linkState.dataset.link = state;
    if (over) return;
    const long = { live: "", web: words.byWebLong }[state] ?? words.cutLong;
    clearTimeout(linked.timer);
    // A cut of a moment is not worth a banner.
    linked.timer = setTimeout(() => banner("link", over ? "" : long, state === "web" ? "amber" : "red"), long ? 1500 : 0);
  }
  const wayOf = (told) => (typeof told === "string" ? told : told?.way ?? told?.state ?? "cut");
  room.on("link", linked);

  // ---- the line's figures

  const figures = {};
  room.on("quality", (told) => {
    Object.assign(figures, told);
    const said = [];
    if (Number.isFinite(figures.delay_ms)) said.push(put(words.delay, { n: Math.round(figures.delay_ms) }));
    if (Number.isFinite(figures.fps)) said.push(put(words.rate, { n: Math.round(figures.fps) }));
    if (Number.isFinite(figures.loss)) said.push(put(words.loss, { n: (100 * figures.loss).toFixed(1) }));
    if (Number.isFinite(figures.kbit)) said.push(`${Math.round(figures.kbit)} kbit/s`);
    if (words.media?.[figures.way]) said.push(words.media[figures.way]);
    quality.textContent = said.join(" · ");
  });

  // ---- a picture older than a second is marked at once, and only while it is looked at

  let old = { stale: false };
  function staleMark() {
    const marked = Boolean(old.stale) && room.now.camera !== ""
      && (room.stage?.target ?? "live") === "live" && !room.element("live").hidden;
    room.element("stage").classList.toggle("is-stale", marked);
    if (marked) {
      const seconds = (old.age_ms / 1000).toFixed(0);
      stale.replaceChildren(made("b", "", old.here === false ? words.staleThere : words.stale), made("span", "", put(words.staleFor, { seconds })));
    }
    stale.hidden = !marked;
  }
  room.on("stale", (told) => {
    const before = `${old.stale} ${Math.round((old.age_ms ?? 0) / 1000)}`;
    old = told;
    if (`${told.stale} ${Math.round((told.age_ms ?? 0) / 1000)}` !== before) staleMark();
  });
  room.on("stage", staleMark);

  // ---- what all see of the room itself

  room.on("now", (now) => {
    recording.hidden = !now.recording;
    recording.lastElementChild.textContent = words.recording;
    level.textContent = now.camera ? words.levels[now.level] : "";
    level.dataset.level = now.level;
    staleMark();
    if (now.ended) {
      const end = room.events.findLast((event) => event.kind === "ended");
      close(put(words.ended, { why: words.ends[end?.body.why] ?? "" }), true);
    }
  });
  room.on("link-gone", ({ why }) => {
    if (room.now.ended) return;
    close(why === "ended" ? put(words.ended, { why: words.ends["by-hand"] }) : words.gone, why === "ended");
  });

  /** The room is over, or over for this person: say so, where the page was. */
  function close(text, record) {
    if (over) return;
    over = true;
    main.dataset.state = "over";
    banners.replaceChildren();
    const box = made("div", "lr-over");
    box.setAttribute("role", "alert");
    box.append(made("h2", "", text));
    const row = made("p");
    if (record) row.append(link(words.record, config.record));
    row.append(link(words.toCase, config.case));
    box.append(row);
    document.querySelector(".lr-body").before(box);
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    for (const one of document.querySelectorAll(".lr-body button, .lr-body textarea, .lr-body select, .lr-body input")) {
      one.disabled = true;
    }
    room.emit("over", {});
  }

  // ---- the promise's clock, drawn by the server as everywhere

  async function clock() {
    const answer = await fetch(config.clock).then((one) => (one.ok ? one.text() : "")).catch(() => "");
    if (!answer || !answer.includes('class="left')) return;
    const drawn = new DOMParser().parseFromString(answer, "text/html").querySelector(".left");
    if (drawn) room.element("clock").replaceChildren(document.adoptNode(drawn));
  }
  setInterval(() => { if (!over && !document.hidden) clock(); }, CLOCK_MS);
  linked(room.link.state?.() ?? "cut");
}
