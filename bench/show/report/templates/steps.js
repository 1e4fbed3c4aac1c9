// Plays what was recorded of two implementations side by side, kept in step by the stages that both go through.
(() => {
  const KEY = "steps"; // in the page's address
  const root = document.querySelector(".steps");
  const data = JSON.parse(document.getElementById("steps-data").textContent);
  const { draw, useFontOf } = stepDrawing;
  const story = data.stages ? networkStory(data) : callStory(data);
  const view = { impls: [...story.first], variant: story.variants[0], at: 0 };
  let places = []; // the joint order: of each place the stage, the step of each side, and whether that side waits
  let timer = 0;

  const both = () => [0, 1].map((side) => story.trace(view.impls[side], view.variant));

  // In each stage line by line, until both have run all their lines of it; who has run its own waits.
  const inStep = (pair) => {
    const order = [];
    const at = pair.map(() => 0);
    const stages = story.stagesOf(pair);
    for (const stage of [...new Set(stages.flat())].sort((a, b) => a - b)) {
      const runs = stages.map((its) => its.flatMap((one, n) => (one === stage ? [n] : [])));
      const lines = Math.max(...runs.map((run) => run.length));
      for (let n = 0; n < lines; n += 1) {
        runs.forEach((run, side) => { if (n < run.length) at[side] = run[n]; });
        order.push({ stage, steps: [...at], waits: runs.map((run) => n >= run.length) });
      }
    }
    return order;
  };

  const sides = [...root.querySelectorAll(".steps-side")].map((element) => ({
    element,
    ...Object.fromEntries(["phase", "code", "told", "stack", "memory", "bytes"].map((part) => [part, element.querySelector(`.steps-${part}`)])),
  }));
  const slider = root.querySelector("input");
  const strip = root.querySelector(".steps-stages");
  const course = root.querySelector(".steps-course");
  const sum = root.querySelector(".steps-sum");
  const pick = Object.fromEntries([...root.querySelectorAll("[data-pick]")].map((select) => [select.dataset.pick, select]));
  const button = Object.fromEntries([...root.querySelectorAll("[data-do]")].map((one) => [one.dataset.do, one]));
  const element = (name, text, look = "") => Object.assign(document.createElement(name), { textContent: text, className: look });

  // Source: keywords stand out and comments step back; all of it is text.
  const WORDS = /(#.*$)|\b(def|return|for|in|if|else|elif|while|del|yield|not|and|or|lambda|None|is|with|try|except|class|import|from)\b/g;
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

  const showSide = (parts, trace, n, waits, most) => {
    const step = trace.steps[n];
    const width = parts.stack.clientWidth;
    parts.element.classList.toggle("steps-waits", waits);
    parts.phase.textContent = story.phaseWords(step);
    parts.told.textContent = waits ? "" : story.told(step);
    parts.bytes.textContent = story.bytesWords(step);
    parts.stack.setAttribute("aria-label", `${step.frames.length} frames on the stack: ${step.frames.map((frame) => frame.name).join(", ") || "none"}`);
    parts.memory.setAttribute("aria-label", story.memoryWords(step));
    markLine(parts.code, step);
    draw(parts.stack, story.scene(trace, step, width).boxes);
    draw(parts.memory, story.memory(step, width, most));
  };
  const showNothing = (parts, trace) => {
    for (const part of ["phase", "bytes"]) parts[part].textContent = "";
    parts.told.textContent = trace ? `${trace.title}: ${trace.detail}.` : "";
  };

  const show = () => {
    const place = places[view.at] || { stage: 0 };
    const most = Math.max(1, ...both().map((trace) => trace?.most || 0));
    both().forEach((trace, side) => {
      sides[side].element.classList.toggle("steps-none", !trace?.steps.length);
      if (trace?.steps.length) showSide(sides[side], trace, place.steps[side], place.waits[side], most);
      else showNothing(sides[side], trace);
    });
    slider.value = view.at;
    slider.setAttribute("aria-valuetext", places.length ? `line ${view.at + 1} of ${places.length}: ${story.placeWords(place, both())}` : "nothing to play");
    for (const one of strip?.children || []) {
      one.classList.toggle("done", Number(one.value) < place.stage);
      if (Number(one.value) === place.stage) one.setAttribute("aria-current", "step");
      else one.removeAttribute("aria-current");
    }
    if (story.course) draw(course, story.course(both(), places, view.at, course.clientWidth, most));
    button.home.disabled = button.back.disabled = view.at === 0;
    button.end.disabled = button.next.disabled = view.at >= places.length - 1;
  };

  const sumWords = () => {
    const [a, b] = both();
    if (!a?.steps.length || !b?.steps.length) return "";
    const times = b.most / Math.max(1, a.most);
    const percent = Math.round(100 * (times - 1));
    const apart = times >= 3 ? `${times.toFixed(1)} times as many` : percent ? `${Math.abs(percent)} % ${percent < 0 ? "less" : "more"}` : "the same";
    return story.sumWords([a, b], apart);
  };
  // The pictures keep one height through a step, so that nothing below them jumps; a short source takes no more room than it needs.
  const setHeights = () => {
    for (const { code } of sides) code.style.height = "";
    if (story.fitsSource) {
      const needed = sides.map(({ code }) => Math.min(code.offsetHeight, code.lastElementChild ? code.lastElementChild.offsetTop + code.lastElementChild.offsetHeight + 12 : 0));
      sides.forEach(({ code }) => { code.style.height = `${Math.max(...needed)}px`; });
    }
    useFontOf(sides[0].stack);
    const heights = both().map((trace, side) => Math.max(0, ...(trace?.steps || []).map((step) => story.scene(trace, step, sides[side].stack.clientWidth).height)));
    const sideBySide = sides[0].element.offsetTop === sides[1].element.offsetTop;
    sides.forEach(({ stack }, side) => { stack.style.height = `${sideBySide ? Math.max(...heights) : heights[side]}px`; });
  };
  const options = (select, words, chosen) => {
    select.replaceChildren(...[...words].map(([value, text]) => Object.assign(element("option", text), { value })));
    select.value = chosen;
  };
  const makeStrip = () => strip?.replaceChildren(...story.stages.map(({ text, isWord, words, fill }, stage) => {
    const one = element("button", text, isWord ? "word" : "");
    Object.assign(one, { type: "button", value: stage, title: words, ariaLabel: words });
    one.style.setProperty("--fill", fill);
    one.addEventListener("click", () => by(() => goToStage(stage)));
    const lines = places.filter((place) => place.stage === stage).length;
    one.hidden = !lines;
    one.style.flexGrow = lines;
    return one;
  }));
  const start = () => {
    places = inStep(both());
    view.at = Math.min(view.at, Math.max(0, places.length - 1));
    slider.max = Math.max(0, places.length - 1);
    for (const side of [0, 1]) options(pick[side], story.titles, view.impls[side]);
    if (pick.update) pick.update.value = view.variant;
    both().forEach((trace, side) => { if (trace) writeSource(sides[side].code, trace); });
    makeStrip();
    sum.textContent = sumWords();
    setHeights();
    show();
  };

  // The view is in the page's address, beside what other parts of the page keep there.
  const remember = () => {
    const kept = location.hash.slice(1).split("&").filter((part) => part.includes("=") && !part.startsWith(`${KEY}=`));
    const words = [...view.impls, view.variant, view.at].map(encodeURIComponent).join(",");
    try { history.replaceState(null, "", `#${[...kept, `${KEY}=${words}`].join("&")}`); } catch { /* a page inside another has no address of its own */ }
  };
  const decoded = (word) => { try { return decodeURIComponent(word); } catch { return ""; } };
  const recall = () => {
    const part = location.hash.slice(1).split("&").find((one) => one.startsWith(`${KEY}=`));
    if (!part) return false;
    const [first, second, variant, at] = part.slice(KEY.length + 1).split(/,|%2C/i).map(decoded);
    [first, second].forEach((name, side) => { if (story.titles.has(name)) view.impls[side] = name; });
    if (story.variants.includes(variant)) view.variant = variant;
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
  const choose = (change) => by(() => {
    const [at, before] = [view.at, places];
    change();
    start();
    go(story.carry(at, before, places));
  });

  for (const [name, one] of Object.entries(button)) one.addEventListener("click", actions[name]);
  slider.addEventListener("input", () => by(() => go(Number(slider.value))));
  for (const side of [0, 1]) pick[side].addEventListener("change", () => choose(() => { view.impls[side] = pick[side].value; }));
  pick.update?.addEventListener("change", () => choose(() => { view.variant = pick.update.value; }));

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
  addEventListener("beforeprint", () => { before = view.at; if (!before) go(story.turn(places, both())); });
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
