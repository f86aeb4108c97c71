{% load static %}/* Without a line: a page that helps, and the page on which visits are written down. Nothing of a petition or a visit
   is ever kept here; what is written without a line lies sealed in the box (js/visitbox.js). */
"use strict";
const KEPT = "offline-{{ version }}";
const VISIT = "{% url 'desks:visit_new' %}";
const VISIT_KEPT = "visit-page";
const FILES = ["{% url 'offline' %}", "{% static 'bootstrap/css/bootstrap-reboot.min.css' %}", "{% static 'css/tokens.css' %}", "{% static 'css/liaison.css' %}", "{% static 'css/components.css' %}"];
const VISIT_FILES = ["{% static 'css/desknav.css' %}", "{% static 'css/desk.css' %}", "{% static 'css/visit.css' %}", "{% static 'js/site.js' %}", "{% static 'js/desk.js' %}", "{% static 'js/visit.js' %}", "{% get_static_prefix %}js/visitbox.js", "{% static 'htmx/htmx.min.js' %}", "{% static 'icons.svg' %}"];
const ALL = [...FILES, ...VISIT_FILES];
/* Kept by js/visit.js on the devices of those who write visits down. */
const READER = "{% get_static_prefix %}qr/";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(ALL)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  const stay = [KEPT, VISIT_KEPT];
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => !stay.includes(name)).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

/* The form itself holds no resident's words; it is kept as last seen, and signing out deletes it. */
async function visitPage(request) {
  const kept = await caches.open(VISIT_KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await kept.put(VISIT, answer.clone());
    return answer;
  } catch {
    return (await kept.match(VISIT)) ?? (await caches.match(FILES[0]));
  }
}
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET") return;
  if (request.mode === "navigate" && pathname === VISIT) event.respondWith(visitPage(request));
  else if (request.mode === "navigate" && pathname.startsWith("/desk/")) {
    event.respondWith(fetch(request).catch(async () => (await (await caches.open(VISIT_KEPT)).match(VISIT)) ?? (await caches.match(FILES[0]))));
  } else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(FILES[0])));
  else if (ALL.includes(pathname) || pathname.startsWith(READER)) event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
});
