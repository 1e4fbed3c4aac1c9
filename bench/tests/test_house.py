"""The house stays in order: imports point downhill, and files name their idea."""

import ast
import graphlib
import sys

import pytest

from bench.plan.sources import module_of, source_of
from bench.tests.places import ROOT
from impls import IMPLEMENTATIONS

ROOMS = ["plan", "measure", "record", "analyse", "show", "verbs"]
FILES = [path for folder in ("impls", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]
SOURCES = [path for path in FILES if "tests" not in path.parts]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def libraries(path):
    """What the implementations in a file are written over; the files of the compiled ones are over their compiler's own, too."""
    compiler = {"numba", "llvmlite"} if path.parent.name == "compiled" else set()
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return compiler | {one.library.name for one in IMPLEMENTATIONS.values() if one.library and module_of(one) == module}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downhill(path):
    parts = path.relative_to(ROOT).parts
    if parts[0] == "impls":
        assert all(name.split(".")[0] in {*sys.stdlib_module_names, "numpy", "impls", *libraries(path)} for name in imported(path))
    elif parts[1] in ROOMS:
        above = ROOMS[ROOMS.index(parts[1]) + 1 :]
        assert not [name for name in imported(path) if name.startswith("bench.") and name.split(".")[1] in above]


def functions():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(ROOT)}: {node.name}", node.end_lineno - node.lineno + 1


def test_a_function_is_one_thought():
    lengths = dict(functions())
    assert len(lengths) > 500
    assert {name: lines for name, lines in lengths.items() if lines > 50} == {}


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_holds_a_dozen_modules_at_most(folder):
    """In `impls` siblings stand side by side, and may be more."""
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= (20 if folder == ROOT / "impls" else 12)


def module_of_path(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_two_files_import_each_other_in_a_circle():
    """A package's __init__ that hands on names of its own files is no circle: what counts are files that import the file."""
    modules = {module_of_path(path): path for path in SOURCES}
    graph = {name: {found for found in mentioned(path) if found in modules and found != name} for name, path in modules.items()}
    without_own_package = {name: {other for other in others if not name.startswith(f"{other}.")} for name, others in graph.items()}
    assert len([*graphlib.TopologicalSorter(without_own_package).static_order()]) == len(modules)


def mentioned(path):
    """Every module that a file imports, or imports a name from, under `if TYPE_CHECKING` too; not inside functions."""
    for node in ast.parse(path.read_text()).body:
        for inner in ast.walk(node) if isinstance(node, ast.If | ast.Try) else [node]:
            if isinstance(inner, ast.Import):
                yield from (alias.name for alias in inner.names)
            elif isinstance(inner, ast.ImportFrom) and inner.module:
                yield inner.module
                yield from (f"{inner.module}.{alias.name}" for alias in inner.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_opens_with_one_sentence(path):
    first_line = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]
    assert len(first_line) > 10


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_an_implementation_fits_on_a_screen(name):
    screen = 45 if name in ("iterative", "iterative_pop", "recursive", "closures", "generators", "forum") else 110
    assert len(source_of(module_of(IMPLEMENTATIONS[name])).splitlines()) <= screen


def test_implementations_rhyme():
    """The files of one family share their imports, and most of their other lines."""
    iterative, popped = (set((ROOT / "impls" / f"{name}.py").read_text().splitlines()) for name in ("iterative", "iterative_pop"))
    assert len(iterative & popped) >= 0.7 * len(iterative)
