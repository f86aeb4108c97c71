/* The desks' keyboard and live counts. Everything works without it: rows are links and forms. */
"use strict";

const rows = () => [...document.querySelectorAll("tr[data-row]")];
const here = () => document.querySelector("tr.here");
const dialog = document.getElementById("keys");

for (const node of document.querySelectorAll(".only-js")) node.hidden = false;
document.addEventListener("htmx:load", (event) => {
  for (const node of event.target.querySelectorAll?.(".only-js") ?? []) node.hidden = false;
});

/* The tab one is at is in sight, also where tabs scroll sideways. */
function reveal() {
  const tab = document.querySelector(".tabs a[aria-current]");
  const list = tab?.closest("ul");
  if (list) list.scrollLeft = tab.offsetLeft - list.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
}
reveal();
document.addEventListener("htmx:load", reveal);

// How many messages are unread; not asked for without a network: pages for visits are used there.
document.addEventListener("htmx:load", (event) => {
  const slot = document.querySelector(".nav-unread");
  if (navigator.onLine && slot && event.target.contains(slot)) window.htmx?.trigger(slot, "wanted");
});
// Asked for once a page; the number stands at every place that shows it (the row, “More”, and behind it).
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.(".nav-unread")) return;
  for (const slot of document.querySelectorAll(".nav-unread")) if (slot !== event.target) slot.innerHTML = event.target.innerHTML;
});

/* “Back to the list” leads to the list one came from, with its tab, its filters and its page; each to their own. */
addEventListener("pagehide", () => {
  const lists = document.querySelector("[data-lists]");
  if (lists) sessionStorage.setItem(`list ${lists.dataset.lists}`, location.pathname + location.search);
});
for (const back of document.querySelectorAll("[data-back]")) {
  back.href = sessionStorage.getItem(`list ${back.dataset.back}`) ?? back.href;
}

function select(row) {
  if (!row) return;
  here()?.classList.remove("here");
  row.classList.add("here");
  row.querySelector("[data-open]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  select(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}
/* The row whose link has the focus is the present one, however it got it. */
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (!row || row === here()) return;
  here()?.classList.remove("here");
  row.classList.add("here");
});

/* 1: the router's first candidate, then on to the next row that has one. */
function assignFirst() {
  const page = document.querySelector("[data-first-here]");
  if (page) return page.requestSubmit();
  const row = here() ?? rows()[0];
  const form = row?.querySelector("[data-first]")?.closest("form");
  if (!form || row.dataset.sent) return;
  row.dataset.sent = "1";
  row.querySelector(".unsent")?.remove();
  const all = rows();
  const next = all.slice(all.indexOf(row) + 1).find((each) => each.querySelector("[data-first]") && !each.dataset.sent);
  form.requestSubmit();
  if (next) select(next);
}

/* No answer, or none that shows a row: the row says so, and its key and button work again. */
for (const sign of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(sign, (event) => {
  const row = event.target.closest?.("tr[data-row]");
  const words = document.getElementById("unsent");
  if (!row?.querySelector("[data-first]") || !words) return;
  delete row.dataset.sent;
  row.querySelector(".unsent")?.remove();
  row.querySelector(".unit-cell").append(words.content.cloneNode(true));
});

/* The tabs stand in a row and do not go round: the first and the last are ends. */
function turnTab(by) {
  const tabs = [...document.querySelectorAll(".tabs a")];
  tabs[tabs.findIndex((tab) => tab.hasAttribute("aria-current")) + by]?.click();
}
const press = (selector) => document.querySelector(selector)?.click();

function keyed(key) {
  switch (key) {
    case "j": return step(1), true;
    case "k": return step(-1), true;
    case "1": return assignFirst(), true;
    case "n": return press(".pager a[rel=next]"), true;
    case "p": return press(".pager a[rel=prev]"), true;
    case "l": return turnTab(1), true;
    case "h": return turnTab(-1), true;
    case "b": return press("#bulk button"), true;
    case "x": return here()?.querySelector("input[name=row]")?.click(), true;
    case "/": return document.getElementById("search")?.focus(), true;
    case "u": return press("[data-up]"), true;
    case "?": return dialog?.showModal(), true;
    default: return false;
  }
}
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog?.open) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target === document.body && here()) return here().querySelector("[data-open]").click();
  if (keyed(event.key)) event.preventDefault();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) dialog?.showModal();
});

/* Bulk: how many are chosen, and all of them at once. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    const name = event.target.dataset.all || "row";
    for (const box of document.querySelectorAll(`input[name=${name}]`)) box.checked = event.target.checked;
  }
  const said = document.querySelector("[data-chosen]");
  if (said) said.textContent = document.querySelectorAll("input[name=row]:checked").length || "";
});

/* Reply templates fill the text beside them; what was typed is never overwritten, the words are added. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-template]");
  if (!button) return;
  const text = button.closest("form").querySelector("textarea[name=text]");
  text.value = text.value ? `${text.value}\n${button.dataset.template}` : button.dataset.template;
  text.focus();
});

/* Live counts: asked for once a minute while somebody is really here, for asking keeps the session alive. */
let last = Date.now();
for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, () => { last = Date.now(); }, { passive: true });
setInterval(() => {
  const tabs = document.getElementById("tabs");
  if (tabs && !document.hidden && Date.now() - last < 5 * 60 * 1000) window.htmx?.trigger(tabs, "fresh");
}, 60 * 1000);

/* Who else has the matter open, and whether it has moved on: asked for more often, under the same condition. */
setInterval(() => {
  const beside = document.getElementById("presence");
  if (beside && !document.hidden && Date.now() - last < 5 * 60 * 1000) window.htmx?.trigger(beside, "fresh");
}, 20 * 1000);

/* A phone shows the parts of a matter folded, the first one open. */
if (matchMedia("(max-width: 40rem)").matches) {
  for (const part of document.querySelectorAll("details.part[data-fold]")) part.open = false;
}
