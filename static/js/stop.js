/* The stop code stands behind the #, which browsers keep to themselves: it is put into the field, one tap stops. */
"use strict";
const field = document.querySelector("[data-stop] [name=code]");
if (location.hash.length > 1 && !field.value) {
  field.value = decodeURIComponent(location.hash.slice(1)).slice(0, 40);
  history.replaceState(null, "", location.pathname);
}
