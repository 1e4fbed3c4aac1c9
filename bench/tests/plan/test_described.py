"""What is told of problems and contenders, looked up by their keys."""

import pytest

from bench.plan.contenders import (
    CONTROL,
    asked_of,
    cache_of,
    control_flow_of,
    foremost,
    in_order,
    key,
    library_of,
    pairs_of,
    problem_of,
    rank,
    tell,
    title,
)
from bench.plan.described import NETWORKS, DescribedProblem, Description, Words, source_of
from bench.plan.problems import backpropagation, planned
from impls import PAIRS, Pair, Problem


@pytest.fixture(autouse=True)
def as_at_first():
    yield
    tell()


def sum_up(depth, width, rng):
    return (depth,)


def iterative(depth):
    return depth


def recursive(depth):
    return recursive(depth - 1) + 1 if depth else 0


MINE = Problem("my_sum", sum_up, [iterative, recursive], level="branch", input="entry")


def test_problems_that_share_names_have_titles_of_their_own():
    assert title("recursive") == "recursion"
    assert title("iterative") == "kept list"
    assert title(key("tree_sum", "iterative")) == "loop"
    assert title("my_sum: recursive") == "my_sum: recursive"
    tell([planned(MINE, "my_sum.py").described("recursive")])
    assert title(key("my_sum", "recursive")) == "recursive"
    assert problem_of("my_sum").baseline == "recursive"
    assert title("iterative") == "kept list"


def test_what_was_told_before_is_forgotten():
    tell([planned(MINE, "my_sum.py").described("recursive")])
    tell()
    assert problem_of("my_sum").implementations == {}
    assert title(key("tree_sum", "iterative")) == "loop"


def test_control_flow_library_and_cache_are_looked_up():
    assert [control_flow_of(name) for name in ("iterative", "recursive", "hanoi: recursive", "nobody")] == [
        "loop", "recursion", "recursion", "other",
    ]  # fmt: skip
    assert (library_of("torch"), library_of("recursive"), library_of("hanoi: recursive")) == ("torch", "", "")
    assert cache_of("recursive")
    assert cache_of("hanoi: recursive") == ""


def test_order_and_rank_are_those_of_the_problem():
    names = ["floor", "control", "nobody", "recursive", "iterative"]
    assert in_order(names) == ["iterative", "recursive", "nobody", "control", "floor"]
    loop, generators = key("hanoi", "iterative"), key("hanoi", "generators")
    assert in_order([generators, CONTROL, loop]) == [loop, generators, CONTROL]
    assert [rank(key("hanoi", name)) for name in ("iterative", "recursive", "generators")] == [0, 1, 2]


def test_the_two_to_look_at_first():
    assert foremost(NETWORKS.implementations) == ("iterative", "recursive")
    assert foremost(["hanoi: generators", "hanoi: recursive", "hanoi: iterative"]) == ("hanoi: iterative", "hanoi: recursive")
    assert foremost(["hanoi: generators", "hanoi: recursive"]) == ("hanoi: recursive", "hanoi: generators")
    assert foremost(["nobody"]) == ("nobody",)


def test_pairs_say_what_is_asked_of_them():
    asked = asked_of(NETWORKS)
    assert {about: pair.names for about, pair in asked.items()} == {
        "speed": ("recursive", "iterative"),
        "calls": ("recursive", "iterative_pop"),
        "release": ("iterative_pop", "iterative"),
    }
    assert asked_of(problem_of("hanoi")) == {}
    assert [pair.names for pair in pairs_of(NETWORKS)] == [pair.names for pair in PAIRS]
    with_pair = DescribedProblem("p", "p", {}, "a", pairs=(Pair("b", "a", "speed"),))
    assert [pair.names for pair in pairs_of(with_pair)] == [("p: b", "p: a")]
    with pytest.raises(ValueError, match="'colour', not one of speed, calls, release"):
        Pair("b", "a", "colour")


def test_a_users_implementation_of_the_networks_comes_after_the_registered_ones():
    own = {"mine": Description("mine alone", own=True)}
    tell([DescribedProblem(NETWORKS.name, NETWORKS.title, {**NETWORKS.implementations, **own}, "iterative")])
    assert in_order(["mine", "autograd", "control"]) == ["autograd", "mine", "control"]
    assert title("mine") == "mine alone"


def test_words_fill_the_gaps_of_a_heading():
    words = planned(MINE, "my_sum.py").words
    assert words.fill("{levels} of {a_input} a {call}, of {inputs}") == "branches of an entry a call, of entries"
    assert words.size == "branches × width"
    assert NETWORKS.words.size == "layers × units"
    assert backpropagation().words is NETWORKS.words
    assert Words().fill("the deepest {input} that {goes}") == "the deepest input that goes well"


def test_sources_are_read_from_the_package_and_of_a_users_own_from_what_was_told():
    assert source_of(problem_of("hanoi").implementations["recursive"]).startswith("def ")
    assert source_of(Description("mine", own=True, source="def mine(): ...")) == "def mine(): ..."
    assert source_of(Description("mine", own=True)) == ""
