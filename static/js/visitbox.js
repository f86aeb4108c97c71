/* Visits that have not arrived yet: sealed on this device, sent when there is a network, each exactly once.

   Sealed with AES-GCM under a key that this browser made and that cannot be taken out of it. A box belongs to one
   person (data-owner): another one who uses the same telephone neither sees nor sends what is in it, and the server
   checks that once more. Nothing of a sealed visit is shown but its time. Signing out deletes boxes and keys; the
   server asks the browser for the same (Clear-Site-Data). */
"use strict";

const NAME = "visits";
const BOX = "box";
const KEYS = "keys";
export const WAITING = "waiting";
export const REFUSED = "refused";

const done = (request) => new Promise((yes, no) => {
  request.onsuccess = () => yes(request.result);
  request.onerror = () => no(request.error);
});

let opened;
function database() {
  opened ??= new Promise((yes, no) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS, { keyPath: "owner" });
      request.result.createObjectStore(BOX, { keyPath: "key" });
    };
    request.onsuccess = () => {
      // Another tab that signs out must not wait for this one.
      request.result.onversionchange = () => { request.result.close(); opened = undefined; };
      yes(request.result);
    };
    request.onerror = () => no(request.error);
  });
  return opened;
}
async function store(name, mode = "readonly") {
  return (await database()).transaction(name, mode).objectStore(name);
}

/* A key for each person, made here and never readable as bytes. Two tabs may make one at once: the first stays. */
async function keyOf(owner) {
  const known = await done((await store(KEYS)).get(owner));
  if (known) return known.key;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  try {
    await done((await store(KEYS, "readwrite")).add({ owner, key }));
    return key;
  } catch {
    return (await done((await store(KEYS)).get(owner))).key;
  }
}
/* What is sealed is bound to its owner and number: it cannot be put into another box. */
const bound = (owner, number) => new TextEncoder().encode(`${owner}:${number}`);
async function seal(owner, number, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(owner, number) }, await keyOf(owner), bytes);
  return { iv, data };
}
async function unseal(owner, number, { iv, data }) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bound(owner, number) }, await keyOf(owner), data);
}

/* Whether this browser can keep anything; private windows and old browsers send at once instead. */
export function able() {
  return Boolean(window.isSecureContext && window.indexedDB && window.crypto?.subtle);
}

/* Put a visit and its photos into the box. `visit` is what the API takes; its `key` makes it one visit for ever. */
export async function put(owner, visit, photos = []) {
  const number = visit.key;
  const words = await seal(owner, number, new TextEncoder().encode(JSON.stringify(visit)));
  const sealed = [];
  for (const photo of photos) {
    sealed.push({ ...(await seal(owner, number, await photo.arrayBuffer())), type: photo.type });
  }
  await done((await store(BOX, "readwrite")).put({ key: number, owner, at: visit.came_at, words, photos: sealed, state: WAITING, said: "" }));
  navigator.storage?.persist?.().catch(() => {});
}
/* What waits: the owner's own, and how many of others. */
export async function list(owner) {
  const all = await done((await store(BOX)).getAll());
  return { mine: all.filter((each) => each.owner === owner).sort((a, b) => (a.at < b.at ? -1 : 1)), others: all.filter((each) => each.owner !== owner).length };
}
export async function count() {
  return done((await store(BOX)).count());
}
export async function open(item) {
  return JSON.parse(new TextDecoder().decode(await unseal(item.owner, item.key, item.words)));
}
export async function photosOf(item) {
  return Promise.all(item.photos.map(async (sealed, index) => new File([await unseal(item.owner, item.key, sealed)], `photo-${index + 1}.jpg`, { type: sealed.type })));
}
export async function discard(number) {
  await done((await store(BOX, "readwrite")).delete(number));
}
async function note(item, state, said, field = "") {
  const box = await store(BOX, "readwrite");
  const now = await done(box.get(item.key));
  if (now) await done(box.put({ ...now, state, said, field }));
}
export async function change(item, values) {
  const visit = { ...(await open(item)), ...values };
  const words = await seal(item.owner, item.key, new TextEncoder().encode(JSON.stringify(visit)));
  await done((await store(BOX, "readwrite")).put({ ...item, words, state: WAITING, said: "" }));
}

/* Everything goes: keys first, so that what could not be deleted cannot be read either. */
export async function wipe() {
  if (!window.indexedDB) return;
  try {
    await done((await store(KEYS, "readwrite")).clear());
    await done((await store(BOX, "readwrite")).clear());
    (await database()).close();
    opened = undefined;
  } catch {
    /* deleting the whole database below does the same */
  }
  await new Promise((yes) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = yes;
  });
  for (const name of await caches.keys()) if (name.startsWith("visit-")) await caches.delete(name);
}

const token = () => document.cookie.split("; ").find((each) => each.startsWith("csrftoken="))?.split("=")[1] ?? "";
async function post(address, body, headers = {}) {
  return fetch(address, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token(), ...headers },
    credentials: "same-origin",
    redirect: "error",
    signal: AbortSignal.timeout?.(60000),
  });
}
/* The server's sentence, whatever kind of answer it was. */
async function sentence(answer) {
  try {
    const problem = await answer.json();
    const first = problem.errors?.[0];
    return { said: first?.detail || problem.detail || problem.title || String(answer.status), field: first?.field || "" };
  } catch {
    return { said: String(answer.status), field: "" };
  }
}

/* Send one. What was sent and whose answer was lost is sent again under the same number: it stays one visit. */
async function sendOne(item, api, say) {
  let visit;
  try {
    visit = await open(item);
  } catch {
    return note(item, REFUSED, "keyless");
  }
  let answer;
  try {
    answer = await post(api, JSON.stringify({ ...visit, owner: item.owner }), { "Content-Type": "application/json" });
  } catch {
    return note(item, WAITING, "");
  }
  if (answer.status === 401) return note(item, WAITING, "signin");
  if (answer.status >= 500 || answer.status === 429) return note(item, WAITING, "");
  if (!answer.ok) {
    const { said, field } = await sentence(answer);
    return note(item, REFUSED, said, field);
  }
  const receipt = await answer.json();
  const lost = await sendPhotos(item, receipt, api);
  if (lost === null) return note(item, WAITING, "");
  await discard(item.key);
  say({ item, receipt, lost });
  return undefined;
}
/* The visit has arrived; each photo is known by its bytes. Null: the network went away meanwhile, all is sent again. */
async function sendPhotos(item, receipt, api) {
  const lost = [];
  for (const [index, sealed] of item.photos.entries()) {
    const body = new FormData();
    const bytes = await unseal(item.owner, item.key, sealed);
    body.append("file", new Blob([bytes], { type: sealed.type }), `photo-${index + 1}.jpg`);
    try {
      const answer = await post(`${api}${receipt.id}/photos/`, body);
      if (answer.status >= 500 || answer.status === 429 || answer.status === 401) return null;
      if (!answer.ok) lost.push((await sentence(answer)).said);
    } catch {
      return null;
    }
  }
  return lost;
}

/* Send what waits, one after another, in one tab at a time. `say` is told of each that has arrived. */
export async function send(owner, api, say = () => {}) {
  const work = async () => {
    for (const item of (await list(owner)).mine) if (item.state === WAITING) await sendOne(item, api, say);
  };
  return navigator.locks ? navigator.locks.request("visit-box", work) : work();
}
