/* The administrators' pages: what select2 and simplebar make says what it is for. */
"use strict";
/* Unfold expects a text field of its own beside every file field; the tools have plain ones. */
addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll(".tool input[type=file]")) field.hasChangeListener = true;
});
addEventListener("load", () => {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const words = document.querySelector(`label[for="${select.id}"]`)?.textContent.trim();
    if (!words) continue;
    for (const part of select.parentElement.querySelectorAll("[role=combobox], .select2-selection__rendered")) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", words);
    }
  }
  [...document.querySelectorAll(".simplebar-content-wrapper[aria-label]")].forEach((part, place) => {
    part.setAttribute("aria-label", `${part.getAttribute("aria-label")} ${place + 1}`);
  });
});
