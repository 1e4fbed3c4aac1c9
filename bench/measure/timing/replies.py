"""What a timing worker may answer, checked: code that is being measured may write anywhere, and has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bench.measure.timing.visit import Measurement
from bench.measure.workers.ask import WorkerFailed
from bench.measure.workers.endings import Status

Count = Annotated[int, Field(ge=0)] | None
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None
MeasurementFields = tuple[str, Count, Count, Count, Amount, Amount, Amount, Status, str, Count]


class Started(BaseModel):
    """A worker's BLAS, as threadpoolctl describes it, and its conditions."""

    blas: list[dict[str, Any]]
    conditions: dict[str, str] = {}


class Hello(BaseModel):
    """It has started."""

    hello: Started


class Trying(BaseModel):
    """It is about to run this contender."""

    trying: str


class Waiting(BaseModel):
    """It waits until it may measure."""

    waiting: Literal[True]


class Rows(BaseModel):
    """It has made a visit."""

    rows: list[MeasurementFields]
    wall_s: float
    rounds_s: float
    waited_s: float

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The rows as records."""
        return tuple(Measurement(*row) for row in self.rows)


class FailedVisit(BaseModel):
    """A visit failed, and the worker goes on."""

    status: Status
    detail: str


Reply = Hello | Trying | Waiting | Rows | FailedVisit
REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


def understood(answer: dict[str, Any], contenders: Sequence[str]) -> Reply:
    """The answer as one of the five, about a visit with those contenders.

    Raises:
        WorkerFailed: it is none of them, or about a contender that does not run there.

    """
    try:
        reply = REPLY.validate_python(answer)
    except ValidationError:
        raise WorkerFailed("error", f"answered {str(answer)[:80]}, which is no answer") from None
    names = {reply.trying} if isinstance(reply, Trying) else {row[0] for row in reply.rows} if isinstance(reply, Rows) else set()
    if not names <= set(contenders):
        raise WorkerFailed("error", f"answered {str(answer)[:80]}, which it was not asked")
    return reply
