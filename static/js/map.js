/* Every map of the portal: templates/partials/map.html gives the data, this draws it, Leaflet is fetched only here.
   Without JavaScript the list beside it is all there; nothing needs the map. */
"use strict";

const english = document.documentElement.lang.startsWith("en");
const drawn = new WeakSet();
let leaflet;

/* --- Leaflet and its style sheets, once a page, from this host ---------------------------------------------- */
function fetchStyle(href) {
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(link);
  });
}
function fetchScript(src) {
  return new Promise((done, fail) => document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: fail })));
}
function fetchLeaflet({ leaflet: source, styles }) {
  leaflet ??= Promise.all([fetchScript(source), ...styles.split(" ").map(fetchStyle)]);
  return leaflet;
}

/* --- The sheet: tiles of a provider where there is one, else outlines --------------------------------------- */
function readJson(part) {
  const [data, tiles] = [...part.querySelectorAll('script[type="application/json"]')].map((node) => JSON.parse(node.textContent));
  return part.dataset.map === "pick" ? { data: [], tiles: data } : { data, tiles };
}
async function sheet(part, tiles) {
  const [outlines] = await Promise.all([fetch(part.dataset.outlines).then((answer) => answer.json()), fetchLeaflet(part.dataset)]);
  const node = part.querySelector(".map");
  node.hidden = false;
  for (const row of part.querySelectorAll(".map-pick-row, .map-hint, .map-legend")) row.hidden = false;
  const words = part.dataset;
  const map = L.map(node, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25, attributionControl: false, zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches });
  L.control.zoom({ position: "bottomleft", zoomInTitle: words.wordIn, zoomOutTitle: words.wordOut }).addTo(map);
  const sources = L.control.attribution({ prefix: false }).addTo(map);
  sources.addAttribution(tiles ? tiles.attribution : words.wordSchematic);
  for (const url of tiles?.urls ?? []) L.tileLayer(url, { subdomains: tiles.subdomains ?? "abc", maxZoom: 18 }).addTo(map);
  node.classList.toggle("map-tiled", Boolean(tiles));
  return { map, ground: ground(map, outlines), words };
}
function ground(map, outlines) {
  const cells = outlines.features.filter((each) => each.properties.code);
  const lines = outlines.features.filter((each) => each.properties.line);
  const layer = L.geoJSON(cells, { interactive: false, style: { className: "map-ground" } }).addTo(map);
  L.geoJSON(lines, { interactive: false, style: (each) => ({ className: `map-line map-line-${each.properties.line}` }) }).addTo(map);
  for (const { at, name } of groups(cells)) {
    const icon = L.divIcon({ className: "map-name", html: Object.assign(document.createElement("span"), { textContent: name }), iconSize: null });
    L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(map);
  }
  const bounds = cells.length ? layer.getBounds() : L.latLngBounds([[22, 113], [24, 115]]);
  map.fitBounds(bounds, { padding: [8, 8] });
  map.setMaxBounds(bounds.pad(0.4)).setMinZoom(map.getZoom() - 0.5);
  return { cells, layer, bounds };
}
/* A sub-district's name stands in the middle of its communities. */
function groups(cells) {
  const found = new Map();
  for (const { properties } of cells) found.set(properties.group, [...(found.get(properties.group) ?? []), properties]);
  const middle = (all, axis) => all.reduce((sum, each) => sum + each.at[axis], 0) / all.length;
  return [...found.values()].map((all) => ({ at: [middle(all, 0), middle(all, 1)], name: english ? all[0].group_name_en.replace(/ Subdistrict$/, "") : all[0].group_name }));
}
function nearest({ cells }, { lat, lng }) {
  const squeeze = Math.cos((lat * Math.PI) / 180);
  const far = ({ properties: { at } }) => Math.hypot(at[0] - lat, (at[1] - lng) * squeeze);
  return cells.reduce((best, each) => (!best || far(each) < far(best) ? each : best), null)?.properties;
}

/* --- Points: those at about one place share a marker ---------------------------------------------------------------- */
function popup(points) {
  const list = document.createElement("ul");
  for (const { title, text, href } of points) {
    const item = document.createElement("li");
    const name = Object.assign(document.createElement(href ? "a" : "b"), { textContent: title });
    if (href) name.href = href;
    item.append(name);
    if (text) item.append(Object.assign(document.createElement("p"), { textContent: text }));
    list.append(item);
  }
  return list;
}
function pointIcon(count, tone) {
  const label = Object.assign(document.createElement("b"), { textContent: count > 1 ? count : "" });
  return L.divIcon({ className: `map-point map-point-${tone}`, html: label, iconSize: [30, 30], iconAnchor: [15, 15], popupAnchor: [0, -12] });
}
const APART = 44; // pixels between two markers: a finger must hit one of them

