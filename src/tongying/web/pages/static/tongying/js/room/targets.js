// Pictures by their names: live, still:3, clip:2:14, image:UID:FRAME (consult/room/target.py).

/** Read a target; null where it names no picture. */
export function readTarget(text) {
  if (text === "live") return { kind: "live" };
  let found = /^still:([1-9]\d{0,3})$/.exec(text ?? "");
  if (found) return { kind: "still", number: Number(found[1]) };
  found = /^clip:([1-9]\d{0,3}):([1-9]\d{0,4})$/.exec(text ?? "");
  if (found) return { kind: "clip", number: Number(found[1]), frame: Number(found[2]) };
  found = /^image:([0-9]+(?:\.[0-9]+){1,30}):([1-9]\d{0,4})$/.exec(text ?? "");
  return found ? { kind: "image", sop: found[1], frame: Number(found[2]) } : null;
}

/** Say whether two targets lie on the same picture, whichever frame. */
export function samePicture(one, other) {
  return base(one) === base(other);
}

/** Return a target without its frame: the picture it belongs to. */
export function base(text) {
  return /^(clip|image):/.test(text) ? text.replace(/:\d+$/, "") : text;
}
