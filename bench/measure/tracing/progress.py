"""How far a step has come, told from the arrays that come into being."""

from __future__ import annotations

from bench.measure.tracing.array_names import Name
from bench.measure.tracing.records import NOWHERE, stages


class Progress:
    """The stage and the phase of a step.

    A stage begins with the line that does its arithmetic: layer 3 goes forward when there is its activation, and backward when
    there is its gradient. So two programs that are kept in step by their stages do the same arithmetic at the same moment,
    however many other lines each has.

    Attributes:
        stage: the place in `stages`; it only grows.
        phase, layer: as in `records.Step`.

    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._place = {stage: place for place, stage in enumerate(stages(depth))}
        self.stage = 0
        self.phase = "start"
        self.layer = NOWHERE
        self._seen: set[Name] = set()

    def saw(self, name: Name) -> None:
        """An array of that name has come into being."""
        kind, layer = name
        self._seen.add(name)
        before_loss = self.stage < self._place["loss", NOWHERE]
        if kind in ("A", "Z"):
            self._set("forward" if before_loss else "again", layer)
        elif before_loss:
            self._set("loss", NOWHERE)
        elif kind in ("dW", "db") or (kind == "dZ" and ("dA", layer) in self._seen):  # else dZ is made with the layer above
            self._set("backward", layer)
        elif kind == "dA" and layer < self._depth - 1:
            self._set("backward", layer + 1)
        elif kind in ("W", "b"):
            self.updates(layer)

    def updates(self, layer: int) -> None:
        """Backward is over, and a layer's parameters are changed."""
        self._set("update", layer)

    def _set(self, phase: str, layer: int) -> None:
        self.phase, self.layer = phase, layer
        place = self._place.get((phase, NOWHERE if phase == "update" else layer), 0)
        self.stage = max(self.stage, place)
