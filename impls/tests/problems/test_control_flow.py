"""Control flow is read right from a function's code: a loop, a recursion, or one that goes through generators."""

import functools

import pytest

from impls import IMPLEMENTATIONS
from impls.control_flow import control_flow_of


def loop(n):
    total = 0
    for k in range(n):
        total += doubled(k)
    return total


def doubled(k):
    return 2 * k


def recursive(n):
    return n + recursive(n - 1) if n else 0


def by_a_helper(n):
    return [*helper(n)]


def helper(n):
    return [n, *helper(n - 1)] if n else []


def even(n):
    return n == 0 or odd(n - 1)


def odd(n):
    return n != 0 and even(n - 1)


def by_an_expression(tree):
    return 1 + sum(by_an_expression(child) for child in tree)


def by_a_comprehension(tree):
    return 1 + sum([by_a_comprehension(child) for child in tree])


def by_lambda(n):
    return (lambda k: by_lambda(k - 1))(n) if n else 0


def two_expressions(tree):
    return sum(two_expressions(child) for child in tree) + sum(1 for child in tree)


def nested(n):
    def inner(k):
        return inner(k - 1) if k else 0

    return inner(n)


def two_nested_loops(n):
    first, second = (lambda k: k), (lambda k: doubled(k))
    return first(second(n))


def in_a_class(n):
    class Local:
        value = doubled(3)

    return Local.value + n


def recursion_in_a_class(n):
    class Local:
        value = by_a_comprehension([])

    return Local.value + n


def names_an_attribute(node):
    return node.names_an_attribute + node.helper()


def has_a_variable_of_that_name(n):
    helper = n
    return helper + 1


def yields_from_itself(n):
    yield n
    if n:
        yield from yields_from_itself(n - 1)


def handed_on(n):
    return list(yields_from_itself(n))


def counts(n):
    while n:
        yield n
        n -= 1


def loop_over_a_generator(n):
    return sum(counts(n))


def recursion_over_a_generator(tree):
    return 1 + sum(recursion_over_a_generator(child) for child in children(tree))


def children(tree):
    yield from tree


async def awaits_itself(n):
    return await awaits_itself(n - 1) if n else 0


@functools.lru_cache
def remembered(n):
    return n + remembered(n - 1) if n else 0


def wrapped(function):
    @functools.wraps(function)
    def call(*arguments):
        return function(*arguments)

    return call


def wrapped_in_silence(function):
    def call(n):
        return function(n)

    return call


@wrapped
def decorated(n):
    return n + decorated(n - 1) if n else 0


@wrapped_in_silence
def decorated_in_silence(n):
    return n + decorated_in_silence(n - 1) if n else 0


@wrapped
def decorated_loop(n):
    return loop(n)


def by_partial(n):
    return HALF(n // 2) if n else 0


HALF = functools.partial(by_partial)


class Caller:
    def __call__(self, n):
        return recursive(n)

    def method(self, n):
        return recursive(n)


def defined_around():
    def around(n):
        return n + around(n - 1) if n else 0

    return around


def not_yet_defined():
    def around(n):
        return later(n)

    if around is None:
        later = doubled
    return around


class Endless:
    @property
    def __wrapped__(self):
        return self

    def __call__(self):
        return 0


def named(function):
    return getattr(function, "__name__", type(function).__name__)


LOOPS = (
    loop, doubled, two_nested_loops, names_an_attribute, has_a_variable_of_that_name, counts, loop_over_a_generator, in_a_class,
    decorated_loop, not_yet_defined(), sum, len, str, Endless(), functools.partial(loop, 3),
)  # fmt: skip
RECURSIONS = (
    recursive, by_a_helper, even, odd, by_an_expression, by_a_comprehension, by_lambda, two_expressions, nested, remembered, decorated,
    decorated_in_silence, by_partial, HALF, recursion_over_a_generator, Caller(), Caller().method, defined_around(),
    functools.partial(recursive, 3), recursion_in_a_class, lambda n: recursive(n),
)  # fmt: skip
OTHERS = (yields_from_itself, handed_on, awaits_itself)


@pytest.mark.parametrize("function", LOOPS, ids=named)
def test_what_comes_to_no_function_twice_is_a_loop(function):
    assert control_flow_of(function) == "loop"


@pytest.mark.parametrize("function", RECURSIONS, ids=named)
def test_what_can_come_back_to_itself_is_recursion(function):
    assert control_flow_of(function) == "recursion"


@pytest.mark.parametrize("function", OTHERS, ids=named)
def test_what_comes_back_to_itself_through_a_generator_is_neither(function):
    assert control_flow_of(function) == "other"


def test_a_function_of_another_module_is_not_followed():
    names = {"__name__": "elsewhere"}
    exec("def helper(n): return helper(n - 1) if n else 0", names)
    ours = {"__name__": "here", "helper": names["helper"]}
    exec("def caller(n): return helper(n)", ours)
    assert control_flow_of(names["helper"]) == "recursion"
    assert control_flow_of(ours["caller"]) == "loop"


@pytest.mark.parametrize("name", ["iterative", "iterative_pop", "recursive", "closures", "generators", "checkpoint_loop"])
def test_what_it_reads_is_what_an_implementation_of_backpropagation_says(name):
    assert control_flow_of(IMPLEMENTATIONS[name].backprop) == IMPLEMENTATIONS[name].control_flow
