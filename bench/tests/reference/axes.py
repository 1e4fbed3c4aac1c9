"""Tables of runs that vary one axis, or compare what has its arrays made beforehand; their times are kept as parts."""

import re

import numpy as np

from bench.record.results import read_results
from bench.show.answers.breakdown import GOES
from bench.show.topics import topic
from bench.tests.reference import interval, log_ratios, read, table, title

PLACE = ("depth", "width", "batch", "update", "allocator", "layout", "python")


def medians(path):
    """The log of the median CPU time of each implementation in each pass and place, a column an implementation."""
    return np.log(read(path).groupby([*PLACE, "pass", "impl"])["cpu_ns"].median().unstack("impl"))


def layouts(path):
    """Rows beside columns, pass by pass."""
    times = medians(path).unstack("layout")
    names = ["iterative", "recursive", "workspace_loop", "floor"]
    found = {name: (times[name, "rows"] - times[name, "columns"]).dropna().groupby(["width", "allocator"]).agg(list) for name in names}
    alpha = 0.05 / sum(map(len, found.values()))
    places = sorted(found["iterative"].index, key=lambda place: (place[1], place[0]))
    rows = [[width, allocator, *(interval(found[name][width, allocator], alpha) for name in names)] for width, allocator in places]
    return table(["width", "allocator", *map(title, names)], rows)


def pythons(path):
    """Recursion beside the popped list on each interpreter, and each of both beside itself on the oldest."""
    within = log_ratios(path, "recursive", "iterative_pop", PLACE)
    times = medians(path).unstack("python")
    names = sorted({place[-1] for place in within}, key=lambda name: [int(part) for part in name.split(".")])
    places = sorted({place[:-1] for place in within}, key=lambda place: (place[4], place[1], place[0]))
    deepest = max(place[0] for place in places)
    alpha = 0.05 / (len(places) * (3 * len(names) - 2))
    rows = []
    for place in places:
        for name in names if place[0] == deepest else ():
            here = times.xs(place[:-1], level=[*PLACE[:-2]]).xs(place[-1], level="layout")
            beside = ["1" if name == names[0] else interval((here[impl, name] - here[impl, names[0]]).dropna(), alpha) for impl in PAIR]
            rows.append([place[0], place[1], place[4], name, interval(within[*place, name], alpha), *beside])
    return table(
        ["depth", "width", "allocator", "Python", "recursion ÷ popped list", *(f"{title(impl)} ÷ on {names[0]}" for impl in PAIR)], rows
    )


PAIR = ("iterative_pop", "recursive")


def on_disk(path):
    """Beside the popped list, in CPU time and in wall time."""
    names, clocks = ("iterative", "on_disk", "on_disk_cold"), ("cpu_ns", "wall_ns")
    found = {(name, clock): log_ratios(path, name, "iterative_pop", PLACE, clock) for clock in clocks for name in names}
    places = sorted(found["on_disk", "cpu_ns"], key=lambda place: place[1])
    alpha = 0.05 / (len(places) * len(found))
    rows = [
        [place[0], place[1], title(name), *(interval(found[name, clock][place], alpha, 2) for clock in clocks)]
        for place in places
        for name in names
    ]
    return table(["depth", "width", "implementation", "CPU time ÷ popped list", "wall time ÷ popped list"], rows)


def beforehand(path):
    """Beside the floor, and the pair's two beside each other."""
    pairs = [
        ("workspace_loop", "floor"),
        ("workspace_recursion", "floor"),
        ("recursive", "floor"),
        ("workspace_recursion", "workspace_loop"),
    ]
    pairs = [pair for pair in pairs if {*pair} <= set(read(path)["impl"])]
    found = [log_ratios(path, *pair, PLACE) for pair in pairs]
    places = sorted(found[0], key=lambda place: (place[1], place[5], place[3]))
    alpha = 0.05 / (len(places) * len(pairs))
    rows = [[*place[:4], place[5], *(interval(each[place], alpha) if place in each else "none" for each in found)] for place in places]
    return table(["depth", "width", "batch", "update", "examples as", *(f"{title(impl)} ÷ {title(other)}" for impl, other in pairs)], rows)


