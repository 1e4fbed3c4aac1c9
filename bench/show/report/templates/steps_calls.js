// What is told of a call: frames that come and go, their values, and what both do equally often, which keeps them in step.
const callStory = (traced) => {
  const { course, memory, scene } = callDrawing;
  const SHARES = 100; // into so many parts calls are divided that do nothing equally often
  // Which values the frame has not had at the step before.
  const withNews = (frame, before) => {
    const known = before.frames.find(({ key }) => key === frame.key);
    const old = new Map(known ? known.values : []);
    return { ...frame, isNew: !known, values: frame.values.map(([name, value]) => [name, value, Boolean(known) && old.get(name) !== value]) };
  };
  const read = ([key, kind, items, leftOut], variables) => {
    const length = items.length + leftOut;
    return { key, items, leftOut, length, variable: variables.get(key) || "", words: length ? `${kind} of ${length}` : `empty ${kind}` };
  };
  const lengthIn = (step, key) => step.containers.find((one) => one.key === key)?.length ?? 0;

  const traces = traced.traces.map((raw) => {
    const frames = raw.frames.map(([key, name, values, refers, gives]) => ({ key, name, values, refers, gives }));
    let [mostSoFar, before] = [0, { frames: [], containers: [] }];
    const steps = raw.steps.map(([event, file, line, stack, held, heapBytes, frameBytes, peakBytes]) => {
      mostSoFar = Math.max(mostSoFar, peakBytes);
      const variables = new Map(stack.flatMap((place) => frames[place].refers.map(([variable, key]) => [key, variable])).reverse());
      const step = {
        event, file, line, frameBytes, peakBytes, mostSoFar, heapBytes: Math.max(0, heapBytes),
        frames: stack.map((place) => withNews(frames[place], before)),
        containers: held.map((place) => read(raw.containers[place], variables)),
      };
      step.grown = step.containers.map((one) => [one, lengthIn(before, one.key)]).filter(([one, length]) => one.length !== length);
      before = step;
      return step;
    });
    return { ...raw, steps, most: mostSoFar, holds: raw.containers.length > 0 };
  });
  const told = (step) => {
    const top = step.frames.at(-1);
    const words = { call: `${top.name} is called`, resume: `${top.name} goes on`, return: `${top.name} returns ${top.gives}`, yield: `${top.name} yields ${top.gives}`, raise: `${top.name} raises ${top.gives}` };
    if (words[step.event]) return words[step.event];
    const values = top.values.filter(([, , isNew]) => isNew).map(([name, value]) => `${name} = ${value}`);
    const lengths = step.grown.map(([one]) => `${one.variable} has ${one.length}`);
    return [...values, ...lengths].join(" · ");
  };

  // A stage begins wherever each does something that both do equally often, the most often of what there is.
  const beatOf = ({ event, file, line, frames }) => (event === "call" ? `call ${frames.at(-1).name}` : event === "line" ? `${file}:${line}` : "");
  const counted = (beats) => beats.reduce((counts, beat) => (beat ? counts.set(beat, (counts.get(beat) || 0) + 1) : counts), new Map());
  const stagesOf = (pair) => {
    const beats = pair.map((trace) => (trace?.steps || []).map(beatOf));
    const counts = beats.map(counted);
    const common = [...counts[0].values()].filter((count) => count > 1 && [...counts[1].values()].includes(count));
    if (!common.length) return beats.map((its) => its.map((_, n) => Math.floor((n * SHARES) / its.length)));
    const most = Math.max(...common);
    return beats.map((its, side) => {
      const chosen = its.find((beat) => counts[side].get(beat) === most);
      let stage = 0;
      return its.map((beat) => { stage += beat === chosen ? 1 : 0; return stage; });
    });
  };

  const inFrames = (count) => `${count} frame${count === 1 ? "" : "s"}`;

  return {
    variants: ["call"],
    titles: new Map(traces.map(({ impl, title }) => [impl, title])),
    first: traced.first,
    trace: (impl) => traces.find((trace) => trace.impl === impl),
    stages: [],
    fitsSource: true,
    stagesOf,
    phaseWords: (step) => `line ${step.line} · ${inFrames(step.frames.length)}`,
    placeWords: (place, pair) => pair.map((trace, side) => (trace?.steps.length ? `${trace.title} at line ${trace.steps[place.steps[side]].line}` : "")).filter(Boolean).join(", "),
    told,
    bytesWords: (step) => `${spacedNumber(step.frameBytes)} bytes of frames, ${spacedNumber(step.heapBytes)} of the heap · most so far ${spacedNumber(step.mostSoFar)}`,
    memoryWords: (step) => `${step.frameBytes} bytes of frames, ${step.heapBytes} bytes of the heap`,
    sumWords: ([a, b], apart) => `${a.answer === b.answer ? `Both give ${a.answer}.` : `${a.title} gives ${a.answer}, ${b.title} ${b.answer}.`} At the worst moment of the call, ${a.title} has ${spacedNumber(a.most)} bytes alive, and ${b.title} ${spacedNumber(b.most)}: ${apart}.`,
    scene, memory, course,
    turn: (places, pair) => places.reduce((best, place, n) => (depthAt(place, pair) > depthAt(places[best], pair) ? n : best), 0),
    carry: (at, before, places) => Math.round((at / Math.max(1, before.length - 1)) * (places.length - 1)),
  };
  function depthAt({ steps }, pair) {
    return Math.max(...pair.map((trace, side) => trace?.steps[steps[side]]?.frames.length || 0));
  }
};
