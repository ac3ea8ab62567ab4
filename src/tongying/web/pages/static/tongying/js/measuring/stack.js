// The pictures of a pane: the frames of a loop, or the slices of a series, fetched as they are
// looked at and kept for a while.

const KEPT = 80;
const AHEAD = 3;

export class Stack {
  /** `images` are shown one after another, each with all its frames. */
  constructor(images) {
    this.places = images.flatMap((image) =>
      Array.from({ length: image.frames }, (_, index) => ({ image, frame: index + 1 })));
    this.kept = new Map();
  }

  get length() {
    return this.places.length;
  }

  /** Return where a frame of an image stands. */
  find(instance, frame) {
    return this.places.findIndex((one) => one.image.instance === instance && one.frame === frame);
  }

  /** Return a picture, and fetch the next ones meanwhile. */
  async picture(index) {
    const wanted = this.#fetch(index);
    for (let ahead = 1; ahead <= AHEAD; ahead += 1) {
      if (index + ahead < this.length) this.#fetch(index + ahead).catch(() => {});
    }
    return wanted;
  }

  #fetch(index) {
    const known = this.kept.get(index);
    if (known) {
      this.kept.delete(index);
      this.kept.set(index, known);
      return known;
    }
    const { image, frame } = this.places[index];
    const picture = new Image();
    picture.src = `/dicomweb/studies/${image.study}/series/${image.series}`
      + `/instances/${image.instance}/frames/${frame}/rendered?quality=95`;
    const decoded = picture.decode().then(() => picture);
    this.kept.set(index, decoded);
    decoded.catch(() => this.kept.delete(index));
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    return decoded;
  }
}
