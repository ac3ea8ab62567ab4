// Push on the account page: sign this browser up, or off. Without a script the page says so.

import { csrfToken, showFailure } from "./frame.js";

const form = document.getElementById("push-on");
const none = document.getElementById("push-none");

const bytesOf = (text) => Uint8Array.from(
  atob(text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "=")),
  (sign) => sign.charCodeAt(0),
);

const textOf = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function signUp() {
  if (await Notification.requestPermission() !== "granted") {
    showFailure(form.dataset.denied);
    return;
  }
  const worker = await navigator.serviceWorker.register("/push-sw.js");
  await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(form.dataset.key),
  });
  form.elements.endpoint.value = subscription.endpoint;
  form.elements.p256dh.value = textOf(subscription.getKey("p256dh"));
  form.elements.auth.value = textOf(subscription.getKey("auth"));
  form.submit();
}

/** Return the subscription this browser has, or null. */
async function present() {
  const worker = await navigator.serviceWorker.getRegistration("/push-sw.js");
  return worker ? worker.pushManager.getSubscription() : null;
}

async function begin() {
  const subscription = await present();
  const mine = subscription && [...document.querySelectorAll("[data-endpoint]")]
    .find((line) => line.dataset.endpoint === subscription.endpoint);
  none.hidden = true;
  if (!mine) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      signUp().catch(() => showFailure(form.dataset.failed, signUp));
    });
    return;
  }
  mine.querySelector(".here").hidden = false;
  const off = mine.querySelector("[data-push-off]");
  off.addEventListener("submit", async (event) => {
    event.preventDefault();
    await subscription.unsubscribe();
    await fetch(off.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(off)),
      headers: { "X-CSRFToken": csrfToken() },
    });
    location.reload();
  });
}

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  begin().catch(() => { none.hidden = false; });
}
