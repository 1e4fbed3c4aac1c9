"""What docs/recursion-or-loop.md shows is what is compared, and its example is a problem."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from impls import Problem
from impls.problems import PROBLEMS

PAGE = Path(__file__).parents[3] / "docs" / "recursion-or-loop.md"
TEXT = PAGE.read_text("utf-8") if PAGE.exists() else ""
pytestmark = pytest.mark.skipif(not TEXT, reason="an installed package has no docs")


def sections():
    """Heading -> the blocks of Python below it."""
    parts = re.split(r"^#{2,3} (.+)\n", TEXT, flags=re.MULTILINE)[1:]
    return {heading: re.findall(r"^```python\n(.*?)^```", body, re.DOTALL | re.MULTILINE) for heading, body in zip(parts[::2], parts[1::2])}


def functions(text):
    """Name -> the syntax tree of each function, without its docstring."""
    found = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    for node in found.values():
        if ast.get_docstring(node) is not None:
            del node.body[0]
    return {name: ast.dump(node) for name, node in found.items()}


def source(name):
    return functions(Path(import_module(f"impls.problems.{name}").__file__).read_text("utf-8"))


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_the_loop_and_the_recursion_are_those_of_the_file(problem):
    [heading] = [heading for heading in sections() if heading.lower() == problem.title.lower()]
    loop, recursion = map(functions, sections()[heading])
    assert loop.items() <= source(problem.name).items()
    assert recursion.items() <= source(problem.name).items()
    assert [*loop] == ["iterative"]
    assert len(recursion) == 1


def test_the_generators_are_those_of_the_file():
    [text] = sections()["Generators instead of calls"]
    shown = functions(text)
    assert [*shown] == ["sum_in_steps", "trampoline"]
    assert shown.items() <= {**source("tree_sum"), **source("trampoline")}.items()


def test_the_example_is_a_problem():
    text, _ = sections()["Measure your own"]
    names = {"__name__": "my_problem"}
    exec(text, names)
    problem = names["problem"]
    assert isinstance(problem, Problem)
    assert [solution.control_flow for solution in problem.implementations] == ["loop", "recursion"]
    assert [solution.function(*problem.arguments(6, 1)) for solution in problem.implementations] == [720, 720]


def test_the_table_has_every_problem_and_leads_to_its_section():
    [table] = re.findall(r"<!-- table: problems.*?-->\n(.*?)<!-- end -->", TEXT, re.DOTALL)
    rows = re.findall(r"^\| [^|\[]*\[(.+?)\]\(#(.+?)\) \|", table, re.MULTILINE)
    assert [title for title, _ in rows] == [problem.title for problem in PROBLEMS.values()]
    assert [anchor for _, anchor in rows] == [heading.lower().replace(" ", "-") for heading in sections() if heading.lower() in
                                              {problem.title.lower() for problem in PROBLEMS.values()}]  # fmt: skip
