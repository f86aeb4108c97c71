/* The code of a scanned slip stands behind "#": into the field with it, and out of the address and its history. */
"use strict";

const field = document.querySelector("form[data-vote] [name=code]");
const scanned = location.hash.slice(1);
if (field && /^[0-9A-Za-z]{8}$/.test(scanned)) {
  field.value = `${scanned.slice(0, 4)}-${scanned.slice(4)}`;
  history.replaceState(null, "", location.pathname);
  field.form.querySelector("button").focus();
}
