/* The page on which visits are written down, and the list of what is still on this device. Without JavaScript the
   form is an ordinary form; with it a visit is first sealed into the box (visitbox.js) and then sent from there. */
"use strict";

import * as box from "./visitbox.js";

const form = document.querySelector("[data-visit]");
const panel = document.querySelector("[data-box]");
const said = panel?.dataset ?? {};
const owner = said.owner;
const api = said.api;
const arrived = [];
/* Loaded when somebody scans, and kept with the page: a stairwell has no network. */
const READER = ["../qr/decode.js", "../qr/index.js"].map((path) => new URL(path, import.meta.url).pathname);

/* --- What is on this device --------------------------------------------------------------------------------- */
function element(kind, text, cls) {
  const made = document.createElement(kind);
  if (text) made.textContent = text;
  if (cls) made.className = cls;
  return made;
}
function button(text, work) {
  const made = element("button", text, "btn btn-quiet");
  made.type = "button";
  made.addEventListener("click", work);
  return made;
}
const when = (iso) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

function row(item) {
  const line = element("li");
  line.dataset.key = item.key;
  line.dataset.state = item.state;
  const chip = element("span", item.state === box.REFUSED ? said.refused : said.waiting, `chip ${item.state === box.REFUSED ? "chip-bad" : "chip-ask"}`);
  line.append(element("b", when(item.at)), chip);
  if (item.said === "signin") {
    const link = element("a", said.signin);
    link.href = `${said.login}?next=${encodeURIComponent(location.pathname)}`;
    line.append(link);
  } else if (item.said) line.append(element("p", item.said === "keyless" ? said.keyless : item.said, "box-said"));
  if (item.state === box.REFUSED) {
    if (item.field === "although_double") line.append(button(said.keep, () => again(item, { although_double: true })));
    if (form && item.said !== "keyless") line.append(button(said.open, () => bringBack(item)));
    line.append(button(said.discard, async () => { if (confirm(said.sure)) { await box.discard(item.key); draw(); } }));
  }
  return line;
}
function receiptRow({ item, receipt, lost }) {
  const line = element("li");
  line.dataset.state = "arrived";
  line.append(element("b", when(item.at)), element("span", said.arrived, "chip chip-good"));
  if (receipt.restricted) line.append(element("span", said.restricted));
  else {
    const link = element("a", receipt.reference ? `${said.petition} ${receipt.reference.slice(0, 5)}-${receipt.reference.slice(5)}` : `#${receipt.id}`);
    link.href = `/desk/visits/${receipt.id}/`;
    line.append(link);
  }
  for (const words of lost) line.append(element("p", `${said.photo} ${words}`, "box-said"));
  return line;
}
async function draw() {
  const { mine, others } = await box.list(owner);
  panel.hidden = !(mine.length || others || arrived.length);
  panel.classList.toggle("box-done", !mine.length && !others);
  panel.querySelector("[data-rows]").replaceChildren(...mine.map(row), ...arrived.map(receiptRow));
  const note = panel.querySelector("[data-others-note]");
  note.hidden = !others;
  note.textContent = said.others;
}
async function again(item, values) {
  await box.change(item, values);
  await deliver();
}

/* --- Sending: at once, when the network returns, and now and then ----------------------------------------------- */
let busy = false;
let asked = false;
/* What is asked for during a round (the network is back, another visit was written) gets a round of its own. */
export async function deliver() {
  asked = true;
  if (busy) return;
  busy = true;
  panel.ariaBusy = "true";
  try {
    while (asked) {
      asked = false;
      await box.send(owner, api, (receipt) => arrived.unshift(receipt));
    }
  } finally {
    busy = false;
    await draw();
    if (!busy) panel.ariaBusy = "false";
  }
}
if (panel && box.able()) {
  addEventListener("online", deliver);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) deliver(); });
  setInterval(async () => { if ((await box.list(owner)).mine.some((item) => item.state === box.WAITING)) deliver(); }, 15000);
  deliver();
}

