// The marks of one drawing: points by step, in order, with undo and redo. Knows no screen.

/** How many points a mark has; an outline has three or more. */
export const POINTS = { point: 1, line: 2, angle: 3, "two-lines": 4, cross: 4, ellipse: 4 };
const FEWEST_OF_OUTLINE = 3;

export class Marks {
  constructor(recipe) {
    this.begin(recipe);
  }

  /** Start anew, with a recipe or with the same. */
  begin(recipe = this.recipe) {
    this.recipe = recipe;
    this.points = {};
    this.step = 0;
    this.closed = new Set();
    this.frame = null;
    this.chosen = null;
    this.past = [];
    this.future = [];
  }

  get steps() {
    return this.recipe ? this.recipe.steps : [];
  }

  get current() {
    return this.steps[this.step] ?? null;
  }

  get empty() {
    return Object.values(this.points).every((points) => !points.length);
  }

  of(step) {
    return this.points[step.name] ?? [];
  }

  /** Say whether a step needs no more points. */
  full(step) {
    const count = this.of(step).length;
    if (step.mark === "contour") return count >= FEWEST_OF_OUTLINE && this.closed.has(step.name);
    return count >= POINTS[step.mark];
  }

  /** Say whether every step that must be drawn is, and none is half drawn. */
  get whole() {
    return this.steps.length > 0 && this.steps.every((step) =>
      this.full(step) || (step.optional && !this.of(step).length));
  }

  /** Set the next point of the current step. */
  add(point, frame) {
    const step = this.current;
    if (!step || this.full(step)) return false;
    this.#remember();
    this.frame ??= frame;
    this.points = { ...this.points, [step.name]: [...this.of(step), point] };
    this.chosen = { step: step.name, index: this.of(step).length - 1 };
    if (this.full(step)) this.#next();
    return true;
  }

  /** Close the outline that is being drawn. */
  close() {
    const step = this.current;
    if (step?.mark !== "contour" || this.of(step).length < FEWEST_OF_OUTLINE) return false;
    this.#remember();
    this.closed = new Set([...this.closed, step.name]);
    this.#next();
    return true;
  }

  /** Remember the state before a point is dragged or moved. */
  hold() {
    this.#remember();
  }

  /** Move a point; `hold` first. */
  move({ step, index }, point) {
    const points = [...(this.points[step] ?? [])];
    points[index] = point;
    this.points = { ...this.points, [step]: points };
  }

  skip() {
    if (!this.current?.optional) return false;
    this.#remember();
    this.points = { ...this.points, [this.current.name]: [] };
    this.step += 1;
    return true;
  }

  /** Go to a step; its points are drawn anew where it is full. */
  goTo(index) {
    const step = this.steps[index];
    if (!step) return;
    this.#remember();
    if (this.full(step)) {
      this.points = { ...this.points, [step.name]: [] };
      this.closed = new Set([...this.closed].filter((name) => name !== step.name));
    }
    this.step = index;
    this.chosen = null;
  }

  /** Choose the next or previous point, around the end. */
  choose(by) {
    const all = this.steps.flatMap((step) =>
      this.of(step).map((_, index) => ({ step: step.name, index })));
    if (!all.length) return;
    const at = all.findIndex((one) =>
      one.step === this.chosen?.step && one.index === this.chosen?.index);
    this.chosen = all[(Math.max(at, by > 0 ? -1 : 0) + by + all.length) % all.length];
  }

  undo() {
    if (!this.past.length) return false;
    this.future.push(this.#state());
    this.#restore(this.past.pop());
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past.push(this.#state());
    this.#restore(this.future.pop());
    return true;
  }

  /** Take over the marks of a kept drawing. */
  take(points, frame) {
    this.begin();
    this.points = structuredClone(points);
    this.frame = frame;
    for (const step of this.steps) if (step.mark === "contour") this.closed.add(step.name);
    this.step = this.steps.length;
  }

  /** Return the marks as they are sent: a step that is half drawn is left out. */
  sent() {
    const all = {};
    for (const step of this.steps) if (this.full(step)) all[step.name] = this.of(step);
    return all;
  }

  #next() {
    const open = (step) => !this.full(step) && !this.of(step).length;
    const after = this.steps.findIndex((step, index) => index > this.step && open(step));
    const missing = this.steps.findIndex((step) => open(step) && !step.optional);
    this.step = after >= 0 ? after : missing >= 0 ? missing : this.steps.length;
  }

  #state() {
    return { points: this.points, step: this.step, closed: this.closed, frame: this.frame };
  }

  #remember() {
    this.past.push(this.#state());
    this.future = [];
  }

  #restore(state) {
    Object.assign(this, state);
    this.chosen = null;
    if (this.empty) this.frame = null;
  }
}
