/* The administrators' pages: a search field made by select2 says what it is for. */
"use strict";
addEventListener("load", () => {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.nextElementSibling?.querySelector("[role=combobox]");
    if (label && box) {
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", label.textContent.trim());
    }
  }
});
