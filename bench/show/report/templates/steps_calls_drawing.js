// Draws one moment of a traced call as boxes: frames with the values of their variables, the containers that change, and the memory bar.
const callDrawing = (() => {
  const { BESIDE, cut, widthOf } = stepDrawing;
  const [ROW, LINE, GAP, HEADING, CHIP, TALL] = [26, 18, 4, 20, 20, 8]; // pixels, but TALL: items one below the other
  const FLOWS = 7; // letters: items that are no longer stand side by side

  // Boxes one beside the other, and where there is no room left, on the next line; the first line may end earlier.
  const flowed = (boxes, left, right, top, gap, line, firstRight = right) => {
    let [x, y] = [left, top];
    const placed = boxes.map((box) => {
      if (x > left && x + box.w > (y === top ? firstRight : right)) [x, y] = [left, y + line];
      const at = { ...box, x, y };
      x += box.w + gap;
      return at;
    });
    return { placed, bottom: y + line, x };
  };

  // A frame below the other: its function, what it gives at its right, and its variables with their values.
  const frame = (one, isTop, y, width) => {
    const key = `f${one.key}`;
    const name = cut(one.name, width - 16, 12);
    const gives = one.gives && cut(`→ ${one.gives}`, width - widthOf(name, 12) - 36, 11.5);
    const room = gives ? widthOf(gives, 11.5) + 16 : 0;
    const values = one.values.map(([variable, value, isNew]) => {
      const text = cut(`${variable} = ${value}`, width - 24, 11, 400);
      return { key: `${key}:${variable}`, kind: isNew ? "value new" : "value", w: widthOf(text, 11, isNew ? 600 : 400) + 12, h: LINE - 2, text, textAt: (LINE - 2) / 2, textX: 6, round: 3 };
    });
    const first = 12 + widthOf(name, 12);
    const indented = [{ w: first, h: 0 }, ...values];
    const { placed, bottom } = flowed(indented, 2, width - 2, y + 4, 0, LINE, width - room - 2);
    const h = bottom - y + 2;
    return [
      { key, kind: isTop ? "frame top" : "frame", x: 0, y, w: width, h, text: name, textAt: 4 + (LINE - 2) / 2 },
      ...placed.slice(1),
      ...(gives ? [{ key: `${key}:gives`, kind: "gives", x: width - room + 4, y: y + 4, w: room - 8, h: LINE - 1, text: gives, textAt: (LINE - 1) / 2, textX: 6, round: 3 }] : []),
    ];
  };
  const stack = (step, width) => {
    const boxes = [];
    let y = HEADING;
    step.frames.forEach((one, depth) => {
      const drawn = frame(one, depth === step.frames.length - 1, y, width);
      boxes.push(...drawn);
      y += drawn[0].h + GAP;
    });
    return { boxes, bottom: y };
  };

  // A container: short items side by side, others one below the other; the end of a list, where a stack has its top, comes last.
  const container = (one, left, top, width) => {
    const items = [...(one.leftOut ? [`… ${one.leftOut} more`] : []), ...one.items].map((words, n) => {
      const text = cut(words, width - 28, 11);
      return { key: `c${one.key}:${n}`, kind: "item", w: Math.max(22, widthOf(text, 11) + 12), h: CHIP, text, round: 3 };
    });
    const inRows = items.every((item) => item.text.length <= FLOWS);
    const x = left + 8;
    const from = top + 24;
    const { placed, bottom } = inRows ? flowed(items, x, left + width - 8, from, GAP, CHIP + GAP) : inColumns(items, x, from);
    const words = widthOf(one.variable, 12) + widthOf(one.words, 11, 400) + 30;
    const w = Math.min(width, Math.max(words, ...placed.map((item) => item.x + item.w - left + 8)));
    const h = Math.max(bottom, from + CHIP + GAP) - top + 4;
    return [{ key: `c${one.key}`, kind: "box", x: left, y: top, w, h, text: one.variable, more: one.words, textAt: 12 }, ...placed];
  };
  const inColumns = (items, left, top) => {
    let [x, widest] = [left, 0];
    const placed = items.map((item, n) => {
      if (n && n % TALL === 0) [x, widest] = [x + widest + GAP, 0];
      widest = Math.max(widest, item.w);
      return { ...item, x, y: top + (n % TALL) * (CHIP + GAP) };
    });
    return { placed, bottom: top + Math.min(TALL, items.length) * (CHIP + GAP) };
  };
  const containers = (step, left, top, width) => {
    const boxes = [];
    let y = top;
    for (const one of step.containers) {
      const drawn = container(one, left, y, width);
      boxes.push(...drawn);
      y += drawn[0].h + 8;
    }
    return { boxes, bottom: y };
  };

  const scene = (trace, step, width) => {
    const holds = trace.holds;
    const beside = holds && width > BESIDE;
    const stackWidth = beside ? Math.round(width * 0.54) : width;
    const frames = stack(step, stackWidth);
    const [left, top] = beside ? [stackWidth + 14, HEADING] : [0, frames.bottom + HEADING];
    const held = containers(step, left, top, width - left);
    const title = (key, x, y, text) => ({ key, kind: "title", x: x - 8, y, w: 0, h: 16, text });
    const titles = [title("t1", 0, 0, "call stack ↓")];
    if (held.boxes.length) titles.push(title("t2", left, top - HEADING, "what changes meanwhile"));
    return { boxes: [...titles, ...frames.boxes, ...held.boxes], height: Math.max(frames.bottom, held.boxes.length ? held.bottom : 0) + 4 };
  };

  // Frames and heap, each as wide as its bytes, then what the line took and gave back, and a mark at the most so far.
  const memory = (step, width, most) => {
    const scale = (width - 4) / most;
    const boxes = [{ key: "track", kind: "track", x: 0, y: 6, w: width, h: 30 }];
    let x = 2;
    for (const [key, bytes, fill] of [["frames", step.frameBytes, "var(--s1)"], ["heap", step.heapBytes, "var(--s2)"]]) {
      const w = bytes * scale;
      if (w > 0) boxes.push({ key: `m${key}`, kind: "chip", x, y: 8, w: Math.max(1, w - 1), h: 26, text: w > widthOf(key, 11) + 6 ? key : "", fill, round: 2 });
      x += w;
    }
    const spare = (step.peakBytes - step.frameBytes - step.heapBytes) * scale;
    if (spare > 1) boxes.push({ key: "spare", kind: "spare", x, y: 8, w: spare - 1, h: 26, round: 2 });
    boxes.push({ key: "mark", kind: "mark", x: 1 + step.mostSoFar * scale, y: 2, w: 2.5, h: 38, round: 0 });
    return boxes;
  };

  // The bytes of both through the whole call, as bars one beside the other, with a line at the moment that is shown.
  const course = (pair, places, at, width, most) => {
    const [INSET, HIGH] = [8, 34]; // of the slider's knob, so that the line stands below it
    const scale = (width - 2 * INSET) / Math.max(1, places.length - 1);
    const line = (trace, side) => {
      if (!trace?.steps.length) return [];
      const points = places.map((place, n) => {
        const step = trace.steps[place.steps[side]];
        return `${(INSET + n * scale).toFixed(1)} ${(HIGH - ((step.frameBytes + step.heapBytes) / most) * (HIGH - 3)).toFixed(1)}`;
      });
      return [{ key: `line${side}`, kind: `line line${side}`, x: 0, y: 0, w: 0, h: 0, path: `M${points.join("L")}` }];
    };
    const now = { key: "now", kind: "mark", x: INSET + at * scale - 1, y: 0, w: 2, h: HIGH, round: 0 };
    return [...pair.flatMap(line), now];
  };

  return { course, memory, scene };
})();
