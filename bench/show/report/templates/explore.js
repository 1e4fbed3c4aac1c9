// Every figure in one chart: what is chosen picks the rows, and Vega draws them.
const explore = (() => {
  const data = JSON.parse(document.getElementById("explore-data").textContent);
  const form = document.getElementById("explore-form");
  const chart = document.getElementById("explore-chart");
  const rows = unpacked(data.points);
  const AXES = Object.keys(data.axes);
  const HIGHER_IS_BETTER = ["layers"];
  const [APART, MOST_OF_BAND] = [14, 0.7]; // of points at one value of the axis: pixels, and the share of the room between two values

  function unpacked(columns) {
    const names = Object.keys(columns);
    const count = columns.value.length;
    const cell = (column, number) => (column.of ? (column.of[number] < 0 ? null : column.words[column.of[number]]) : column[number]);
    return Array.from({ length: count }, (_, number) => Object.fromEntries(names.map((name) => [name, cell(columns[name], number)])));
  }
  const valuesOf = (some, axis) => {
    const values = [...new Set(some.map((row) => row[axis]))].filter((value) => value !== null);
    const usual = data.prefer[axis];
    return values.sort((a, b) => (typeof a === "number" ? a - b : (b === usual) - (a === usual)));
  };
  const words = (axis, value) => (data.words[axis] || {})[value] || String(value);
  const placed = (axis, value) => (axis === "allocator" || axis === "setting" ? words(axis, value) : `${data.axes[axis]} ${words(axis, value)}`);

  const usual = (axis, values) => (values.includes(data.prefer[axis]) ? data.prefer[axis] : values[0]);

  // What is asked for, made into what there is: every choice is one that has rows.
  function settled(wanted) {
    const metric = data.metrics[wanted.metric] ? wanted.metric : Object.keys(data.metrics)[0];
    let some = rows.filter((row) => row.metric === metric);
    const unit = wanted.unit !== "absolute" && some.some((row) => row.ratio !== null) ? "ratio" : "absolute";
    if (unit === "ratio") some = some.filter((row) => row.ratio !== null);
    const axes = AXES.filter((axis) => valuesOf(some, axis).length > 1);
    const axis = axes.includes(wanted.axis) ? wanted.axis : axes.find((each) => each === "depth" || each === "setting") || axes[0] || "depth";
    const panel = axes.includes(wanted.panel) && wanted.panel !== axis ? wanted.panel : "";
    const places = {};
    for (const other of axes.filter((each) => each !== axis && each !== panel)) {
      const values = valuesOf(some, other);
      const choice = values.find((value) => String(value) === wanted.places[other]) ?? usual(other, values);
      if (values.length) some = some.filter((row) => row[other] === choice);
      places[other] = { values, choice };
    }
    return { metric, unit, axes, axis, panel, places, impls: wanted.impls.filter((name) => data.titles[name]), rows: some };
  }

  const read = () => {
    const wanted = { metric: "cpu", unit: "ratio", axis: "depth", panel: "", impls: data.shown, places: {} };
    for (const part of (address.read("explore") || "").split(";").filter(Boolean)) {
      const [key, value] = [part.split(":", 1)[0], part.slice(part.indexOf(":") + 1)];
      if (key === "impls") wanted.impls = value.split(",");
      else if (["metric", "unit", "axis", "panel"].includes(key)) wanted[key] = value;
      else if (AXES.includes(key)) wanted.places[key] = value;
    }
    return wanted;
  };
  const write = (view) => {
    const parts = ["metric", "unit", "axis", "panel"].filter((key) => view[key]).map((key) => `${key}:${view[key]}`);
    for (const [axis, place] of Object.entries(view.places)) parts.push(`${axis}:${place.choice}`);
    address.write("explore", [...parts, `impls:${view.impls.join(",")}`].join(";"));
  };

  const option = (value, text, chosen) => new Option(text, value, false, String(value) === String(chosen));
  function fill(view) {
    form.metric.replaceChildren(...Object.entries(data.metrics).map(([key, [title]]) => option(key, title, view.metric)));
    form.unit.value = view.unit;
    form.unit.options[0].disabled = !rows.some((row) => row.metric === view.metric && row.ratio !== null);
    form.unit.options[0].text = `ratio to ${data.titles[data.baseline] || data.baseline}`;
    form.unit.options[1].text = data.metrics[view.metric][2];
    form.axis.replaceChildren(...view.axes.map((axis) => option(axis, data.axes[axis], view.axis)));
    const others = view.axes.filter((axis) => axis !== view.axis);
    form.panel.replaceChildren(option("", "nothing: one panel", view.panel), ...others.map((axis) => option(axis, data.axes[axis], view.panel)));
    document.getElementById("explore-places").replaceChildren(...Object.entries(view.places).filter(([, place]) => place.values.length > 1).map(([axis, place]) => {
      const label = document.createElement("label");
      const select = document.createElement("select");
      select.name = `at-${axis}`;
      select.append(...place.values.map((value) => option(value, words(axis, value), place.choice)));
      label.append(`${data.axes[axis]} `, select);
      return label;
    }));
    for (const box of form.querySelectorAll('input[name="impl"]')) box.checked = view.impls.includes(box.value);
  }
  const chosen = () => ({
    metric: form.metric.value, unit: form.unit.value, axis: form.axis.value, panel: form.panel.value,
    impls: [...form.querySelectorAll('input[name="impl"]:checked')].map((box) => box.value),
    places: Object.fromEntries([...form.querySelectorAll('select[name^="at-"]')].map((select) => [select.name.slice(3), select.value])),
  });

  const digits = (value) => (value === null ? "" : value >= 1000 ? value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, "\u00a0") : Number.isInteger(value) ? String(value) : value.toPrecision(4));
  function figures(view) {
    const [, , unit, one] = data.metrics[view.metric];
    const ratio = view.unit === "ratio";
    const number = (value) => (value === null ? null : ratio ? value : value / one);
    const write = (value) => (ratio ? value.toFixed(3) : digits(value));
    return view.rows.filter((row) => view.impls.includes(row.impl)).map((row) => {
      const [y, low, high] = (ratio ? [row.ratio, row.ratio_low, row.ratio_high] : [row.value, row.low, row.high]).map(number);
      const repeats = ["heap", "resident", "frames", "layers"].includes(view.metric);
      const bounded = low !== null && high !== null;
      return {
        impl: data.titles[row.impl], implementation: data.titles[row.impl], y, low: bounded ? low : y, high: bounded ? high : y,
        x: words(view.axis, row[view.axis] ?? ""), order: valuesOf(view.rows, view.axis).indexOf(row[view.axis]),
        panel: view.panel ? placed(view.panel, row[view.panel]) : "",
        place: [view.panel, view.axis].filter(Boolean).map((axis) => placed(axis, row[axis])).join(", "),
        figure: ratio ? write(y) : `${write(y)} ${unit}`,
        interval: view.metric === "resident" ? "none: one reading" : repeats || (ratio && row.impl === data.baseline) ? "none: it repeats" : bounded ? `[${write(low)}, ${write(high)}]` : "too few passes",
        passes: repeats ? "1 reading" : `${ratio ? row.ratio_passes : row.passes} passes`,
      };
    });
  }

  function say(view, shown) {
    const [title, , unit] = data.metrics[view.metric];
    const what = view.unit === "ratio" ? `${title} ÷ ${data.titles[data.baseline] || data.baseline}’s` : `${title} (${unit})`;
    const places = Object.entries(view.places).map(([axis, place]) => placed(axis, place.choice));
    document.getElementById("explore-title").textContent = `${what[0].toUpperCase()}${what.slice(1)}, against ${data.axes[view.axis]}`;
    const better = HIGHER_IS_BETTER.includes(view.metric) ? "Higher is deeper." : "Lower is better.";
    const band = view.unit === "ratio" ? " The grey band is ±1 %: a difference inside it is too small to notice." : "";
    const bars = ["cpu", "wall"].includes(view.metric) ? ` A bar is a 95 % interval${view.unit === "ratio" ? " that holds together with all others" : " of the median over passes, each for itself"}.` : "";
    const none = shown.length ? "" : view.impls.length ? "None of these implementations was measured so. " : "Choose an implementation. ";
    document.getElementById("explore-says").textContent = `${none}${better}${bars}${band}${places.length ? ` At ${places.join(", ")}.` : ""}`;
    document.querySelector("#explore-table tbody").replaceChildren(...shown.map((row) => {
      const line = document.createElement("tr");
      for (const key of ["implementation", "place", "figure", "interval", "passes"]) {
        const cell = line.insertCell();
        cell.textContent = row[key];
        if (key === "figure" || key === "passes") cell.className = "r";
      }
      return line;
    }));
  }

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const [ink, soft, line] = ["--ink", "--soft", "--line"].map((name) => style.getPropertyValue(name).trim());
    const text = { labelColor: ink, titleColor: ink, labelFontSize: 12 };
    return { font: getComputedStyle(document.body).fontFamily, axis: { ...text, gridColor: line, domainColor: soft, tickColor: soft }, legend: text, header: { ...text, labelFontSize: 13, labelFontWeight: "bold" }, view: { stroke: null } };
  };
  // Words in lines of so many letters, where none is longer.
  const inLines = (text, letters) => text.split(" ").reduce((lines, word) => {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    return lines.length && longer.length <= letters ? [...lines.slice(0, -1), longer] : [...lines, word];
  }, []).join("\n");
  function specification(view, shown) {
    const kind = view.unit === "ratio" ? "ratio" : data.metrics[view.metric][1];
    const { $schema, data: source, datasets, height, config, background, ...layers } = structuredClone(data.specs[kind]);
    const there = new Set(shown.map((row) => row.impl));
    const panels = new Set(shown.map((row) => row.panel)).size;
    const columns = Math.max(1, Math.min(panels, Math.floor(chart.clientWidth / 250)));
    const width = Math.max(120, Math.floor((chart.clientWidth - 60 - 20 * columns) / columns));
    const room = width / new Set(shown.map((row) => row.x)).size; // between two values of the axis
    const legendColumns = chart.clientWidth < 560 ? 1 : 3;
    const legendHeight = 16 * Math.max(0, Math.ceil(there.size / legendColumns) - 2);
    // Side by side around their tick, a symbol's width apart, or closer, and then smaller, where there is no room for that.
    const half = `${there.size / 2} * min(${APART}, ${MOST_OF_BAND} * bandwidth('x') / ${there.size})`;
    const aside = { domain: Object.values(data.titles).filter((title) => there.has(title)), range: ["-", "+"].map((sign) => ({ expr: `bandwidth('x') / 2 ${sign} ${half}` })) };
    // A line says that there is something between two values.
    if (typeof view.rows[0][view.axis] !== "number") layers.layer = layers.layer.filter((layer) => layer.mark.type !== "line");
    for (const layer of layers.layer) {
      if (layer.data && layer.data.name === "shown") delete layer.data; // else it would be in every panel as a whole
      for (const channel of ["color", "shape"]) if (layer.encoding[channel] && layer.encoding[channel].legend) Object.assign(layer.encoding[channel].legend, { values: Object.values(data.titles).filter((title) => there.has(title)), columns: legendColumns });
      if (layer.encoding.xOffset) layer.encoding.xOffset.scale = aside;
      if (layer.mark.type === "point" && MOST_OF_BAND * room < APART * there.size) layer.mark.size /= 2;
    }
    const whole = { $schema, background, config: colours(), datasets: { ...datasets, shown: shown.map((row) => ({ ...row, x: inLines(row.x, room / 7) })) } };
    if (!view.panel) return { ...whole, data: { name: "shown" }, width: "container", height: height + legendHeight, autosize: { type: "fit", contains: "padding" }, ...layers };
    return { ...whole, data: { name: "shown" }, facet: { field: "panel", type: "nominal", title: null, sort: valuesOf(view.rows, view.panel).map((value) => placed(view.panel, value)) }, columns, spec: { width, height: 220, ...layers } };
  }

  let drawn = null;
  let latest = 0;
  async function draw(view) {
    const turn = (latest += 1);
    const shown = figures(view).sort((a, b) => a.order - b.order);
    say(view, shown);
    if (drawn) drawn.finalize();
    drawn = null;
    chart.replaceChildren();
    if (!shown.length) return;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const made = await vegaEmbed(chart, specification(view, shown), { actions: false, renderer: "svg", tooltip: { theme: dark ? "dark" : "light" } });
    if (turn !== latest) return made.finalize();
    drawn = made;
    // The chart is one image with a name; its figures are in the table below it.
    for (const part of chart.querySelectorAll("svg, svg [role]")) for (const name of ["role", "aria-label", "aria-roledescription"]) part.removeAttribute(name);
  }

  let view = settled(read());
  const apply = (wanted, remember) => {
    view = settled(wanted);
    fill(view);
    if (remember) write(view);
    return draw(view);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => apply(chosen(), true));
  addEventListener("hashchange", () => { if (address.read("explore") !== null) apply(read(), false); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(view));
  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(chart.clientWidth - width) < 2) return;
    width = chart.clientWidth;
    draw(view);
  }).observe(chart);
  form.hidden = false;
  document.getElementById("explore-found").hidden = false;
  width = chart.clientWidth;
  apply(read(), false);
  if (address.read("explore") !== null) document.getElementById("explore").scrollIntoView();
  return { data, rows, valuesOf, usual, words, placed, digits };
})();
