/* The administrators' pages: what select2 and simplebar make says what it is for. */
"use strict";
/* Unfold expects a text field of its own beside every file field; the tools have plain ones. */
addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll(".tool input[type=file]")) field.hasChangeListener = true;
  nameFields();
  /* jQuery may make its fields before or after the page has loaded, and makes the list of choices when it opens. */
  new MutationObserver(nameFields).observe(document.body, { childList: true, subtree: true });
});
addEventListener("load", () => {
  [...document.querySelectorAll(".simplebar-content-wrapper[aria-label]")].forEach((part, place) => {
    part.setAttribute("aria-label", `${part.getAttribute("aria-label")} ${place + 1}`);
  });
});

const PARTS = "[role=combobox], .select2-selection__rendered, .select2-search__field";

/** Give every part that select2 made for a field the words of the field's label. */
function nameFields() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    nameParts(select.parentElement.querySelectorAll(PARTS), select.id);
    /* The cross that takes all away stands among the items of a list: it is one of them. */
    select.parentElement.querySelector("ul > .select2-selection__clear")?.setAttribute("role", "listitem");
  }
  for (const search of document.querySelectorAll(".select2-dropdown .select2-search__field")) {
    nameParts([search], (search.getAttribute("aria-controls") ?? "").replace(/^select2-(.*)-results$/, "$1"));
  }
}

function nameParts(parts, id) {
  const words = id && document.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent.trim();
  if (!words) return;
  for (const part of parts) {
    part.removeAttribute("aria-labelledby");
    part.setAttribute("aria-label", words);
  }
}
