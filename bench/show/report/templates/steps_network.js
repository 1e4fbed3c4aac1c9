// What is told of a training step: its layers, the arrays that come and go, and the stages that keep two implementations in step.
const networkStory = (data) => {
  const { colour, memory, scene } = stepDrawing;
  const stages = data.stages.map(([phase, layer]) => ({ phase, layer }));

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
  const phaseWords = ({ phase, layer }) => {
    const name = `layer ${layer + 1}`;
    const words = { forward: `${name} forward`, again: `${name} forward again`, loss: "the loss", backward: `${name} backward`, update: layer < 0 ? phase : `${name} updated` };
    return words[phase] || phase;
  };
  const told = ({ came, went }) => {
    const names = (arrays) => arrays.map((array) => array.name).join(", ");
    return [came.length && `${names(came)} appear${came.length > 1 ? "" : "s"}`, went.length && `${names(went)} released`].filter(Boolean).join(" · ");
  };
  const atStage = (places, stage) => places.findIndex((place) => place.stage >= stage);

  return {
    variants: data.updates,
    titles: new Map(traces.map(({ impl, title }) => [impl, title])),
    first: data.first,
    trace: (impl, update) => traces.find((trace) => trace.impl === impl && trace.update === update),
    stages: stages.map((place) => ({ text: place.layer < 0 ? place.phase : place.layer + 1, isWord: place.layer < 0, words: phaseWords(place), fill: colour(place.layer) })),
    stagesOf: (pair) => pair.map((trace) => (trace?.steps || []).map((step) => step.stage)),
    phaseWords,
    placeWords: (place) => phaseWords(stages[place.stage]),
    told,
    bytesWords: (step) => `${spacedNumber(step.aliveBytes)} bytes alive · most so far ${spacedNumber(step.mostSoFar)}`,
    memoryWords: (step) => `${step.aliveBytes} bytes alive: ${step.alive.map((array) => array.name).join(", ") || "nothing"}`,
    sumWords: ([a, b], apart) => `At the worst moment of the step, ${a.title} has ${spacedNumber(a.most)} bytes of arrays alive, and ${b.title} ${spacedNumber(b.most)}: ${apart}.`,
    scene, memory,
    turn: (places) => atStage(places, stages.findIndex(({ phase }) => phase === "loss")),
    // Another choice begins where the stage begins that was shown.
    carry: (at, before, places) => atStage(places, before[at]?.stage || 0),
  };
};