def pair_in_block(path):
    """The pair alone: its two beside each other, and the loop beside the floor and beside itself. Their passes are not as many."""
    pairs = [("workspace_recursion", "workspace_loop"), ("control", "workspace_loop"), ("workspace_loop", "floor")]
    found = [log_ratios(path, *pair, PLACE) for pair in pairs]
    places = sorted(found[0], key=lambda place: (place[1], place[3]))
    alpha = 0.05 / (len(places) * len(pairs))
    rows = [[*place[:4], len(found[0][place]), *(interval(each[place], alpha) for each in found)] for place in places]
    headings = ["recursion in a block ÷ loop in a block", "control ÷ loop in a block", "loop in a block ÷ floor"]
    return table(["depth", "width", "batch", "update", "passes", *headings], rows)


BESIDE = ("floor", "compiled_loop", "compiled_recursion", "torch", "autograd", "jax", "jax_unrolled")


def frameworks(path):
    """Steps of frameworks and of the compiled pair, and the floor, over that of the recursion in a block: of all runs in folders whose
    names begin as the file's does. The intervals of a run hold together; where two runs have a ratio, it is the later folder's.
    """
    rows = {}
    for times in sorted(path.parent.parent.glob(f"{path.parent.name}*/{path.name}")):
        found = {name: log_ratios(times, name, "workspace_recursion", PLACE) for name in BESIDE if name in set(read(times)["impl"])}
        alpha = 0.05 / (len(found["floor"]) * len(found))
        for name, each in found.items():
            for place, ratios in each.items():
                rows.setdefault((place[1], place[0]), {})[name] = interval(ratios, alpha, 2)
    headings = ["width", "depth", *(title(name).replace("jax", "JAX") for name in BESIDE)]
    return table(headings, [[*place, *(rows[place].get(name, "") for name in BESIDE)] for place in sorted(rows)])


COMPILED = {
    ("compiled_recursion", "compiled_loop"): "compiled recursion ÷ compiled loop",
    ("recursive", "iterative_pop"): "recursion ÷ popped list, interpreted",
    ("iterative_pop", "compiled_loop"): "popped list ÷ compiled loop",
    ("floor", "compiled_loop"): "floor ÷ compiled loop",
}


def compiled(path):
    """The pair in machine code, beside each other and beside the interpreted pair; a column a width."""
    found = {words: log_ratios(path, *pair, PLACE) for pair, words in COMPILED.items()}
    places = sorted(next(iter(found.values())), key=lambda place: place[1])
    alpha = 0.05 / (len(places) * len(found))
    rows = [[words, *(interval(each[place], alpha) if place in each else "" for place in places)] for words, each in found.items()]
    return table(["ratio of CPU times", *(f"width {place[1]}" for place in places)], rows)


def parts(path):
    """Where the time of the kept list's step goes, as the report answers it."""
    [results] = read_results(path.parent, lambda sentence: None)
    entry = topic("breakdown")
    goes = [answer for answer in entry.answers(entry.facts(results)) if answer.question == GOES]
    columns = [dict(item.split(": ", 1) for item in answer.items) for answer in goes]
    places = [re.search(r", at (.*?), batch", answer.text)[1] for answer in goes]
    return table(["part", *places], [[part, *(column[part].replace("\u00a0", " ") for column in columns)] for part in columns[0]])


TABLES = {
    "parts": parts,
    "layouts": layouts,
    "pythons": pythons,
    "on_disk": on_disk,
    "beforehand": beforehand,
    "pair_in_block": pair_in_block,
    "frameworks": frameworks,
    "compiled": compiled,
}
