// Plays a recorded training step of two implementations, kept in step by the stages that all of them go through.
(() => {
  const KEY = "steps"; // in the page's address
  const root = document.querySelector(".steps");
  const data = JSON.parse(document.getElementById("steps-data").textContent);
  const { colour, draw, memory, scene, useFontOf } = stepDrawing;
  const stages = data.stages.map(([phase, layer]) => ({ phase, layer }));
  const view = { impls: [...data.first], update: data.updates[0], at: 0 };
  let places = []; // the joint order: of each place the stage, the step of each side, and whether that side waits
  let timer = 0;

  // The trace, its tables read: what a step names by its place there is put in its place.
  const read = (raw) => {
    const arrays = raw.arrays.map(([name, layer, bytes, born, gone], number) => ({ name, layer, bytes, born, gone, number }));
    const frames = raw.frames.map(([name, numbers, held, refers]) => ({
      name: name === "<lambda>" ? "emit" : name, numbers, refers, arrays: held.map(([variable, number]) => [variable, arrays[number]]),
    }));
    let mostSoFar = 0;
    const steps = raw.steps.map(([stage, phase, layer, file, line, stack, containers, aliveBytes, peakBytes], n) => {
      mostSoFar = Math.max(mostSoFar, peakBytes);
      const onStack = stack.map((number) => frames[number]);
      const variables = new Map(onStack.flatMap((frame) => frame.refers.map(([variable, key]) => [key, variable])).reverse());
      const held = containers.map((number) => raw.containers[number]);
      return {
        stage, phase, layer, file, line, aliveBytes, peakBytes, mostSoFar, frames: onStack,
        alive: arrays.slice(1).filter((array) => array.born <= n && n < array.gone),
        came: arrays.slice(1).filter((array) => array.born === n),
        went: arrays.slice(1).filter((array) => array.gone === n),
        containers: held.filter((one) => !held.some((whole) => isPart(one, whole))).map(([key, kind, items]) => ({
          key, kind: kind === "list" ? items.map(([label]) => label && `${label}s`)[0] || "" : kind, variable: variables.get(key) || "", items: items.map(([, numbers]) => numbers.map((number) => arrays[number])),
        })),
      };
    });
    return { ...raw, steps, most: mostSoFar };
  };
  // A chain of closures may be referred to in its middle too; it is drawn once.
  const isPart = ([key, kind, items], [otherKey, otherKind, others]) => key !== otherKey && kind === "closures" && otherKind === kind
    && items.length < others.length && JSON.stringify(others.slice(-items.length)) === JSON.stringify(items);

  const traces = data.traces.map(read);
  const chosen = (side) => traces.find((trace) => trace.impl === view.impls[side] && trace.update === view.update);
  const both = () => [0, 1].map(chosen);
  const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const phaseWords = ({ phase, layer }) => {
    const name = `layer ${layer + 1}`;
    const words = { forward: `${name} forward`, again: `${name} forward again`, loss: "the loss", backward: `${name} backward`, update: layer < 0 ? phase : `${name} updated` };
    return words[phase] || phase;
  };

  // In each stage line by line, until both have run all their lines of it; who has run its own waits.
  const inStep = (pair) => {
    const order = [];
    const at = pair.map(() => 0);
    stages.forEach((_, stage) => {
      const runs = pair.map((trace) => (trace ? trace.steps : []).flatMap((step, n) => (step.stage === stage ? [n] : [])));
      const lines = Math.max(...runs.map((run) => run.length));
      for (let n = 0; n < lines; n += 1) {
        runs.forEach((run, side) => { if (n < run.length) at[side] = run[n]; });
        order.push({ stage, steps: [...at], waits: runs.map((run) => n >= run.length) });
      }
    });
    return order;
  };

  const sides = [...root.querySelectorAll(".steps-side")].map((element) => ({
    element,
    ...Object.fromEntries(["phase", "code", "told", "stack", "memory", "bytes"].map((part) => [part, element.querySelector(`.steps-${part}`)])),
  }));
  const slider = root.querySelector("input");
  const strip = root.querySelector(".steps-stages");
  const sum = root.querySelector(".steps-sum");
  const pick = Object.fromEntries([...root.querySelectorAll("[data-pick]")].map((select) => [select.dataset.pick, select]));
  const button = Object.fromEntries([...root.querySelectorAll("[data-do]")].map((one) => [one.dataset.do, one]));
  const element = (name, text, look = "") => Object.assign(document.createElement(name), { textContent: text, className: look });

  // Source: keywords stand out and comments step back; all of it is text.
  const WORDS = /(#.*$)|\b(def|return|for|in|if|else|while|del|yield|not|and|or|lambda|None|is|with|class|import|from)\b/g;
  const painted = (text) => {
    const nodes = [];
    let from = 0;
    for (const match of text.matchAll(WORDS)) {
      nodes.push(text.slice(from, match.index), element(match[1] ? "em" : "b", match[0]));
      from = match.index + match[0].length;
    }
    return [...nodes, text.slice(from)];
  };
  const writeSource = (code, trace) => {
    const rows = [];
    for (const [n, [, file, lines]] of trace.functions.entries()) {
      if (!n || file !== trace.functions[n - 1][1]) rows.push(element("div", file, "file"));
      for (const [number, text] of lines) {
        const row = element("div", "");
        const words = element("span", "");
        words.append(...painted(text));
        row.append(element("i", number), words);
        row.dataset.line = `${file}:${number}`;
        rows.push(row);
      }
    }
    code.replaceChildren(...rows);
  };
  const markLine = (code, step) => {
    const place = `${step.file}:${step.line}`;
    for (const row of code.children) {
      const ran = row.dataset.line === place;
      row.classList.toggle("ran", ran);
      if (!ran) continue;
      const [above, below] = [row.offsetTop - 40, row.offsetTop + row.offsetHeight + 40 - code.clientHeight];
      if (code.scrollTop > above) code.scrollTop = above;
      if (code.scrollTop < below) code.scrollTop = below;
    }
  };

  const toldWords = ({ came, went }) => {
    const names = (arrays) => arrays.map((array) => array.name).join(", ");
    return [came.length && `${names(came)} appear${came.length > 1 ? "" : "s"}`, went.length && `${names(went)} released`].filter(Boolean).join(" · ");
  };
  const showSide = (parts, trace, n, waits, most) => {
    const step = trace.steps[n];
    const width = parts.stack.clientWidth;
    parts.element.classList.toggle("steps-waits", waits);
    parts.phase.textContent = phaseWords(step);
    parts.told.textContent = waits ? "" : toldWords(step);
    parts.bytes.textContent = `${spaced(step.aliveBytes)} bytes alive · most so far ${spaced(step.mostSoFar)}`;
    parts.stack.setAttribute("aria-label", `${step.frames.length} frames on the stack: ${step.frames.map((frame) => frame.name).join(", ") || "none"}`);
    parts.memory.setAttribute("aria-label", `${step.aliveBytes} bytes alive: ${step.alive.map((array) => array.name).join(", ") || "nothing"}`);
    markLine(parts.code, step);
    draw(parts.stack, scene(trace, step, width).boxes);
    draw(parts.memory, memory(step, width, most));
  };
  const showNothing = (parts, trace) => {
    for (const part of ["phase", "bytes"]) parts[part].textContent = "";
    parts.told.textContent = trace ? `${trace.title}: ${trace.detail}.` : "";
  };

  const show = () => {
    const { stage, steps, waits } = places[view.at] || { stage: 0 };
    const most = Math.max(1, ...both().map((trace) => trace?.most || 0));
    both().forEach((trace, side) => {
      sides[side].element.classList.toggle("steps-none", !trace?.steps.length);
      if (trace?.steps.length) showSide(sides[side], trace, steps[side], waits[side], most);
      else showNothing(sides[side], trace);
    });
    slider.value = view.at;
    slider.setAttribute("aria-valuetext", places.length ? `line ${view.at + 1} of ${places.length}: ${phaseWords(stages[stage])}` : "nothing to play");
    for (const one of strip.children) {
      one.classList.toggle("done", Number(one.value) < stage);
      if (Number(one.value) === stage) one.setAttribute("aria-current", "step");
      else one.removeAttribute("aria-current");
    }
    button.home.disabled = button.back.disabled = view.at === 0;
    button.end.disabled = button.next.disabled = view.at >= places.length - 1;
  };

  const sumWords = () => {
    const [a, b] = both();
    if (!a?.steps.length || !b?.steps.length) return "";
    const percent = Math.round(100 * (b.most / a.most - 1));
    const apart = percent ? `${Math.abs(percent)} % ${percent < 0 ? "less" : "more"}` : "the same";
    return `At the worst moment of the step, ${a.title} has ${spaced(a.most)} bytes of arrays alive, and ${b.title} ${spaced(b.most)}: ${apart}.`;
  };
  // The pictures keep one height through a step, so that nothing below them jumps.
  const setHeights = () => {
    useFontOf(sides[0].stack);
    const heights = both().map((trace, side) => Math.max(0, ...(trace?.steps || []).map((step) => scene(trace, step, sides[side].stack.clientWidth).height)));
    const sideBySide = sides[0].element.offsetTop === sides[1].element.offsetTop;
    sides.forEach(({ stack }, side) => { stack.style.height = `${sideBySide ? Math.max(...heights) : heights[side]}px`; });
  };
  const start = () => {
    places = inStep(both());
    view.at = Math.min(view.at, Math.max(0, places.length - 1));
    slider.max = Math.max(0, places.length - 1);
    [pick[0].value, pick[1].value, pick.update.value] = [...view.impls, view.update];
    both().forEach((trace, side) => { if (trace) writeSource(sides[side].code, trace); });
    for (const one of strip.children) {
      const lines = places.filter((place) => place.stage === Number(one.value)).length;
      one.hidden = !lines;
      one.style.flexGrow = lines;
    }
    sum.textContent = sumWords();
    setHeights();
    show();
  };

  // The view is in the page's address, beside what other parts of the page keep there.
  const remember = () => {
    const kept = location.hash.slice(1).split("&").filter((part) => part.includes("=") && !part.startsWith(`${KEY}=`));
    const words = [...view.impls, view.update, view.at].map(encodeURIComponent).join(",");
    try { history.replaceState(null, "", `#${[...kept, `${KEY}=${words}`].join("&")}`); } catch { /* a page inside another has no address of its own */ }
  };
  const decoded = (word) => { try { return decodeURIComponent(word); } catch { return ""; } };
  const recall = () => {
    const part = location.hash.slice(1).split("&").find((one) => one.startsWith(`${KEY}=`));
    if (!part) return false;
    const [first, second, update, at] = part.slice(KEY.length + 1).split(/,|%2C/i).map(decoded);
    [first, second].forEach((name, side) => { if (traces.some((trace) => trace.impl === name)) view.impls[side] = name; });
    if (data.updates.includes(update)) view.update = update;
    view.at = Math.max(0, Math.trunc(Number(at)) || 0);
    return true;
  };

  const go = (at) => { view.at = Math.max(0, Math.min(at, places.length - 1)); show(); };
  const goToStage = (stage) => go(places.findIndex((place) => place.stage >= stage));
  const setPlaying = (playing) => {
    root.classList.toggle("playing", playing);
    button.play.lastElementChild.textContent = playing ? "Pause" : "Play";
  };
  const pause = () => { clearTimeout(timer); timer = 0; setPlaying(false); };
  const tick = () => {
    if (view.at < places.length - 1) go(view.at + 1);
    if (view.at < places.length - 1) timer = setTimeout(tick, Number(pick.speed.value));
    else { pause(); remember(); }
  };
  const play = () => {
    if (timer) { pause(); remember(); return; }
    if (view.at >= places.length - 1) go(0);
    setPlaying(true);
    timer = setTimeout(tick, Number(pick.speed.value) / 2);
  };
  const by = (move) => { pause(); move(); remember(); };
  const actions = {
    home: () => by(() => go(0)),
    back: () => by(() => go(view.at - 1)),
    play,
    next: () => by(() => go(view.at + 1)),
    end: () => by(() => go(places.length - 1)),
  };
  // Another choice begins where the stage begins that was shown.
  const choose = (change) => by(() => {
    const stage = places[view.at]?.stage || 0;
    change();
    start();
    goToStage(stage);
  });

  for (const [name, one] of Object.entries(button)) one.addEventListener("click", actions[name]);
  slider.addEventListener("input", () => by(() => go(Number(slider.value))));
  for (const side of [0, 1]) pick[side].addEventListener("change", () => choose(() => { view.impls[side] = pick[side].value; }));
  pick.update.addEventListener("change", () => choose(() => { view.update = pick.update.value; }));
  stages.forEach((place, stage) => {
    const one = element("button", place.layer < 0 ? place.phase : place.layer + 1, place.layer < 0 ? "word" : "");
    Object.assign(one, { type: "button", value: stage, title: phaseWords(place), ariaLabel: phaseWords(place) });
    one.style.setProperty("--fill", colour(place.layer));
    one.addEventListener("click", () => by(() => goToStage(stage)));
    strip.append(one);
  });

  const KEYS = { ArrowLeft: "back", ArrowRight: "next", Home: "home", End: "end", " ": "play" };
  root.addEventListener("keydown", (event) => {
    const { tagName, className } = event.target;
    const isItsOwn = tagName === "SELECT" || (tagName === "BUTTON" && event.key === " ") || (className === "steps-code" && event.key !== " ");
    if (!KEYS[event.key] || isItsOwn || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[KEYS[event.key]]();
  });
  addEventListener("hashchange", () => { if (recall()) { pause(); start(); } });
  // Printed before it has been played, it shows the turn.
  let before = 0;
  addEventListener("beforeprint", () => { before = view.at; if (!before) goToStage(stages.findIndex(({ phase }) => phase === "loss")); });
  addEventListener("afterprint", () => go(before));

  root.hidden = false;
  const isLinked = recall();
  start();
  if (isLinked) root.closest("section").scrollIntoView();
  let width = root.clientWidth;
  new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    setHeights();
    show();
  }).observe(root);
})();