/* --- The form ----------------------------------------------------------------------------------------------------- */
function local(date) {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
function value(name) {
  return form.elements[name]?.value.trim() ?? "";
}
function chosen(name) {
  return [...form.querySelectorAll(`[name=${name}]:checked`)].map((each) => each.value);
}
/* What the API takes. The clock is this device's, told with its distance from Greenwich. */
function read(raised) {
  const visit = {
    key: crypto.randomUUID(),
    station: value("station"),
    came_at: new Date(value("came_at")).toISOString(),
    words: value("words"),
    told: form.elements.told.checked,
    name: value("name"),
    phone: value("phone"),
    group_size: Number(value("group_size")) || 1,
    representatives: value("representatives").split("\n").map((line) => line.trim()).filter(Boolean),
    deputies: chosen("deputies"),
    address: value("address"),
    urgent: form.elements.urgent.checked,
    confidentiality: chosen("confidentiality")[0] ?? "open",
    may_publish: form.elements.may_publish.checked,
    answer: value("answer"),
    raised,
  };
  if (value("check_in")) visit.check_in = value("check_in");
  return visit;
}
/* A telephone's photo is ten times what is needed to read it. */
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((yes) => canvas.toBlob(yes, "image/jpeg", 0.85));
    return blob ?? file;
  } catch {
    return file;
  }
}
function complain(field, words) {
  const problem = form.querySelector("[data-problem]");
  problem.querySelector("span").textContent = words;
  problem.hidden = false;
  (field ?? problem).focus();
  (field ?? problem).scrollIntoView({ block: "center" });
}
/* The browser's own sentences, in the reader's language, for what is missing. */
function missing(raised) {
  for (const name of ["station", "came_at", "words", "told"]) {
    const field = form.elements[name];
    field.required = true;
    if (!field.checkValidity() || !(field.type === "checkbox" || field.value.trim())) return field;
  }
  const phone = form.elements.phone;
  phone.required = raised;
  return phone.checkValidity() ? null : phone;
}
let started = Date.now();
function fresh() {
  form.reset();
  for (const name of ["words", "name", "phone", "address", "answer", "representatives"]) form.elements[name].value = "";
  for (const name of ["told", "may_publish", "urgent"]) form.elements[name].checked = false;
  form.elements.group_size.value = 1;
  form.elements.came_at.value = local(new Date());
  started = Date.now();
}
async function keep(event) {
  if (!box.able()) return;
  event.preventDefault();
  const raised = event.submitter?.value === "raise";
  form.querySelector("[data-problem]").hidden = true;
  const field = missing(raised);
  if (field) {
    const label = form.querySelector(`label[for=${field.id}]`)?.textContent.trim() ?? "";
    complain(field, `${label}: ${field.validationMessage || "…"}`);
    return;
  }
  const buttons = form.querySelectorAll("button[name=do]");
  for (const each of buttons) each.disabled = true;
  try {
    const photos = await Promise.all([...(form.elements.photos?.files ?? [])].slice(0, 9).map(smaller));
    await box.put(owner, read(raised), photos);
    fresh();
    await draw();
    panel.scrollIntoView({ block: "start" });
    await deliver();
  } finally {
    for (const each of buttons) each.disabled = false;
  }
}
/* A visit that was not taken comes back into the form; sent again it is a new one. */
async function bringBack(item) {
  const visit = await box.open(item);
  for (const name of ["station", "words", "name", "phone", "address", "answer", "group_size"]) form.elements[name].value = visit[name] ?? "";
  form.elements.representatives.value = (visit.representatives ?? []).join("\n");
  form.elements.came_at.value = local(new Date(visit.came_at));
  for (const name of ["told", "may_publish", "urgent"]) form.elements[name].checked = Boolean(visit[name]);
  for (const each of form.querySelectorAll("[name=confidentiality]")) each.checked = each.value === visit.confidentiality;
  const transfer = new DataTransfer();
  for (const photo of await box.photosOf(item)) transfer.items.add(photo);
  if (form.elements.photos) form.elements.photos.files = transfer.files;
  await box.discard(item.key);
  await draw();
  form.elements.words.focus();
}
if (form) {
  form.addEventListener("submit", keep);
  // A page from the worker's store is as old as its last visit.
  if (box.able() && !form.querySelector("[aria-invalid]")) form.elements.came_at.value = local(new Date());
  addEventListener("focus", () => {
    if (!value("words") && Date.now() - started > 5 * 60000) form.elements.came_at.value = local(new Date());
  });
  scanning();
  keepPage();
}
/* The worker sees a page only from its second visit on: so that the first is enough, the page is kept from here. */
async function keepPage() {
  if (!box.able() || !("serviceWorker" in navigator) || form.querySelector("[aria-invalid]")) return;
  await navigator.serviceWorker.ready;
  const kept = await caches.open("visit-page");
  const address = form.getAttribute("action");
  kept.addAll(READER).catch(() => {});
  if (await kept.match(address)) return;
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && !answer.redirected) await kept.put(address, answer);
}

