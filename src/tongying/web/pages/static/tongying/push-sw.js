// Shows a push and opens its page. It takes no part in loading pages: there is no fetch handler.

const FALLBACK = "/notices/";

/** Return an address of our own; anything else becomes the list of notices. */
function ours(url) {
  const found = new URL(url || FALLBACK, self.location.origin);
  return found.origin === self.location.origin ? found.href : new URL(FALLBACK, self.location.origin).href;
}

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    said = {};
  }
  event.waitUntil(self.registration.showNotification(said.title || "Tongying", {
    body: said.body || "",
    tag: said.tag || undefined,
    requireInteraction: Boolean(said.pressing),
    icon: "/static/tongying/icon.svg",
    data: { url: ours(said.url) },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data?.url || ours("");
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = pages.find((page) => page.url === url);
    return open ? open.focus() : self.clients.openWindow(url);
  })());
});
