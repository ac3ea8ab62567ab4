// What this browser keeps until the platform has it: stills and clips on their way, and local
// recordings in chunks. IndexedDB, so that a reload, a crash of the tab or a power cut loses nothing
// that was put here.

const NAME = "tongying-room-media";
const VERSION = 1;
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const base = asked.result;
      base.createObjectStore("pictures", { keyPath: "client_id" });
      base.createObjectStore("recordings", { keyPath: "code" });
      base.createObjectStore("chunks", { keyPath: ["code", "n"] }).createIndex("at", ["code", "offset"]);
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opening = null; };
      resolve(asked.result);
    };
    asked.onerror = () => { opening = null; reject(asked.error); };
  });
  return opening;
}

// One transaction; `act(stores)` returns a request whose result is the answer, or nothing.
async function within(names, mode, act) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(names, mode, { durability: mode === "readwrite" ? "strict" : "default" });
    const request = act(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error ?? new DOMException("", "AbortError"));
  });
}

const ofCode = (code) => IDBKeyRange.bound([code, 0], [code, Number.MAX_SAFE_INTEGER]);

export const pictures = {
  all: () => within(["pictures"], "readonly", (store) => store.getAll()),
  put: (one) => within(["pictures"], "readwrite", (store) => store.put(one)),
  remove: (id) => within(["pictures"], "readwrite", (store) => store.delete(id)),
};

export const recordings = {
  all: () => within(["recordings"], "readonly", (store) => store.getAll()),
  get: (code) => within(["recordings"], "readonly", (store) => store.get(code)),
  put: (one) => within(["recordings"], "readwrite", (store) => store.put(one)),
  /** Keep the next chunk. */
  addChunk: (chunk) => within(["chunks"], "readwrite", (store) => store.add(chunk)),
  /** The last chunk: it says how long the recording is and carries its checksum's state. */
  async lastChunk(code) {
    let found = null;
    await within(["chunks"], "readonly", (store) => {
      const asked = store.openCursor(ofCode(code), "prev");
      asked.onsuccess = () => { found = asked.result?.value ?? null; };
    });
    return found;
  },
  /** At most `length` bytes from an offset, as one Uint8Array. */
  async bytes(code, offset, length) {
    const parts = [];
    await within(["chunks"], "readonly", (store) => {
      const first = store.index("at").openCursor(IDBKeyRange.bound([code, 0], [code, offset]), "prev");
      first.onsuccess = () => {
        if (!first.result) return;
        const walk = store.openCursor(IDBKeyRange.lowerBound([code, first.result.value.n]));
        walk.onsuccess = () => {
          const chunk = walk.result?.value;
          if (chunk?.code !== code || chunk.offset >= offset + length) return;
          const { offset: start, size, blob } = chunk;
          parts.push(blob.slice(Math.max(0, offset - start), Math.min(size, offset + length - start)));
          walk.result.continue();
        };
      };
    });
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  },
  remove: (code) => within(["recordings", "chunks"], "readwrite", (store, chunks) => {
    store.delete(code);
    chunks.delete(ofCode(code));
  }),
};

/** Bytes that this browser may still keep for us, as it says; null where it does not say. */
export async function bytesLeft() {
  const told = await navigator.storage?.estimate?.();
  return told?.quota ? Math.max(0, told.quota - (told.usage ?? 0)) : null;
}

/** A lock that ends with its page, also when that crashes; false where somebody else holds it. */
export function holding(name, act) {
  if (!navigator.locks) return Promise.resolve(act()).then(() => true);
  return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await act();
    return true;
  });
}

/** Say whether another page of this browser holds a lock. */
export async function isHeld(name) {
  const all = await navigator.locks?.query?.();
  return Boolean(all?.held?.some((one) => one.name === name));
}
