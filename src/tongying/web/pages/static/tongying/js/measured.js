// The measurements of an open case stay up to date: what somebody saves in the viewer appears here.

const EVERY_MS = 1000;
const REST_MS = 5000; // after a failure, so that a server in trouble is not asked every second

/** Replace the section; what was unfolded stays so. */
function replace(box, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("measured-box");
  if (!fresh) return;
  for (const line of box.querySelectorAll("li[id]:has(details[open])")) {
    fresh.querySelector(`#${CSS.escape(line.id)} details`)?.setAttribute("open", "");
  }
  const known = new Set([...box.querySelectorAll("li[id]")].map((line) => line.id));
  for (const line of fresh.querySelectorAll("li[id]")) {
    if (!known.has(line.id)) line.classList.add("just-measured");
  }
  box.replaceWith(fresh);
}

/** Ask whether something was measured, and show it; never under somebody's hands. */
async function look() {
  const box = document.getElementById("measured-box");
  const busy = box?.contains(document.activeElement) && document.activeElement.matches("input, select");
  if (!box || document.hidden || busy) return EVERY_MS;
  const address = `${box.dataset.live}?have=${encodeURIComponent(box.dataset.version)}`;
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (answer.status === 200) replace(box, await answer.text());
    return answer.ok ? EVERY_MS : REST_MS;
  } catch {
    return REST_MS;
  }
}

async function watch() {
  const pause = await look();
  setTimeout(watch, pause);
}

if (document.getElementById("measured-box")) setTimeout(watch, EVERY_MS);
