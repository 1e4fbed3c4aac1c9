// Draws one moment of a traced step as boxes: the stack, what its variables refer to, and the memory bar.
const spacedNumber = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
const stepDrawing = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const [ROW, CHIP, GAP, TALL, HEADING] = [28, 20, 4, 6, 20]; // pixels, but TALL: items of a container one below the other
  const BESIDE = 430; // pixels: in a narrower picture the containers stand below the stack
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const colour = (layer) => (layer < 0 ? "var(--none)" : `var(--s${(layer % 5) + 1})`);
  const kindOf = (name) => (name === "X" ? "given" : /^d[Wb]/.test(name) ? "gradient" : /^d/.test(name) ? "passing" : "");

  // How wide words are, in pixels; fonts differ.
  const ruler = document.createElement("canvas").getContext("2d");
  let family = "sans-serif";
  const widthOf = (words, size, weight = 600) => {
    ruler.font = `${weight} ${size}px ${family}`;
    return ruler.measureText(words).width;
  };
  const asManyAs = (room, words, size, weight) => {
    const kept = words.split(", ");
    while (kept.length && widthOf(kept.join(", "), size, weight) > room) kept.pop();
    return kept.join(", ");
  };
  const cut = (words, room, size, weight) => {
    let end = words.length;
    while (end && widthOf(words.slice(0, end) + (end < words.length ? "…" : ""), size, weight) > room) end -= 1;
    return end === words.length ? words : end ? `${words.slice(0, end)}…` : "";
  };

  const chip = (key, array, x, y) => ({
    key, kind: `chip ${kindOf(array.name)}`, x, y, w: Math.max(26, 10 + widthOf(array.name, 11)), h: CHIP, text: array.name, fill: colour(array.layer), round: 3,
  });

  // A frame below the other, each with the arrays in its variables.
  const stack = (trace, step, width) => step.frames.flatMap((frame, depth) => {
    const y = HEADING + depth * ROW;
    const chips = [];
    let room = width - GAP;
    for (const [variable, array] of [...frame.arrays].reverse()) {
      const box = chip(`f${depth}:${frame.name}:${variable}:${array.number}`, array, 0, y + 2);
      room -= box.w;
      chips.push({ ...box, x: room });
      room -= GAP;
    }
    const text = cut(frame.name, room - 12, 12);
    const more = asManyAs(room - 20 - widthOf(text, 12), frame.numbers, 11, 400);
    const kind = depth === step.frames.length - 1 ? "frame top" : "frame";
    return [{ key: `f${depth}:${frame.name}`, kind, x: 0, y, w: width, h: ROW - GAP, text, more }, ...chips];
  });

  // A container's items one below the other, TALL of them, and then beside these.
  const items = (container) => {
    const boxes = [];
    let [left, right] = [8, 8];
    container.items.forEach((arrays, n) => {
      if (n && n % TALL === 0) left = right + GAP;
      let x = left;
      for (const array of arrays) {
        const box = chip(`c${container.key}:${n}:${array.number}`, array, x, 24 + (n % TALL) * (CHIP + GAP));
        boxes.push(box);
        x += box.w + 2;
      }
      right = Math.max(right, x);
    });
    return { boxes, right };
  };
  const containers = (step, left, top, width) => {
    const boxes = [];
    let [x, y, bottom] = [left, top, top];
    for (const container of step.containers) {
      const inside = items(container);
      const words = widthOf(container.variable, 12) + (container.kind ? widthOf(container.kind, 11, 400) + 10 : 0);
      const [w, h] = [Math.max(inside.right + 6, 18 + words), 28 + Math.max(1, Math.min(TALL, container.items.length)) * (CHIP + GAP)];
      if (x > left && x + w > left + width) [x, y] = [left, bottom + 8];
      boxes.push({ key: `c${container.key}`, kind: "box", x, y, w, h, text: container.variable, more: container.kind, textAt: 12 });
      boxes.push(...inside.boxes.map((box) => ({ ...box, x: x + box.x, y: y + box.y })));
      x += w + 8;
      bottom = Math.max(bottom, y + h);
    }
    return { boxes, bottom };
  };

  // The stack, and beside it or below what its variables refer to.
  const scene = (trace, step, width) => {
    const beside = width > BESIDE;
    const stackWidth = beside ? Math.round(width * 0.54) : width;
    const under = HEADING + step.frames.length * ROW;
    const [left, top] = beside ? [stackWidth + 14, HEADING] : [0, under + HEADING + 4];
    const held = containers(step, left, top, width - left);
    const title = (key, x, y, text) => ({ key, kind: "title", x: x - 8, y, w: 0, h: 16, text });
    const titles = [title("t1", 0, 0, "call stack ↓")];
    if (held.boxes.length) titles.push(title("t2", left, top - HEADING, "what its variables refer to"));
    return { boxes: [...titles, ...stack(trace, step, stackWidth), ...held.boxes], height: Math.max(under, held.bottom) + 4 };
  };

  // Every array as wide as its bytes, then what the line took and gave back, and a mark at the most so far.
  const memory = (step, width, most) => {
    const scale = (width - 4) / most;
    const boxes = [{ key: "track", kind: "track", x: 0, y: 6, w: width, h: 30 }];
    let x = 2;
    for (const array of step.alive) {
      const w = array.bytes * scale;
      const text = w > widthOf(array.name, 11) + 6 ? array.name : "";
      boxes.push({ key: `m${array.number}`, kind: `chip ${kindOf(array.name)}`, x, y: 8, w: Math.max(1, w - 1), h: 26, text, fill: colour(array.layer), round: 2 });
      x += w;
    }
    const spare = (step.peakBytes - step.aliveBytes) * scale;
    if (spare > 1) boxes.push({ key: "spare", kind: "spare", x, y: 8, w: spare - 1, h: 26, round: 2 });
    boxes.push({ key: "mark", kind: "mark", x: 1 + step.mostSoFar * scale, y: 2, w: 2.5, h: 38, round: 0 });
    return boxes;
  };

  // Each box is known by its key: what stays moves to its new place, what is new fades in.
  const make = (svg, key) => {
    const group = document.createElementNS(SVG, "g");
    group.append(...["rect", "text", "path"].map((name) => document.createElementNS(SVG, name)));
    svg.boxes.set(key, group);
    return group;
  };
  const place = (group, box) => {
    const [rect, text, path] = group.children;
    const more = document.createElementNS(SVG, "tspan");
    group.setAttribute("class", box.kind);
    group.style.transform = `translate(${box.x}px, ${box.y}px)`;
    group.style.setProperty("--fill", box.fill || "none");
    rect.setAttribute("rx", box.round ?? 4);
    rect.style.width = `${Math.max(0, box.w)}px`;
    rect.style.height = `${box.h}px`;
    more.textContent = box.more || "";
    more.setAttribute("dx", 7);
    text.replaceChildren(box.text || "", ...(box.more ? [more] : []));
    text.setAttribute("x", box.textX ?? (/^(chip|item)/.test(box.kind) ? box.w / 2 : 8));
    text.setAttribute("y", box.textAt ?? box.h / 2);
    path.setAttribute("d", box.path || "");
  };
  const draw = (svg, boxes) => {
    svg.boxes ||= new Map();
    const gone = new Set(svg.boxes.keys());
    for (const box of boxes) {
      gone.delete(box.key);
      const known = svg.boxes.get(box.key);
      const group = known || make(svg, box.key);
      place(group, box);
      svg.append(group); // in the order of the boxes, so that later ones are above
      if (!known && !still.matches) group.animate([{ opacity: 0 }, { opacity: 1 }], 220);
    }
    for (const key of gone) {
      svg.boxes.get(key).remove();
      svg.boxes.delete(key);
    }
  };

  const useFontOf = (element) => { family = getComputedStyle(element).fontFamily; };
  return { BESIDE, colour, cut, draw, memory, scene, useFontOf, widthOf };
})();
