/* The submit page, for those who have JavaScript: draft, suggestions, photos, position, progress.
   Without it the form is the same form. */
"use strict";

const form = document.querySelector("form.submit");
const show = (node, visible = true) => node && (node.hidden = !visible);

/* --- Draft -------------------------------------------------------------------------------------------------
   What and where stays in localStorage, so that it survives a lost line and a closed browser. Who (telephone,
   name) stays only in sessionStorage: it ends with the tab, because telephones are lent and shared. */
const KEPT = { localStorage: ["text", "address", "area", "category", "urgent", "publish_consent"], sessionStorage: ["phone", "name"] };

function eachStore(visit) {
  for (const [name, fields] of Object.entries(KEPT)) {
    try {
      visit(window[name], fields);
    } catch {
      /* storage is switched off or full: there is simply no draft */
    }
  }
}
function remember() {
  eachStore((store, fields) => {
    const kept = {};
    for (const name of fields) {
      const field = form.elements[name];
      if (!field) continue;
      const value = field.type === "checkbox" ? field.checked : field.value;
      if (value) kept[name] = value;
    }
    store.setItem("draft", JSON.stringify(kept));
  });
  show(form.querySelector("[data-draft-note]"), Boolean(form.elements.text.value.trim()));
}
function recall() {
  let restored = false;
  eachStore((store) => {
    for (const [name, value] of Object.entries(JSON.parse(store.getItem("draft") || "{}"))) {
      const field = form.elements[name];
      // What the server sent back (a correction, a link) is newer than the draft.
      if (!field || (field.type === "checkbox" ? field.checked : field.value)) continue;
      if (field.type === "checkbox") field.checked = value === true;
      else field.value = value;
      restored = true;
    }
  });
  if (restored) {
    show(form.querySelector("[data-draft-note]"));
    addEventListener("load", () => form.elements.text.dispatchEvent(new Event("suggest")));
  }
}
let timer;
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(remember, 300);
});
addEventListener("pagehide", remember);
form.querySelector("[data-forget]").addEventListener("click", () => {
  eachStore((store) => store.removeItem("draft"));
  form.reset();
  clearPhotos();
  show(form.querySelector("[data-draft-note]"), false);
  form.elements.text.focus();
});

/* --- A suggested category or place is one tap away, and the list below follows -------------------------------- */
const SUGGESTED = ["category", "area"];

