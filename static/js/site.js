/* On every page; everything works without it. Display without a reload, menus that close, forms sent once. */
"use strict";

const root = document.documentElement;

/* Theme and text size change at once; the cookie is set by the same form, so the next page agrees. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-display]") || !button?.value.startsWith("theme:")) return;
  event.preventDefault();
  const body = new FormData(form);
  body.set("set", button.value);
  fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } }).catch(() => form.submit());
  root.dataset.bsTheme = button.value.split(":")[1];
  for (const other of form.querySelectorAll('[value^="theme:"]')) {
    other.setAttribute("aria-pressed", String(other === button));
  }
});

/* A nervous thumb: a form marked data-once is sent once. The server has its own key against doubles. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button) {
    button.classList.add("btn-busy");
    button.setAttribute("aria-disabled", "true");
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll(".btn-busy")) {
      button.classList.remove("btn-busy");
      button.removeAttribute("aria-disabled");
    }
  }
});

/* An open menu closes with Escape or a tap outside. */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}
addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

/* Without a line, a page that helps. */
if ("serviceWorker" in navigator && window.isSecureContext) {
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}