/* --- Check-in by the station's QR code ------------------------------------------------------------------------------ */
function scanning() {
  const start = form.querySelector("[data-scan]");
  const video = form.querySelector("[data-scanner]");
  if (!navigator.mediaDevices?.getUserMedia) return;
  form.querySelector("[data-scan-row]").hidden = false;
  form.querySelector("[data-scan-hand]").hidden = true;
  const words = start.querySelector("span");
  const ask = words.textContent;
  let stream; // while the camera runs; the same button stops it
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.hidden = true;
  };
  start.addEventListener("click", async () => {
    if (stream) {
      stop();
      return;
    }
    start.disabled = true;
    try {
      const detector = await reader();
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      words.textContent = start.dataset.stop;
      start.disabled = false;
      const text = await seen(video, detector, () => !stream);
      const code = text && stationIn(text);
      words.textContent = !stream ? ask : code ? start.dataset.done : text ? start.dataset.wrong : start.dataset.unseen;
      if (code) {
        form.elements.station.value = code;
        form.elements.check_in.value = "qr";
      }
    } catch {
      words.textContent = start.dataset.failed;
    } finally {
      stop();
      start.disabled = false;
    }
  });
  form.elements.station.addEventListener("change", () => { // another station than the one whose code was seen
    form.elements.check_in.value = "";
    words.textContent = ask;
  });
}
/* The browser's own reader, or the library's of the same shape: Safari, Firefox and most desktops have none. */
async function reader() {
  const native = await window.BarcodeDetector?.getSupportedFormats().catch(() => []);
  const { BarcodeDetector } = native?.includes("qr_code") ? window : await import(READER[0]);
  return new BarcodeDetector({ formats: ["qr_code"] });
}
/* What the first code in the picture says; empty after half a minute, or when somebody stopped it. */
async function seen(video, detector, stopped) {
  for (let tries = 0; tries < 150 && !stopped(); tries += 1) {
    const [found] = await detector.detect(video);
    if (found) return found.rawValue;
    await new Promise((yes) => setTimeout(yes, 200));
  }
  return "";
}
/* The station named in the code's address, if it is one that can be chosen here. */
function stationIn(text) {
  const posters = JSON.parse(form.dataset.codes); // the short address on a poster, /s/XXXXXXX/
  const short = /\/s\/(\w+)/.exec(text)?.[1].toUpperCase();
  const parts = decodeURIComponent(text).split(/[/?&=#]/);
  const known = [...form.elements.station.options].map((each) => each.value);
  return known.find((code) => code && (Object.hasOwn(posters, short) ? posters[short] === code : parts.includes(code)));
}
