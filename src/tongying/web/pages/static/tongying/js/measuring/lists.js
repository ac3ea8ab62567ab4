// The lists beside the picture: images, measurements, steps.

const SLICES = new Set(["CT", "MR", "PT", "NM"]);

/** Return the images as they are turned over: slices of a series together, others each by itself. */
export function stacksOf(images) {
  const stacks = new Map();
  for (const image of images) {
    const key = SLICES.has(image.modality) ? image.series : image.instance;
    if (!stacks.has(key)) stacks.set(key, { key, images: [] });
    stacks.get(key).images.push(image);
  }
  return [...stacks.values()];
}

/** Fill the rail with a small picture of every stack. */
export function fillRail(list, stacks, words, act) {
  list.replaceChildren(...stacks.map((stack) => {
    const image = stack.images[Math.floor(stack.images.length / 2)];
    const button = document.createElement("button");
    button.type = "button";
    button.value = stack.key;
    const picture = document.createElement("img");
    picture.src = `/dicomweb/studies/${image.study}/series/${image.series}`
      + `/instances/${image.instance}/thumbnail?viewport=120,120`;
    picture.alt = "";
    picture.loading = "lazy";
    const label = document.createElement("span");
    const count = stack.images.reduce((sum, one) => sum + one.frames, 0);
    const name = [image.modality, words[image.side], image.label || `${words.image} ${image.number ?? ""}`];
    label.textContent = [...name, count > 1 ? `${count}` : ""].filter(Boolean).join(" · ");
    button.append(picture, label);
    button.addEventListener("click", () => act(stack));
    const line = document.createElement("li");
    line.append(button);
    return line;
  }));
}

/** Fill the choice of measurements, by part of the body. */
export function fillRecipes(select, recipes) {
  const areas = new Map();
  for (const one of recipes) {
    if (!areas.has(one.area)) {
      const group = document.createElement("optgroup");
      group.label = one.area;
      areas.set(one.area, group);
    }
    areas.get(one.area).append(new Option(one.name, one.id));
  }
  select.replaceChildren(...areas.values());
}

/** Fill the steps; the one to be marked now stands out. */
export function fillSteps(list, marks, words, act) {
  list.replaceChildren(...marks.steps.map((step, index) => {
    const button = document.createElement("button");
    button.type = "button";
    const now = index === marks.step;
    button.className = marks.full(step) ? "full" : "";
    if (now) button.setAttribute("aria-current", "step");
    const text = [step.words, step.optional ? `（${words.optional}）` : ""];
    if (now && step.mark === "contour") text.push(` ${words.outline}`);
    button.textContent = text.join("");
    button.addEventListener("click", () => act(index));
    const line = document.createElement("li");
    line.append(button);
    return line;
  }));
  if (marks.steps.length && marks.step >= marks.steps.length && marks.whole) {
    const line = document.createElement("li");
    line.className = "done";
    line.textContent = words.done;
    list.append(line);
  }
}