function drawPoints({ map, ground: { bounds }, words }, points) {
  // A few points near each other are shown near; otherwise the whole district stays in sight.
  const around = L.latLngBounds(points.map((each) => [each.latitude, each.longitude]));
  if (points.length && (!bounds.contains(around) || around.getNorth() - around.getSouth() < (bounds.getNorth() - bounds.getSouth()) / 4)) {
    map.fitBounds(around, { padding: [40, 40], maxZoom: 14, animate: false });
  }
  const layer = L.layerGroup().addTo(map);
  const draw = () => {
    layer.clearLayers();
    for (const shared of together(map, points)) layer.addLayer(mark(shared, words));
  };
  map.on("zoomend", draw);
  draw();
}
/* Points too near each other at this zoom share a marker. */
function together(map, points) {
  const found = [];
  for (const point of points) {
    const at = map.project([point.latitude, point.longitude]);
    const near = found.find((each) => each.at.distanceTo(at) < APART);
    if (near) near.points.push(point);
    else found.push({ at, points: [point] });
  }
  return found.map((each) => each.points);
}
function mark(shared, words) {
  const { latitude, longitude, tone } = shared[0];
  // What is written on the marker is part of its name: who speaks to the device says what is seen.
  const title = shared.length > 1 ? `${shared.length} · ${shared[0].title} …` : shared[0].title;
  const marker = L.marker([latitude, longitude], { icon: pointIcon(shared.length, tone), title }).bindPopup(popup(shared), { maxWidth: 260 });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", title));
  opensWithKeys(marker, words);
  return marker;
}
/* The keyboard goes into the popup and comes back to the marker. */
function opensWithKeys(marker, words) {
  marker.on("popupopen", ({ popup: opened }) => {
    const node = opened.getElement();
    node.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", words.wordClose);
    if (document.activeElement === marker.getElement()) node.querySelector("a")?.focus();
  });
  marker.on("popupclose", ({ popup: closed }) => {
    if (closed.getElement()?.contains(document.activeElement)) marker.getElement()?.focus();
  });
}

/* --- Areas shaded by their value in five steps ------------------------------------------------------------------ */
function drawAreas({ map, ground: { cells, layer } }, rows) {
  const values = new Map(rows.map((row) => [row.code, row]));
  const most = Math.max(...rows.map((row) => row.value), 1);
  const rowOf = ({ code, group }) => values.get(code) ?? values.get(group);
  const step = (row) => (row?.value ? ` map-step-${Math.min(5, Math.ceil((5 * row.value) / most))}` : "");
  layer.remove();
  L.geoJSON(cells, {
    style: ({ properties }) => ({ className: `map-ground${step(rowOf(properties))}` }),
    onEachFeature: ({ properties }, each) => {
      const row = rowOf(properties);
      if (row) each.bindPopup(popup([row]), { maxWidth: 260 });
    },
  }).addTo(map).bringToBack();
}

/* --- Choosing a place -------------------------------------------------------------------------------------------- */
function drawPick({ map, ground: known, words }, part) {
  const form = part.closest("form");
  const said = part.querySelector(".map-said");
  const clear = part.querySelector("[data-map-clear]");
  let marker;
  map.getContainer().append(Object.assign(document.createElement("i"), { className: "map-cross" }));

  function put(at) {
    marker ??= L.marker(at, { icon: pointIcon(1, "picked"), interactive: false, keyboard: false }).addTo(map);
    marker.setLatLng(at);
    clear.hidden = false;
  }
  function take(at) {
    if (!known.bounds.pad(0.1).contains(at)) return void (said.textContent = words.wordOutside);
    put(at);
    form.elements.latitude.value = at.lat.toFixed(6);
    form.elements.longitude.value = at.lng.toFixed(6);
    const near = nearest(known, at);
    said.textContent = near ? `${words.wordChosen} ${english ? near.name_en : near.name}` : words.wordPlaced;
    form.dispatchEvent(new CustomEvent("placed", { detail: near }));
  }
  map.on("click", ({ latlng }) => take(latlng));
  part.querySelector("[data-map-take]").addEventListener("click", () => take(map.getCenter()));
  clear.addEventListener("click", () => {
    marker?.remove();
    marker = undefined;
    form.elements.latitude.value = form.elements.longitude.value = said.textContent = "";
    clear.hidden = true;
    map.getContainer().focus();
  });
  const show = () => {
    const [lat, lng] = [Number(form.elements.latitude.value), Number(form.elements.longitude.value)];
    if (!lat || !lng) return;
    put(L.latLng(lat, lng));
    map.setView([lat, lng], Math.max(map.getZoom(), 14));
  };
  form.addEventListener("located", show);
  show();
}

/* --- Each map of the page ------------------------------------------------------------------------------------------ */
async function draw(part) {
  if (drawn.has(part)) return;
  drawn.add(part);
  try {
    const { data, tiles } = readJson(part);
    const made = await sheet(part, tiles);
    if (part.dataset.map === "points") drawPoints(made, data);
    else if (part.dataset.map === "areas") drawAreas(made, data);
    else drawPick(made, part);
    gentle(made.map, part.dataset.map !== "pick");
  } catch {
    drawn.delete(part);
    part.querySelector(".map").hidden = true;
    const said = part.querySelector(".map-said");
    if (said) said.textContent = part.dataset.wordFailed;
  }
}
/* A finger that scrolls the page must not get stuck in the map: it moves only after it was tapped. */
function gentle(map, untilTapped) {
  map.on("focus", () => map.scrollWheelZoom.enable()).on("blur", () => map.scrollWheelZoom.disable());
  if (!untilTapped || !matchMedia("(pointer: coarse)").matches) return;
  map.dragging.disable();
  map.getContainer().classList.remove("leaflet-touch-drag");
  map.once("click focus", () => map.dragging.enable());
}
/* A map in a closed fold has no size yet: it is drawn when the fold opens. */
function drawWhenSeen(part) {
  const fold = part.closest("details:not([open])");
  if (fold) fold.addEventListener("toggle", () => drawWhenSeen(part), { once: true });
  else draw(part);
}
for (const part of document.querySelectorAll("[data-map]")) {
  const open = part.querySelector("[data-map-open]");
  if (!("later" in part.dataset)) drawWhenSeen(part);
  else {
    open.parentElement.hidden = false;
    open.addEventListener("click", async () => {
      await draw(part);
      open.parentElement.hidden = true;
      part.querySelector(".map").focus();
    });
  }
}
