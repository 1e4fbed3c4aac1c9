// A reader's own input: what is measured nearest to it, in powers of two, and whether it will run.
(() => {
  const data = JSON.parse(document.getElementById("network-data").textContent);
  const form = document.getElementById("network-form");
  const { rows, valuesOf, usual, placed, digits } = explore;
  const FREE = ["depth", "width"];

  const TACIT = ["problem", "activation", "initialiser"];

  // The rows of a metric at one value of every other axis: the usual one, or the first that was measured.
  const alike = (metric) => {
    let some = rows.filter((row) => row.metric === metric);
    const places = [];
    for (const axis of Object.keys(explore.data.axes).filter((each) => !FREE.includes(each))) {
      const values = valuesOf(some, axis);
      if (!values.length) continue;
      const value = usual(axis, values);
      some = some.filter((row) => row[axis] === value);
      if (!TACIT.includes(axis) || values.length > 1) places.push(axis === "update" ? `${value} update` : placed(axis, value));
    }
    return { some, places };
  };
  const nearest = (some, depth, width) => {
    const distance = (row) => Math.hypot(Math.log2(row.depth / depth), Math.log2(row.width / width));
    const best = some.reduce((least, row) => (least && distance(least) <= distance(row) ? least : row), null);
    return best && { depth: best.depth, width: best.width, rows: some.filter((row) => row.depth === best.depth && row.width === best.width) };
  };
  const apart = (measured, mine, more, less) => (measured === mine ? "" : `${Number(Math.max(measured / mine, mine / measured).toPrecision(2))} times ${measured > mine ? more : less}`);
  const away = (cell, depth, width) => {
    const parts = [apart(cell.depth, depth, "as deep as", "shallower than"), apart(cell.width, width, "as wide as", "narrower than")].filter(Boolean);
    return parts.length ? `${parts.join(" and ")} yours` : "exactly yours";
  };
  const runs = (reach, depth) => {
    if (!reach) return "not tried";
    if (depth <= reach.deepest) return "yes";
    if (reach.ended === "ok") return `not tried beyond ${digits(reach.deepest)} ${data.levels}`;
    return `no: ${reach.ended.replace(/_/g, " ").replace("recursion error", "RecursionError").replace("segfault", "segmentation fault")} above ${digits(reach.deepest)} ${data.levels}`;
  };
  const time = alike("cpu");
  const memory = alike(explore.data.metrics.heap ? "heap" : "resident");
  const frames = alike("frames").some;
  const inUnit = (metric, value) => `${digits(value / explore.data.metrics[metric][3])} ${explore.data.metrics[metric][2]}`;
  // tracemalloc does not see frames; where they were counted, they are part of the peak
  const withFrames = (peak) => frames.filter((row) => ["impl", "depth", "width"].every((key) => row[key] === peak[key])).reduce((sum, row) => sum + row.value, peak.value);

  function show() {
    const [depth, width] = FREE.map((name) => Math.round(form[name].valueAsNumber));
    const says = document.getElementById("network-says");
    if (!(depth >= 1 && width >= 1)) {
      says.textContent = "Give a depth and a width, each a whole number from 1.";
      return false;
    }
    const timed = nearest(time.some, depth, width);
    const peaks = nearest(memory.some, depth, width);
    says.textContent = `Nearest measured: depth ${timed.depth}, width ${timed.width}: ${away(timed, depth, width)}.`
      + (peaks && (peaks.depth !== timed.depth || peaks.width !== timed.width) ? ` Memory: depth ${peaks.depth}, width ${peaks.width}: ${away(peaks, depth, width)}.` : "");
    document.getElementById("network-notes").textContent = `Times are at ${time.places.join(", ")}.`
      + (peaks ? ` Peaks are the heap’s, ${frames.length ? "with frames" : "without frames"}${memory.places.length ? `, at ${memory.places.join(", ")}` : ""}.` : "") + ` Whether it runs was tried on ${data.tried}.`;
    document.querySelector("#network-table tbody").replaceChildren(...data.implementations.map((name) => line(name, depth, timed, peaks)).filter(Boolean));
    return true;
  }
  function line(name, depth, timed, peaks) {
    const here = timed.rows.find((row) => row.impl === name);
    const peak = peaks && peaks.rows.find((row) => row.impl === name);
    const limits = data.limits[name];
    if (!here && !peak && !limits) return null;
    const interval = here && here.ratio_low !== null && here.ratio_high !== null ? ` [${here.ratio_low.toFixed(3)}, ${here.ratio_high.toFixed(3)}]` : " (too few passes)";
    const made = document.createElement("tr");
    const cells = [
      explore.data.titles[name],
      here ? inUnit("cpu", here.value) : "not measured",
      !here || here.ratio === null ? "" : name === explore.data.baseline ? "1" : `${here.ratio.toFixed(3)}${interval}`,
      peak ? inUnit(peak.metric, withFrames(peak)) : "not measured",
      runs(limits && limits[0], depth), runs(limits && limits[1], depth),
    ];
    cells.forEach((text, number) => {
      const cell = made.insertCell();
      cell.textContent = text;
      if (number === 1 || number === 3) cell.className = "r";
    });
    return made;
  }

  const read = () => {
    const deepest = nearest(time.some, 2 ** 40, 1);
    const [depth, width] = (address.read("network") || "").split(",").map(Number);
    form.depth.value = depth >= 1 ? depth : deepest.depth;
    form.width.value = width >= 1 ? width : deepest.width;
    show();
  };
  if (!time.some.length) return;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { if (show()) address.write("network", `${form.depth.value},${form.width.value}`); });
  addEventListener("hashchange", () => { if (address.read("network") !== null) read(); });
  document.querySelector("#network-table thead th:nth-child(3)").firstChild.textContent = `÷ ${explore.data.titles[explore.data.baseline] || explore.data.baseline}`;
  form.hidden = false;
  document.getElementById("network-found").hidden = false;
  read();
})();
