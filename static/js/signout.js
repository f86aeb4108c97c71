/* Before signing out: what has not arrived yet would be deleted, so say so; then delete everything on this device. */
"use strict";

import * as box from "./visitbox.js";

const form = document.querySelector("[data-signout]");
const note = document.querySelector("[data-unsent]");

if (form && box.able()) {
  box.count().then((number) => { if (note) note.hidden = !number; }).catch(() => {});
  form.addEventListener("submit", async (event) => {
    if (form.dataset.wiped) return;
    event.preventDefault();
    await Promise.race([box.wipe(), new Promise((yes) => setTimeout(yes, 3000))]).catch(() => {});
    form.dataset.wiped = "1";
    form.requestSubmit();
  });
}
