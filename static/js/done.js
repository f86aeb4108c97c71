/* Sent: the draft is no longer needed on this device. */
"use strict";
try {
  localStorage.removeItem("draft");
  sessionStorage.removeItem("draft");
} catch {
  /* storage is switched off: there was no draft */
}
