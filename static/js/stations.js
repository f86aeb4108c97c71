/* “Near me”: stations in the order of their distance. The position stays on the device; nothing is sent. */
"use strict";

const button = document.querySelector("[data-near]");
const said = document.querySelector("[data-near-said]");
const list = document.querySelector("[data-near-list]");

function kilometres(here, there) {
  const rad = (degrees) => (degrees * Math.PI) / 180;
  const half = Math.sin(rad(there.latitude - here.latitude) / 2) ** 2
    + Math.cos(rad(here.latitude)) * Math.cos(rad(there.latitude)) * Math.sin(rad(there.longitude - here.longitude) / 2) ** 2;
  return 12742 * Math.asin(Math.sqrt(half));
}

function sort({ coords }) {
  const cards = [...list.children].map((card) => {
    const { latitude, longitude } = card.dataset;
    const far = latitude ? kilometres(coords, { latitude: Number(latitude), longitude: Number(longitude) }) : Infinity;
    return { card, far };
  });
  cards.sort((one, other) => one.far - other.far);
  for (const { card, far } of cards) {
    const shown = card.querySelector("[data-distance]");
    shown.hidden = far === Infinity;
    shown.textContent = `${far.toFixed(far < 10 ? 1 : 0)} ${button.dataset.unit}`;
    list.append(card);
  }
  said.textContent = button.dataset.done;
}

if (button && list && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(sort, () => { said.textContent = button.dataset.failed; }, { timeout: 10000, maximumAge: 60000 });
  });
}
