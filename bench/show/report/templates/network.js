// A reader's own input: what is measured nearest to it, in powers of two, and whether it will run.
(() => {
  const data = JSON.parse(document.getElementById("network-data").textContent);
  const form = document.getElementById("network-form");
  const { rows, valuesOf, usual, words, placed, digits } = explore;
  const FREE = ["depth", "width"];
  const TACIT = ["problem", "activation", "initialiser"];

  const timed = rows.filter((row) => row.metric === "cpu");
  const peaks = rows.filter((row) => row.metric === (explore.data.metrics.heap ? "heap" : "resident"));
  if (!timed.length) return;
  // What else makes a cell, and what of it can be chosen: where there are several values. Numbers are given, words are picked.
  const others = Object.keys(explore.data.axes).filter((axis) => !FREE.includes(axis) && !["setting", "python"].includes(axis));
  const values = Object.fromEntries(others.map((axis) => [axis, valuesOf([...timed, ...peaks], axis)]));
  const chosen = others.filter((axis) => values[axis].length > 1);
  const isNumber = (axis) => FREE.includes(axis) || typeof values[axis][0] === "number";
  const first = Object.fromEntries(chosen.map((axis) => [axis, usual(axis, valuesOf(timed, axis).length ? valuesOf(timed, axis) : values[axis])]));

  // A word that is another one is farther away than any number; what a row does not tell, such as the allocator of a peak, is no difference.
  const differs = (row, mine, axis) => row[axis] !== null && row[axis] !== mine[axis];
  const distance = (row, mine) => Math.hypot(...[...FREE, ...chosen].map((axis) => (isNumber(axis) ? Math.log2(row[axis] / mine[axis]) : differs(row, mine, axis) ? 1e3 : 0)));
  function nearest(some, mine) {
    const best = some.reduce((least, row) => (least && distance(least, mine) <= distance(row, mine) ? least : row), null);
    return best && { ...best, rows: some.filter((row) => [...FREE, ...others].every((axis) => row[axis] === best[axis])) };
  }

  const numbers = [...FREE, ...chosen.filter(isNumber)];
  const times = (measured, mine, more, less) => (measured === mine ? "" : `${Number(Math.max(measured / mine, mine / measured).toPrecision(2))} times ${measured > mine ? more : less}`);
  function away(cell, mine) {
    const parts = [times(cell.depth, mine.depth, "as deep as", "shallower than"), times(cell.width, mine.width, "as wide as", "narrower than")].filter(Boolean);
    const more = chosen.filter(isNumber).map((axis) => [axis, times(cell[axis], mine[axis], "as large", "smaller")]).filter(([, part]) => part);
    const rest = more.map(([axis, part]) => `with a ${explore.data.axes[axis]} ${part}`).join(" and ");
    return `${parts.length ? `${parts.join(" and ")} yours` : rest ? "as deep and as wide as yours" : "exactly yours"}${rest ? `, ${rest}` : ""}`;
  }
  const cellWords = (cell) => numbers.map((axis) => placed(axis, cell[axis])).join(", ");
  const other = (what, cell, mine) => chosen.filter((axis) => !isNumber(axis) && differs(cell, mine, axis))
    .map((axis) => ` ${what} at ${placed(axis, mine[axis])} were not measured there: these are at ${placed(axis, cell[axis])}.`).join("");
  const places = (cell) => others.filter((axis) => cell[axis] !== null && !numbers.includes(axis) && (!TACIT.includes(axis) || values[axis].length > 1))
    .map((axis) => (axis === "update" ? `${cell[axis]} update` : placed(axis, cell[axis]))).join(", ");
  const runs = (reach, depth) => {
    if (!reach) return "not tried";
    if (depth <= reach.deepest) return "yes";
    if (reach.ended === "ok") return `not tried beyond ${digits(reach.deepest)} ${data.levels}`;
    return `no: ${reach.ended.replace(/_/g, " ").replace("recursion error", "RecursionError").replace("segfault", "segmentation fault")} above ${digits(reach.deepest)} ${data.levels}`;
  };
  const frames = rows.filter((row) => row.metric === "frames");
  const TIMES = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];
  const BYTES = [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "Bytes"]];
  const inUnit = (value, units) => {
    const [one, unit] = units.find(([size]) => value >= size) || units[units.length - 1];
    return `${Number((value / one).toPrecision(3))} ${unit}`;
  };
  // tracemalloc does not see frames; where they were counted, they are part of the peak
  const withFrames = (peak) => frames.filter((row) => ["impl", ...FREE].every((key) => row[key] === peak[key])).reduce((sum, row) => sum + row.value, peak.value);

  const wanted = () => Object.fromEntries([...FREE, ...chosen].map((axis) => [axis, isNumber(axis) ? Math.round(form[axis].valueAsNumber) : form[axis].value]));
  function show() {
    const mine = wanted();
    const says = document.getElementById("network-says");
    if (!numbers.every((axis) => mine[axis] >= 1)) {
      const names = numbers.map((axis) => `a ${explore.data.axes[axis]}`);
      says.textContent = `Give ${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}, each a whole number from 1.`;
      return false;
    }
    const time = nearest(timed, mine);
    const peak = nearest(peaks, mine);
    const apart = peak && numbers.some((axis) => peak[axis] !== time[axis]);
    says.textContent = `Nearest measured: ${cellWords(time)}: ${away(time, mine)}.${apart ? ` Memory: ${cellWords(peak)}: ${away(peak, mine)}.` : ""}`
      + other("Times", time, mine) + (peak ? other("Peaks", peak, mine) : "");
    const where = peak && places(peak);
    document.getElementById("network-notes").textContent = `Times are at ${places(time)}.`
      + (peak ? ` Peaks are the heap’s, ${frames.length ? "with" : "without"} frames${where ? `, at ${where}` : ""}.` : "") + ` Whether it runs was tried on ${data.tried}.`;
    document.querySelector("#network-table tbody").replaceChildren(...data.implementations.map((name) => line(name, mine.depth, time, peak)).filter(Boolean));
    return true;
  }
  const head = document.querySelector("#network-table thead tr");
  head.cells[2].firstChild.textContent = `÷ ${explore.data.titles[explore.data.baseline] || explore.data.baseline}`;
  const headings = [...head.cells].slice(1).map((cell) => cell.textContent);
  function line(name, depth, time, peaksThere) {
    const here = time.rows.find((row) => row.impl === name);
    const peak = peaksThere && peaksThere.rows.find((row) => row.impl === name);
    if (!here && !peak) return null;  // how deep it goes is told elsewhere
    const limits = data.limits[name];
    const interval = here && here.ratio_low !== null && here.ratio_high !== null ? ` [${here.ratio_low.toFixed(3)}, ${here.ratio_high.toFixed(3)}]` : " (too few passes)";
    const cells = [
      here ? inUnit(here.value, TIMES) : "not measured",
      !here || here.ratio === null ? "" : name === explore.data.baseline ? "1" : `${here.ratio.toFixed(3)}${interval}`,
      peak ? inUnit(withFrames(peak), BYTES) : "not measured",
      runs(limits && limits[0], depth), runs(limits && limits[1], depth),
    ];
    const made = document.createElement("tr");
    const add = (tag, role, text, more) => made.append(Object.assign(document.createElement(tag), { role, textContent: text, ...more }));
    made.role = "row";
    add("th", "rowheader", explore.data.titles[name], { scope: "row" });
    cells.forEach((text, number) => add("td", "cell", text, { className: number === 0 || number === 2 ? "r" : "" }));
    [...made.cells].slice(1).forEach((cell, number) => { cell.dataset.label = headings[number]; });
    return made;
  }

  function controls() {
    document.getElementById("network-places").replaceChildren(...chosen.map((axis) => {
      const label = document.createElement("label");
      const control = document.createElement(isNumber(axis) ? "input" : "select");
      control.name = axis;
      if (isNumber(axis)) Object.assign(control, { type: "number", min: "1", max: "100000000", step: "1", inputMode: "numeric" });
      else control.append(...values[axis].map((value) => new Option(words(axis, value), value)));
      const title = explore.data.axes[axis];
      label.append(`${title[0].toUpperCase()}${title.slice(1)} `, control);
      return label;
    }));
  }
  // `1500,100;batch:64;update:fused` in the address: depth and width, and what else is not as it is at first.
  const write = () => {
    const more = chosen.filter((axis) => form[axis].value !== String(first[axis])).map((axis) => `${axis}:${form[axis].value}`);
    address.write("network", [`${form.depth.value},${form.width.value}`, ...more].join(";"));
  };
  const read = () => {
    const [size, ...more] = (address.read("network") || "").split(";");
    const deepest = nearest(timed, { ...first, depth: 2 ** 40, width: 1 });
    const [depth, width] = size.split(",").map(Number);
    form.depth.value = depth >= 1 ? depth : deepest.depth;
    form.width.value = width >= 1 ? width : deepest.width;
    const given = Object.fromEntries(more.map((part) => [part.split(":", 1)[0], part.slice(part.indexOf(":") + 1)]));
    for (const axis of chosen) {
      const known = isNumber(axis) ? Number(given[axis]) >= 1 : values[axis].includes(given[axis]);
      form[axis].value = known ? given[axis] : first[axis];
    }
    show();
  };
  controls();
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { if (show()) write(); });
  addEventListener("hashchange", () => { if (address.read("network") !== null) read(); });
  form.hidden = false;
  document.getElementById("network-found").hidden = false;
  read();
})();
