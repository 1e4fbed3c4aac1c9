"""Words that answers are made of: lists, numbers, sizes, ratios and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import humanize

from bench.plan.contenders import title, told_of
from bench.plan.described import plural

if TYPE_CHECKING:
    from bench.analyse.ratios import Ratio

ALLOCATOR_WORDS = {"default": "with the default allocator", "steady": "with freed memory kept"}
ALLOCATOR_TITLES = {"default": "default allocator", "steady": "freed memory kept"}
VERDICT_WORDS = {"faster": "faster", "slower": "slower", "same": "the same within 1 %", "undecided": "too close to call"}


def listed(parts: Sequence[str]) -> str:
    """The parts as a sentence lists them.

    >>> listed(["one"]), listed(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def titles(names: Iterable[str]) -> str:
    """The titles of implementations as a sentence lists them, each once."""
    return listed([*dict.fromkeys(map(title, names))])


def with_article(contender: str, article: str = "a") -> str:
    """ "a popped list", "the kept list"; "recursion" as it is."""
    return f"{article} {title(contender)}" if title(contender).split()[-1] in ("list", "loop") else title(contender)


def named(contender: str) -> str:
    """ "the kept list", "the course"; what users have named, as it is."""
    return title(contender) if told_of(contender).own else f"the {title(contender)}"


def whose(contender: str) -> str:
    """ "the kept list's", "recursion's", "generators'"."""
    name = with_article(contender, "the")
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def capital(sentence: str) -> str:
    """The sentence with a capital at its head."""
    return sentence[:1].upper() + sentence[1:]


def counted(count: int, what: str) -> str:
    """A count with its noun.

    >>> counted(1, "cell"), counted(1200, "cell").split()
    ('1 cell', ['1', '200', 'cells'])
    """
    return f"{spaced(count)} {what if count == 1 else plural(what)}"


def spaced(number: int) -> str:
    """A number with its thousands apart, by spaces at which no line breaks.

    >>> spaced(1000000).split()
    ['1', '000', '000']
    """
    return f"{number:,}".replace(",", "\u00a0")


def percent(share: float, digits: int = 0) -> str:
    """A share in per cent.

    >>> percent(0.01), percent(0.0025, 2)
    ('1 %', '0.25 %')
    """
    return f"{100 * share:.{digits}f} %"


def size(size_bytes: float, digits: int = 1) -> str:
    """Bytes in the unit that suits them.

    >>> size(8.25 * 2**20), size(2048), size(512 * 2**10, 0)
    ('8.2 MiB', '2.0 KiB', '512 KiB')
    """
    return humanize.naturalsize(size_bytes, binary=True, format=f"%.{digits}f")


def duration(seconds: float) -> str:
    """Whole seconds as a person says them.

    >>> duration(200), duration(5400), duration(15)
    ('3 minutes and 20 seconds', '1 hour and 30 minutes', '15 seconds')
    """
    return humanize.precisedelta(timedelta(seconds=int(seconds)))


def clock(seconds: float) -> str:
    """Minutes and seconds as a clock shows them.

    >>> clock(199.6), clock(5400)
    ('3:19', '90:00')
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def amount(value: float, unit: str) -> str:
    """A meter's figure in its unit.

    >>> amount(2048, "bytes"), amount(12, "blocks")
    ('2.0 KiB', '12 blocks')
    """
    return size(value) if unit == "bytes" else f"{spaced(round(value))} {unit}"


def interval(ratio: Ratio) -> str:
    """The interval in brackets, or that there is none yet."""
    return bounds(ratio.low, ratio.high)


def bounds(low: float, high: float) -> str:
    """The same for an interval's bounds."""
    return f"[{low:.3f}, {high:.3f}]" if low > 0 else "(too few passes for an interval)"


def with_interval(ratio: Ratio) -> str:
    """ "1.023 [1.011, 1.034]"."""
    return f"{ratio.ratio:.3f} {interval(ratio)}"


def depth_and_width(ratio: Ratio) -> str:
    """Where the ratio was measured."""
    return f"depth {spaced(ratio.depth)}, width {spaced(ratio.width)}"


def where(axes: Mapping[str, Any]) -> str:
    """A cell of memory.csv for a reader."""
    batch = f", batch {axes['batch']}" if axes.get("batch") is not None else ""
    update = f" ({axes['update']} update)" if axes.get("update") is not None else ""
    return f"depth {spaced(axes['depth'])}, width {spaced(axes['width'])}{batch}{update}"


def sized(depth: int, width: int) -> str:
    """A size as it stands in tables, in one piece.

    >>> sized(10_000, 8).split()
    ['10', '000', '×', '8']
    """
    return f"{spaced(depth)}\u00a0×\u00a0{spaced(width)}"
