// Choosing key images: run through a series with a slider and add the image that is shown.

import { showFailure } from "./frame.js";

const NUMBER_OF_FRAMES = "00280008";
const INSTANCE_NUMBER = "00200013";
const SOP_INSTANCE_UID = "00080018";

export function pickKeyImages() {
  const dialog = document.getElementById("pick");
  const opener = document.querySelector("[data-pick]");
  if (!dialog || !opener) return;
  const select = document.getElementById("pick-series");
  const slider = document.getElementById("pick-place");
  const shown = slider.nextElementSibling;
  const picture = dialog.querySelector(".pick-image img");
  const caption = document.getElementById("pick-caption");
  const add = dialog.querySelector("[data-add]");
  const said = dialog.querySelector(".saved");
  const series = [...document.querySelectorAll(".thumb[data-series]")].map((one) => one.dataset);
  const places = new Map();
  let waiting = 0;

  opener.hidden = false;
  for (const [index, one] of series.entries()) select.add(new Option(one.label, String(index)));

  /** Every frame of a series in order: SOP Instance UID and frame number (from 1). */
  async function placesOf(one) {
    if (places.has(one.series)) return places.get(one.series);
    const response = await fetch(
      `/dicomweb/studies/${one.study}/series/${one.series}/instances?includefield=${NUMBER_OF_FRAMES}`,
      { headers: { Accept: "application/dicom+json" } },
    );
    if (!response.ok) throw new Error(String(response.status));
    const found = response.status === 204 ? [] : await response.json();
    const number = (one_) => one_[INSTANCE_NUMBER]?.Value?.[0] ?? 0;
    found.sort((a, b) => number(a) - number(b));
    const all = found.flatMap((instance) => {
      const uid = instance[SOP_INSTANCE_UID].Value[0];
      const frames = instance[NUMBER_OF_FRAMES]?.Value?.[0] ?? 1;
      return Array.from({ length: frames }, (_, index) => ({ uid, frame: index + 1, many: frames > 1 }));
    });
    places.set(one.series, all);
    return all;
  }

  async function show() {
    const one = series[Number(select.value)];
    let all;
    try {
      all = await placesOf(one);
    } catch {
      showFailure(document.body.dataset.failed, show);
      return;
    }
    slider.max = String(all.length);
    if (slider.dataset.series !== one.series) {
      slider.dataset.series = one.series;
      slider.value = String(Math.ceil(all.length / 2));
    }
    const place = all[Number(slider.value) - 1];
    shown.textContent = `${slider.value} / ${all.length}`;
    if (!place) return;
    const path = `/dicomweb/studies/${one.study}/series/${one.series}/instances/${place.uid}`;
    const part = place.many ? `/frames/${place.frame}` : "";
    clearTimeout(waiting);
    waiting = setTimeout(() => { picture.src = `${path}${part}/rendered?viewport=700,700`; }, 60);
  }

  opener.addEventListener("click", () => {
    said.textContent = "";
    dialog.showModal();
    show();
  });
  select.addEventListener("change", show);
  slider.addEventListener("input", show);
  add.addEventListener("click", async () => {
    const one = series[Number(select.value)];
    const place = (await placesOf(one))[Number(slider.value) - 1];
    if (!place) return;
    await window.htmx.ajax("POST", dialog.dataset.url, {
      target: "#key-images-box",
      swap: "innerHTML",
      values: { study: one.study, series: one.series, sop: place.uid, frame: place.frame, caption: caption.value },
    });
    caption.value = "";
    said.textContent = `${slider.value} ${add.dataset.added}`;
  });
}
