{% load static %}/* Without a line: a page that says so, and what was written is still there (static/js/submit.js keeps it).
   Nothing else is kept: what a resident reads must be what is true now. */
"use strict";
const KEPT = "offline-{{ version }}";
const FILES = ["{% url 'offline' %}", "{% static 'bootstrap/css/bootstrap-reboot.min.css' %}", "{% static 'css/tokens.css' %}", "{% static 'css/liaison.css' %}", "{% static 'css/components.css' %}"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(FILES[0])));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});