form.addEventListener("click", (event) => {
  for (const name of SUGGESTED) {
    const button = event.target.closest(`[data-${name}]`);
    if (!button) continue;
    const again = button.getAttribute("aria-pressed") === "true";
    form.elements[name].value = again ? "" : button.dataset[name];
    markSuggested();
    remember();
  }
});
function markSuggested() {
  for (const name of SUGGESTED) {
    for (const button of form.querySelectorAll(`[data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.dataset[name] === form.elements[name]?.value));
    }
  }
}
form.addEventListener("change", markSuggested);
form.addEventListener("htmx:afterSwap", markSuggested);

/* --- Photos: seen before they are sent, and removable ------------------------------------------------------- */
const input = form.elements.photos;
const pick = form.querySelector("[data-pick]");
// A button in the page's language; the browser's own speaks the browser's, and its list of names the previews show.
form.querySelector("label[for=id_photos]").removeAttribute("for");
input.removeAttribute("id");
pick.id = "id_photos"; // where errors and their links lead
show(pick);
show(input, false);
pick.addEventListener("click", () => input.click());
const previews = form.querySelector("[data-previews]");
let photos = [];

function clearPhotos() {
  photos = [];
  drawPhotos();
}
function drawPhotos() {
  const transfer = new DataTransfer();
  for (const photo of photos) transfer.items.add(photo);
  input.files = transfer.files;
  for (const image of previews.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  previews.replaceChildren(...photos.map(preview));
}
function preview(photo, index) {
  const item = document.createElement("li");
  if (photo.type.startsWith("image/")) {
    const image = document.createElement("img");
    image.src = URL.createObjectURL(photo);
    image.alt = photo.name;
    item.append(image);
  } else item.append(photo.name);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "btn btn-quiet";
  remove.textContent = previews.dataset.remove;
  remove.setAttribute("aria-label", `${previews.dataset.remove}: ${photo.name}`);
  remove.addEventListener("click", () => {
    photos.splice(index, 1);
    drawPhotos();
    pick.focus();
  });
  item.append(remove);
  return item;
}
input.addEventListener("change", () => {
  const known = new Set(photos.map((photo) => photo.name + photo.size));
  photos.push(...[...input.files].filter((photo) => !known.has(photo.name + photo.size)));
  drawPhotos();
});

/* --- Position ---------------------------------------------------------------------------------------------- */
const locate = form.querySelector("[data-locate]");
if (navigator.geolocation && window.isSecureContext) show(form.querySelector("[data-locate-row]"));
locate.addEventListener("click", () => {
  const say = (words) => (locate.querySelector("span").textContent = words);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(6);
      form.elements.longitude.value = coords.longitude.toFixed(6);
      say(locate.dataset.done);
      form.dispatchEvent(new Event("located"));
    },
    () => say(locate.dataset.failed),
    { timeout: 10000, maximumAge: 60000 },
  );
});

/* The map (map.js) says near which community the place is: that fills the list, unless the person chose. */
form.addEventListener("placed", ({ detail }) => {
  const { area } = form.elements;
  if (detail && area && (!area.value || area.dataset.placed) && area.querySelector(`option[value="${detail.code}"]`)) {
    area.value = detail.code;
    area.dataset.placed = "1";
    markSuggested();
  }
  remember();
});

/* --- Proof of work against robots: ALTCHA's own worker, begun with the first letter, done long before sending ---- */
let proof;
let proofUntil = 0;

function beginProof() {
  proofUntil = Date.now() + 15 * 60 * 1000; // the server's challenge lives for 20 minutes
  proof = fetch(form.dataset.challenge)
    .then((answer) => answer.json())
    .then(solve)
    .catch(() => ""); // no line, no secure context: the server counts instead
}
function solve(challenge) {
  return new Promise((done) => {
    const worker = new Worker(form.dataset.worker);
    const end = (solution) => {
      worker.terminate();
      done(solution?.derivedKey ? btoa(JSON.stringify({ challenge, solution })) : "");
    };
    worker.onmessage = ({ data }) => end(data);
    worker.onerror = () => end();
    worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1, timeout: 60000 });
  });
}
async function prove() {
  if (!proof || Date.now() > proofUntil) beginProof();
  form.elements.altcha.value = await proof;
  proof = undefined; // it buys one sending
}
form.addEventListener("input", beginProof, { once: true });

/* --- Sending: with progress, and with the draft kept when the line fails -------------------------------------- */
const bar = form.querySelector(".upload");
const failed = form.querySelector("[data-failed]");

form.addEventListener("submit", (event) => {
  remember();
  show(failed, false);
  if (event.defaultPrevented) return;
  event.preventDefault();
  prove().then(send);
});
function send() {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "fetch");
  request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
    show(bar, photos.length > 0);
    if (lengthComputable) bar.value = (100 * loaded) / total;
  });
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", notSent);
  request.addEventListener("timeout", notSent);
  request.timeout = 120000;
  request.send(new FormData(form));
}
function release() {
  delete form.dataset.sent;
  show(bar, false);
  for (const button of form.querySelectorAll(".btn-busy")) {
    button.classList.remove("btn-busy");
    button.removeAttribute("aria-disabled");
  }
}
function notSent() {
  release();
  show(failed);
  failed.scrollIntoView({ block: "center" });
}
function answered(request) {
  if (request.status === 200 && request.getResponseHeader("Content-Type")?.includes("json")) {
    location.assign(JSON.parse(request.responseText).location);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const problems = page.querySelector("#main");
  if (!problems) return notSent();
  // A page with corrections: sent again by the browser itself it would be shown just like this.
  release();
  if (page.querySelector("form.submit")) adopt(page);
  else document.querySelector("#main").replaceWith(document.adoptNode(problems));
  document.querySelector("[role=alert]:not([hidden])")?.scrollIntoView({ block: "start" });
  document.querySelector("[data-focus]")?.focus();
}
/* Take the errors and the words of the new page, and keep the fields with what is in them, photos included. */
function adopt(page) {
  for (const name of ["key", "consent_version"]) form.elements[name].value = page.querySelector(`[name=${name}]`).value;
  const fresh = page.querySelector("form.submit");
  if (fresh.action !== form.action) form.action = fresh.action;
  if (fresh.querySelector("[name=closed_route]") && !form.elements.closed_route) {
    form.prepend(document.adoptNode(fresh.querySelector("[name=closed_route]")));
    form.querySelector("[type=submit]").replaceChildren(fresh.querySelector("[type=submit]").textContent);
  }
  for (const old of document.querySelectorAll("#main > :not(form)")) old.remove();
  for (const node of [...page.querySelectorAll("#main > :not(form)")]) form.before(document.adoptNode(node));
  for (const old of form.querySelectorAll("ul.errors")) old.remove();
  for (const field of form.querySelectorAll(".field-bad")) field.classList.remove("field-bad");
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const errors of fresh.querySelectorAll("ul.errors[id]")) {
    const control = document.getElementById(errors.id.replace(/_error$/, ""));
    if (!control) continue;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", `${errors.id} ${control.id}_helptext`);
    control.closest(".field")?.classList.add("field-bad");
    control.before(document.adoptNode(errors));
  }
}

recall();
document.querySelector("[data-focus]")?.focus();
