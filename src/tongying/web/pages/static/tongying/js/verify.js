// Compares a PDF with the signed one by its SHA-256, here in the browser: nothing is sent.

const box = document.getElementById("compare");
const verdict = document.getElementById("verdict");
const shown = document.getElementById("verdict-digest");
const known = [...document.querySelectorAll("[data-digest]")];

async function compare(file) {
  verdict.className = "";
  verdict.textContent = box.dataset.wWork;
  shown.textContent = "";
  const bytes = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const digest = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = known.find((one) => one.dataset.digest === digest);
  verdict.className = same ? "good" : "bad";
  verdict.textContent = same ? box.dataset.wSame.replace("{name}", same.dataset.name) : box.dataset.wOther;
  shown.textContent = digest;
}

// WebCrypto works in a secure context only (HTTPS or this very computer).
if (box && window.crypto?.subtle) {
  box.hidden = false;
  document.getElementById("pdf").addEventListener("change", (event) => {
    if (event.target.files[0]) compare(event.target.files[0]);
  });
  for (const kind of ["dragover", "drop"]) box.addEventListener(kind, (event) => event.preventDefault());
  box.addEventListener("dragover", () => box.classList.add("over"));
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    box.classList.remove("over");
    if (event.dataTransfer.files[0]) compare(event.dataTransfer.files[0]);
  });
}
