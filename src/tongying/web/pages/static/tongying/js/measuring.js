// The quick measuring page: which images, which measurement, in which order, and what it gives.

import { onKey } from "./keys.js";
import { bindKeys } from "./measuring/commands.js";
import { fillRail, fillRecipes, fillSteps, stacksOf } from "./measuring/lists.js";
import { Marks } from "./measuring/marks.js";
import { Pane } from "./measuring/pane.js";
import { plain, send } from "./measuring/sending.js";

const WAIT_MS = 90;
const laidOut = JSON.parse(document.getElementById("laid-out")?.textContent ?? "null");
const by = (id) => document.getElementById(id);

if (laidOut?.images.length) begin();
onKey("u", () => by("back").click());

function begin() {
  const { words, urls } = laidOut;
  const stacks = stacksOf(laidOut.images);
  const panes = [];
  // Marks of images and measurements that are not on the screen now; nothing drawn is lost.
  const aside = new Map();
  let active = null;
  let recipe = null;

  const tell = (what, pane) => ({
    active: () => activate(pane),
    frame: () => captions(),
    marks: () => marked(pane),
    look: () => looks(),
    failed: () => note(words.imageFailed, true),
  })[what]();

  /** Make a pane for a stack of images. */
  function addPane(stack) {
    const pane = new Pane(by("panes"), words, tell);
    panes.push(pane);
    open(pane, stack);
    return pane;
  }

  async function open(pane, stack) {
    pane.stackKey = stack.key;
    const shown = pane.open(stack.images, recipe);
    takeUp(pane);
    await shown;
    lists();
    ask(pane);
  }

  const OF_MARKS = ["marks", "side", "replaces", "keptPoints"];

  function putAside(pane) {
    if (!pane.stackKey || !recipe || pane.marks.empty) return;
    const kept = Object.fromEntries(OF_MARKS.map((name) => [name, pane[name]]));
    aside.set(`${pane.stackKey} ${recipe.id}`, kept);
  }

  function takeUp(pane) {
    const fresh = { marks: new Marks(recipe), replaces: "", keptPoints: null };
    Object.assign(pane, fresh, aside.get(`${pane.stackKey} ${recipe?.id}`));
    if (pane.marks.frame !== null) pane.show(pane.marks.frame);
  }

  function activate(pane) {
    if (active === pane) return;
    active = pane;
    for (const one of panes) one.box.classList.toggle("active", one === pane);
    by("brightness").value = Math.round(pane.look.brightness * 100);
    by("contrast").value = Math.round(pane.look.contrast * 100);
    lists();
  }

  // ---- what is asked of the server

  function draft(pane) {
    const { image, frame } = pane.markedPlace;
    return {
      study: image.study,
      series: image.series,
      instance: image.instance,
      frame,
      recipe: recipe?.id ?? "",
      marks: pane.marks.sent(),
      side: recipe?.sided === "one" ? pane.side : "",
      case: laidOut.case,
      replaces: pane.replaces,
    };
  }

  /** Ask for the value soon; one request at a time, the newest marks win. */
  function ask(pane) {
    clearTimeout(pane.waiting);
    pane.stale = true;
    pane.waiting = setTimeout(() => value(pane), WAIT_MS);
  }

  async function value(pane) {
    if (pane.asking || !pane.place) return;
    pane.asking = true;
    pane.stale = false;
    const asked = pane.marks.points;
    try {
      const answer = await send(urls.preview, draft(pane));
      pane.answer = answer.html ?? plain(answer.sentence ?? words.failed);
      pane.ready = Boolean(answer.whole);
      pane.answered = asked;
      if (answer.ok) pane.columnMm = answer.columnMm;
    } catch {
      pane.answer = plain(words.offline);
      pane.ready = false;
    }
    pane.asking = false;
    pane.draw();
    values();
    if (pane.stale) ask(pane);
  }

  async function keepAll() {
    const ready = panes.filter(keepable);
    if (!ready.length || by("keep").disabled) return;
    by("keep").disabled = true;
    let kept = 0;
    for (const pane of ready) {
      let answer;
      const sent = pane.marks.points;
      try {
        answer = await send(urls.keep, draft(pane));
      } catch {
        note(words.offline, true);
        break;
      }
      if (!answer.ok) {
        note(answer.sentence ?? words.failed, true);
        break;
      }
      laidOut.drawings = laidOut.drawings.filter((one) => one.code !== pane.replaces);
      laidOut.drawings.push(answer.drawing);
      pane.replaces = answer.drawing.code;
      pane.keptPoints = sent;
      kept += 1;
    }
    if (kept === ready.length) note(kept > 1 ? words.keptMany : words.kept);
    lists();
  }

  function keepable(pane) {
    return pane.marks.whole && pane.ready && pane.answered === pane.marks.points
      && pane.keptPoints !== pane.marks.points;
  }

  // ---- what is shown

  function marked(pane) {
    activate(pane);
    note("");
    lists();
    ask(pane);
  }

  function note(text, bad = false) {
    by("note").textContent = text;
    by("note").classList.toggle("bad", bad);
  }

  function captions() {
    for (const pane of panes) {
      if (!pane.place) continue;
      const { image, frame } = pane.place;
      const parts = [words[pane.side || image.side] ?? "", image.label || `${words.image} ${image.number ?? ""}`];
      if (pane.stack.length > 1) parts.push(`${words.frame} ${pane.index + 1}/${pane.stack.length}`);
      if (!pane.onMarks) parts.push(words.onFrame.replace("%(frame)s", pane.marks.frame + 1));
      pane.caption.textContent = parts.filter(Boolean).join(" · ");
      pane.canvas.setAttribute("aria-label", pane.caption.textContent);
      pane.box.dataset.frame = frame;
    }
  }

  function values() {
    const box = by("values");
    box.replaceChildren();
    for (const pane of panes) {
      const part = document.createElement("div");
      part.className = "r-value";
      part.dataset.side = pane.side;
      // Our own fragment: the server escapes every text in it.
      part.innerHTML = pane.answer ?? "";
      part.dataset.pane = panes.indexOf(pane);
      if (panes.length > 1) {
        const head = document.createElement("h3");
        head.textContent = words[pane.side] ?? pane.caption.textContent;
        part.prepend(head);
      }
      box.append(part);
    }
    by("keep").disabled = !panes.some(keepable);
  }

  function lists() {
    if (!active?.place) return;
    fillSteps(by("steps"), active.marks, words, (index) => {
      active.marks.goTo(index);
      active.draw();
      marked(active);
    });
    for (const side of ["R", "L"]) {
      by(`side-${side}`).setAttribute("aria-pressed", String(active.side === side));
      by(`side-${side}`).disabled = recipe?.sided !== "one";
    }
    by("undo").disabled = !active.marks.past.length;
    by("redo").disabled = !active.marks.future.length;
    by("skip").disabled = !active.marks.current?.optional;
    by("clear").disabled = active.marks.empty;
    by("flip").setAttribute("aria-pressed", String(active.view.flip));
    by("lens").setAttribute("aria-pressed", String(active.lens));
    for (const link of by("rail").querySelectorAll("button")) {
      link.setAttribute("aria-current", String(panes.some((one) => one.stackKey === link.value)));
    }
    keptHere();
    captions();
    values();
  }

  function keptHere() {
    const here = laidOut.drawings.filter((one) =>
      active.stack.places.some((place) => place.image.instance === one.instance));
    by("kept-box").hidden = !here.length;
    by("kept").replaceChildren(...here.map((one) => {
      const line = document.createElement("li");
      const name = laidOut.recipes.find((each) => each.id === one.recipe)?.name ?? one.recipe;
      const text = document.createElement("span");
      text.textContent = [name, one.sideWord, ...one.values, one.by].filter(Boolean).join(" · ");
      line.append(text);
      if (laidOut.recipes.some((each) => each.id === one.recipe)) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "r-btn";
        button.textContent = words.correct;
        button.addEventListener("click", () => correct(active, one));
        line.append(button);
      }
      return line;
    }));
  }

  /** Take up a kept drawing; what is kept then replaces it. */
  async function correct(pane, drawing) {
    choose(drawing.recipe);
    const index = pane.stack.find(drawing.instance, drawing.frame);
    await pane.show(index);
    pane.marks.take(drawing.marks, index);
    pane.replaces = drawing.code;
    pane.keptPoints = pane.marks.points;
    if (drawing.side) pane.side = drawing.side;
    pane.draw();
    marked(pane);
  }

  function looks() {
    by("brightness").value = Math.round(active.look.brightness * 100);
    by("contrast").value = Math.round(active.look.contrast * 100);
  }

  // ---- choices

  function choose(id) {
    panes.forEach(putAside);
    recipe = laidOut.recipes.find((one) => one.id === id) ?? null;
    by("recipe").value = recipe?.id ?? "";
    for (const pane of panes) {
      takeUp(pane);
      pane.draw();
      ask(pane);
    }
    lists();
  }

  function offered(stack) {
    const { modality } = stack.images[0];
    const fitting = laidOut.recipes.filter((one) => one.modalities.includes(modality));
    return fitting.length ? fitting : laidOut.recipes;
  }

  function lay(stack) {
    const other = panes.find((one) => one !== active && one.stackKey === stack.key);
    if (other) return activate(other);
    putAside(active);
    const before = recipe?.id;
    fillRecipes(by("recipe"), offered(stack));
    if (!offered(stack).some((one) => one.id === before)) choose(offered(stack)[0]?.id);
    else by("recipe").value = before;
    active.answer = null;
    return open(active, stack);
  }

  function setSide(side) {
    if (recipe?.sided !== "one") return;
    active.side = side;
    lists();
    ask(active);
  }

  function both() {
    if (panes.length > 1) {
      const gone = panes.find((one) => one !== active);
      putAside(gone);
      gone.box.remove();
      panes.splice(panes.indexOf(gone), 1);
    } else {
      const here = active.place.image;
      const { side } = active;
      const like = (one) => one.key !== active.stackKey
        && one.images[0].modality === here.modality;
      const wanted = side === "R" ? "L" : "R";
      const other = stacks.find((one) => like(one) && one.images[0].side === wanted)
        ?? stacks.find(like);
      if (!other) return note(words.placeOther, true);
      const pane = addPane(other);
      // Right lies at the left of the screen, as the child faces the reader.
      if (pane.side === "R" && side === "L") by("panes").prepend(pane.box);
    }
    by("panes").classList.toggle("two", panes.length > 1);
    by("both").setAttribute("aria-pressed", String(panes.length > 1));
    return lists();
  }

  // ---- acts

  const acts = {
    undo: () => active.marks.undo() && (active.draw(), marked(active)),
    redo: () => active.marks.redo() && (active.draw(), marked(active)),
    skip: () => active.marks.skip() && (active.draw(), marked(active)),
    clear: () => {
      active.marks.begin();
      active.draw();
      marked(active);
    },
    fit: () => active.fit(),
    flip: () => {
      active.view.flip = !active.view.flip;
      active.draw();
      lists();
    },
    lens: () => {
      active.lens = !active.lens;
      active.draw();
      lists();
    },
    both,
    keep: keepAll,
    "side-R": () => setSide("R"),
    "side-L": () => setSide("L"),
  };
  for (const [id, act] of Object.entries(acts)) by(id).addEventListener("click", act);
  bindKeys(acts, () => active, marked);

  for (const name of ["brightness", "contrast"]) {
    by(name).addEventListener("input", () => {
      active.look[name] = by(name).value / 100;
      active.draw();
    });
  }
  by("recipe").addEventListener("change", () => {
    choose(by("recipe").value);
    active.canvas.focus();
  });
  window.addEventListener("beforeunload", (event) => {
    const lost = [...panes, ...aside.values()].some((one) =>
      !one.marks.empty && one.keptPoints !== one.marks.points);
    if (lost) event.preventDefault();
  });

  // ---- the start

  const { start } = laidOut;
  const wanted = laidOut.drawings.find((one) => one.code === start.drawing);
  const instance = wanted?.instance ?? start.instance;
  const first = stacks.find((one) => one.images.some((image) => image.instance === instance))
    ?? stacks.find((one) => one.images[0].series === start.series) ?? stacks[0];
  fillRail(by("rail"), stacks, words, (stack) => lay(stack));
  fillRecipes(by("recipe"), offered(first));
  const named = laidOut.recipes.find((one) => one.id === (wanted?.recipe || start.recipe));
  recipe = named ?? offered(first)[0] ?? null;
  by("recipe").value = recipe?.id ?? "";
  if (!recipe) note(words.noRecipe, true);
  activate(addPane(first));
  if (wanted) correct(active, wanted);
  active.canvas.focus();
}
