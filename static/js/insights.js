/* Charts drawn from the tables below them: what a table holds is all that a chart knows. No script, no chart. */
"use strict";

const style = getComputedStyle(document.documentElement);
const token = (name) => style.getPropertyValue(name).trim();
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const MOST = 12; // bars that can be read; the table holds them all

/* The lines of a table: label, and the value of each named cell; null where there is none. */
function lines(table) {
  return [...table.querySelectorAll("tbody tr[data-line]")].map((row) => ({
    label: row.dataset.line,
    ...Object.fromEntries([...row.querySelectorAll("td[data-name]")].map((cell) => [cell.dataset.name, cell.dataset.value === "" ? null : Number(cell.dataset.value)])),
  }));
}
const heading = (table, name) => table.querySelector(`td[data-name="${name}"]`)?.dataset.label ?? name;

const KINDS = {
  counts: { names: ["received", "routed", "overturned", "open", "overdue"], share: false },
  rates: { names: ["response", "resolution", "satisfaction", "score"], share: true },
};

function option(kind, table, node) {
  const { names, share } = KINDS[kind];
  const shown = lines(table).slice(0, table.dataset.kind === "month" ? undefined : MOST);
  const known = names.filter((name) => shown.some((line) => line[name] !== null && line[name] !== undefined));
  const lie = ["unit", "category", "area"].includes(table.dataset.kind); // long names: bars that lie
  const ink = token("--ink");
  const text = { color: ink, fontFamily: style.fontFamily };
  const names_ = { type: "category", data: shown.map((line) => line.label), inverse: lie, axisLabel: { ...text, width: lie ? 110 : 70, overflow: lie ? "truncate" : "break" }, axisLine: { lineStyle: { color: token("--line-strong") } } };
  const numbers = { type: "value", max: share ? 1 : undefined, minInterval: share ? undefined : 1, axisLabel: { ...text, formatter: share ? (value) => `${Math.round(value * 100)} %` : undefined }, splitLine: { lineStyle: { color: token("--line") } } };
  const type = table.dataset.kind === "month" && share ? "line" : "bar";
  return {
    animation: !still,
    color: ["--action", "--good", "--bad", "--ask", "--accent"].map(token),
    textStyle: text,
    legend: { top: 6, textStyle: text, itemGap: 12, itemWidth: 16 },
    /* Text drawn on the canvas, not HTML: the policy lets no style attribute through. */
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" }, backgroundColor: token("--surface"), borderColor: token("--line-strong"), textStyle: text, valueFormatter: (value) => (value === null || value === undefined ? "—" : share ? `${(value * 100).toFixed(1)} %` : String(value)) },
    grid: { left: 12, right: 24, top: node.clientWidth < 420 ? 76 : 44, bottom: 12, containLabel: true },
    xAxis: lie ? numbers : names_,
    yAxis: lie ? names_ : numbers,
    series: known.map((name) => ({ name: heading(table, name), type, data: shown.map((line) => line[name]), barMaxWidth: 28, symbolSize: 8 })),
  };
}

function draw() {
  for (const node of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(node.dataset.of);
    if (!table.querySelector("tbody tr")) continue;
    node.closest(".only-charts").hidden = false;
    const made = option(node.dataset.chart, table, node);
    if (!made.series.length) { node.hidden = true; continue; }
    const chart = window.echarts.init(node, null, { renderer: "canvas" });
    chart.setOption(made);
    /* A bar leads where the number in the table does. */
    chart.on("click", (event) => {
      const name = KINDS[node.dataset.chart].names.find((each) => heading(table, each) === event.seriesName);
      table.querySelectorAll("tbody tr[data-line]")[event.dataIndex]?.querySelector(`td[data-name="${name}"] a`)?.click();
    });
    new ResizeObserver(() => chart.resize()).observe(node);
  }
}
if (window.echarts) draw();
