"""What a worker may answer during a pass, checked: code that is being measured may write anywhere, and has."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bench.measure.timing.passes import Assignment
from bench.measure.timing.visit import Measurement
from bench.measure.workers.process import WorkerDied

Status = Literal["ok", "recursion_error", "segfault", "out_of_memory", "timeout", "error", "skipped"]
Place = Annotated[int, Field(ge=0)] | None
Nanoseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None
Row = tuple[str, Place, Place, Place, Nanoseconds, Nanoseconds, Nanoseconds, Status, str]  # a Measurement


class Hello(BaseModel):
    """It has started, with this BLAS."""

    hello: dict[str, list[dict[str, Any]]]


class Trying(BaseModel):
    """It is about to run this contender."""

    trying: str


class Rows(BaseModel):
    """It has made a visit."""

    rows: list[Row]
    wall_s: float

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The rows as records."""
        return tuple(Measurement(*row) for row in self.rows)


class BadEnd(BaseModel):
    """A visit came to a bad end."""

    status: Status
    detail: str


Reply = Hello | Trying | Rows | BadEnd
REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


def understand(answer: dict[str, Any], pending: list[Assignment]) -> Reply:
    """The answer as one of the four, about the first of the visits that are still to be made.

    Raises:
        WorkerDied: it is none of them, or speaks of somebody who does not run there.

    """
    try:
        reply = REPLY.validate_python(answer)
    except ValidationError:
        raise WorkerDied("error", f"answered {str(answer)[:80]}, which is no answer") from None
    names = {reply.trying} if isinstance(reply, Trying) else {row[0] for row in reply.rows} if isinstance(reply, Rows) else set()
    if not isinstance(reply, Hello) and not (pending and names <= set(pending[0].contenders)):
        raise WorkerDied("error", f"answered {str(answer)[:80]}, which it was not asked")
    return reply
