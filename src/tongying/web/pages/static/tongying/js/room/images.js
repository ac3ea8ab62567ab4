// The images of the case on the stage: found in a list, stepped through as a stack, played as a
// loop. What an image belongs to is asked of the platform, which shows only the case's.

import { readTarget } from "./targets.js";
import { made, put } from "./words.js";

const QUALITY = 95;
const AHEAD = 2;
const WHEEL_MS = 40;

export function mount(room) {
  const words = room.words.reading;
  const dialog = document.getElementById("room-images");
  const list = room.element("images");
  const fault = room.element("images-fault");
  const stack = room.element("stack");
  const part = (name) => stack.querySelector(`[data-stack="${name}"]`);
  const known = new Map(); // image -> series
  let here = null; // { series, index } of what stands on the stage

  // ---- what the platform knows

  async function ask(path) {
    const answer = await fetch(room.config.http + path, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status === 404 ? words.notShown : room.words.failed);
    return answer.json();
  }

  /** Return the series of an image; asked for once. */
  async function seriesOf(sop) {
    if (!known.has(sop)) {
      const wanted = ask(`images/${sop}/`).then((series) => {
        for (const one of series.images) known.set(one.sop, wanted);
        return series;
      });
      known.set(sop, wanted);
      wanted.catch(() => known.delete(sop));
    }
    return known.get(sop);
  }

  let listed = null;
  /** Return studies and fused pairs; asked for anew where something may have come. */
  room.caseImages = async (fresh = false) => {
    if (fresh || !listed) listed = ask("studies/");
    listed.catch(() => { listed = null; });
    return listed;
  };

  const frameUrl = (series, image) => (frame) =>
    `/dicomweb/studies/${series.study}/series/${series.series}/instances/${image.sop}`
    + `/frames/${frame}/rendered?quality=${QUALITY}`;

  // ---- on the stage

  room.on("image-source", (from) => {
    from.handled = true; // the stage waits for nothing: the picture comes once it is found
    show(from.sop, from.frame);
  });

  async function show(sop, frame) {
    const { stage } = room;
    const target = `image:${sop}:${frame}`;
    let series;
    try {
      series = await seriesOf(sop);
    } catch (error) {
      if (stage.target === target) room.emit("trouble", { text: error.message });
      return;
    }
    const index = series.images.findIndex((one) => one.sop === sop);
    const image = series.images[index];
    if (stage.target !== target || !image) return;
    here = { series, index };
    stage.sized(image.columns, image.rows);
    const path = frameUrl(series, image);
    const seconds = (image.frames * (series.frame_ms ?? 40)) / 1000;
    await stage.cine.open({ name: `image:${sop}`, frames: image.frames, seconds }, path, frame);
    if (stage.target !== target) return;
    if (image.frames === 1) stage.cine.hide();
    bar();
    fetchNext();
  }

  function bar() {
    stack.hidden = !here || here.series.images.length < 2;
    room.element("cine").classList.toggle("above", !stack.hidden);
    if (stack.hidden) return;
    const { series, index } = here;
    const n = series.images.length;
    part("at").max = n;
    part("at").value = index + 1;
    part("said").textContent = put(words.place, { at: index + 1, n });
  }

  function fetchNext() {
    if (!here) return;
    const { series, index } = here;
    for (let ahead = 1; ahead <= AHEAD; ahead += 1) {
      for (const at of [index + ahead, index - ahead]) {
        const image = series.images[at];
        if (image) new Image().src = frameUrl(series, image)(1);
      }
    }
  }

  /** Go to an image of the stack; it is fetched first, so that the stage does not go dark. */
  async function go(index) {
    const { series } = here;
    const image = series.images[Math.min(Math.max(index, 0), series.images.length - 1)];
    if (!image || image === series.images[here.index]) return;
    const asked = here;
    here.index = series.images.indexOf(image);
    bar();
    const picture = new Image();
    picture.src = frameUrl(series, image)(1);
    await picture.decode().catch(() => {}); // the stage says what failed
    if (here !== asked || series.images[here.index] !== image) return;
    room.stage.show(`image:${image.sop}:1`, { study: series.study, series: series.series });
  }

  const step = (by) => { if (here) go(here.index + by); };
  part("back").addEventListener("click", () => step(-1));
  part("on").addEventListener("click", () => step(1));
  part("at").addEventListener("input", (event) => go(Number(event.target.value) - 1));
  part("together").addEventListener("click", () => {
    const { study, series } = here.series;
    room.stage.together(room.stage.target, { study, series });
  });
  part("together").hidden = !room.may("look");
  let turned = 0;
  room.element("stage").addEventListener("wheel", (event) => {
    if (!here || here.series.images.length < 2 || !room.element("viewer").hidden) return;
    event.preventDefault();
    if (event.timeStamp - turned < WHEEL_MS) return;
    turned = event.timeStamp;
    step(Math.sign(event.deltaY));
  }, { passive: false });

  room.on("stage", ({ target }) => {
    if (readTarget(target)?.kind === "image") return;
    here = null;
    bar();
  });

  // ---- the list

  async function open() {
    fault.textContent = "";
    try {
      const { studies, pairs } = await room.caseImages(true);
      const lines = pairs.length ? [pairsBox(pairs)] : [];
      list.replaceChildren(...lines, ...studies.map(studyBox));
      if (!studies.length) list.append(made("p", "small", words.noImages));
    } catch (error) {
      fault.textContent = error instanceof TypeError ? document.body.dataset.offline : error.message;
    }
  }

  function studyBox(study) {
    const box = made("section", "lr-study");
    const said = [study.date, study.modalities.join(" "), study.description, study.hospital];
    const head = made("h3", "", said.filter(Boolean).join(" · "));
    if (study.prior) head.append(" ", made("span", "chip", words.prior));
    const row = made("div", "lr-study-head");
    row.append(head, viewerButton(`study:${study.uid}`));
    const series = made("ul", "lr-series");
    series.append(...study.series.map((one) => seriesLine(study, one)));
    box.append(row, series);
    return box;
  }

  function pairsBox(pairs) {
    const box = made("section", "lr-study");
    box.append(made("h3", "", words.fused));
    for (const pair of pairs) {
      const row = made("div", "lr-study-head");
      row.append(made("span", "", `${pair.fixed} + ${pair.moving}`), viewerButton(`pair:${pair.code}`));
      box.append(row);
    }
    return box;
  }

  function viewerButton(key, text = words.openViewer) {
    const button = made("button", "lr-btn", text);
    button.type = "button";
    button.dataset.viewer = key;
    button.addEventListener("click", () => {
      dialog.close();
      room.emit("open-viewer", { key });
    });
    return button;
  }

  function seriesLine(study, series) {
    const line = made("li");
    const button = made("button", "lr-series-one");
    button.type = "button";
    button.dataset.image = series.picture;
    const picture = made("img", "lr-thumb");
    picture.alt = "";
    picture.loading = "lazy";
    picture.src = `/dicomweb/studies/${study.uid}/series/${series.uid}`
      + `/instances/${series.picture}/thumbnail?viewport=160,160`;
    const many = series.images > 1 ? put(words.count, { n: series.images }) : "";
    const loop = series.frames > 1 ? put(words.loop, { n: series.frames }) : "";
    const said = [series.modality, series.description].filter(Boolean).join(" ");
    button.append(picture, made("span", "", said), made("small", "", many || loop));
    button.addEventListener("click", () => {
      dialog.close();
      room.stage.show(`image:${series.picture}:1`, { study: study.uid, series: series.uid });
    });
    line.append(button);
    if (series.viewer) line.append(viewerButton(`series:${series.uid}`, words.stack));
    return line;
  }

  room.element("images-open").addEventListener("click", open);
}
