"""Digests of code: the same for what does the same, another for what does not; and what an implementation is made of."""

import pytest

from bench.measure.timing import method_digest as timing_method
from bench.measure.timing.method_digest import method
from bench.plan import code_text as sources
from bench.plan.code_text import code_digest, module_of, taken_from
from bench.plan.contenders import available
from bench.plan.experiment import _modules, prepare
from bench.plan.problems import backpropagation
from bench.plan.sweeps import Sweep
from impls import IMPLEMENTATIONS

PLAIN = '''
"""A file."""
from impls.layers import forward

class Kept:
    """What is kept."""
    size: int
    """How many."""

def known(source, files):
    return backpropagation(available(files))


def double(x):
    """Twice x."""
    # as it was asked
    return x * 2 + forward(x)
'''


@pytest.fixture
def digest(monkeypatch):
    texts = {}
    monkeypatch.setattr(sources, "source_of", texts.__getitem__)

    def of(*parts):
        texts.clear()
        texts.update((f"m{number}", text) for number, text in enumerate(parts))
        return code_digest(texts)

    return of


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ('"""Twice x."""', '"""Two times x, in other words."""'),
        ('    """Twice x."""\n', ""),
        ('"""A file."""', ""),
        ('    """How many."""\n', ""),
        ("# as it was asked", "# for another reason"),
        ("x * 2 + forward(x)", "(x*2) + forward( x )"),
        ("from impls.layers import", "from impls.parts.layers import"),
        ("from impls.layers import", "from .layers import"),
    ],
)
def test_what_does_the_same_has_the_same_digest(digest, was, is_now):
    assert was in PLAIN
    assert digest(PLAIN) == digest(PLAIN.replace(was, is_now))


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("x * 2", "x + 2"),
        ("x * 2", "x * 3"),
        ("x * 2", "2 * x"),
        ("import forward", "import backward as forward"),
        ("from impls.layers", "from numpy"),
        ("return x", "yield x"),
    ],
)
def test_what_does_something_else_has_another(digest, was, is_now):
    assert was in PLAIN
    assert digest(PLAIN) != digest(PLAIN.replace(was, is_now))


def test_names_of_files_and_their_order_do_not_count_and_each_file_does(digest):
    assert digest("x = 1", "y = 2") == digest("y = 2", "x = 1") != digest("x = 1")


@pytest.mark.parametrize(
    ("line", "modules"),
    [
        ("from impls import peaks", ["impls.peaks"]),
        ("import impls.peaks", ["impls.peaks"]),
        ("import impls.peaks as formulas", ["impls.peaks"]),
        ("from impls.peaks import snapshots", ["impls.peaks"]),
        ("from . import peaks", ["impls.peaks"]),
        ("from .peaks import snapshots", ["impls.peaks"]),
        ("from .originals.peaks import tuples_kept", ["impls.originals.peaks", "impls.peaks"]),
        ("from impls import IMPLEMENTATIONS", []),
        ("from numpy import add", []),
        ("def late():\n    from impls.peaks import snapshots", ["impls.peaks"]),
    ],
)
def test_every_way_to_import_is_seen(monkeypatch, line, modules):
    read = sources.source_of
    monkeypatch.setattr(sources, "source_of", lambda module: line if module == "impls.mine" else read(module))
    monkeypatch.setattr(sources, "_is_package", lambda module, ask=sources._is_package: module != "impls.mine" and ask(module))
    assert taken_from(["impls.mine"], "impls") == sorted(modules)


def test_the_formulas_of_checkpointed_recursion_are_part_of_it():
    module = module_of(IMPLEMENTATIONS["checkpoint_recursion"])
    assert {"impls.peaks", "impls.layers", "impls.losses"} <= set(taken_from([module], "impls"))


def changed(monkeypatch, module, was, is_now):
    """Every module as it is, but for one."""
    read = sources.source_of
    assert was in read(module)
    monkeypatch.setattr(sources, "source_of", lambda name: read(name).replace(was, is_now) if name == module else read(name))


def known(source, files):
    return backpropagation(available(files))


def settings():
    sweep = Sweep(name="s", depth=2, width=2, impls=["iterative", "recursive"])
    return prepare(sweep, [], [], "iterative", known, lambda *_: {}).settings()


def test_a_reworded_docstring_changes_no_settings_and_an_operator_does(monkeypatch):
    before = settings()
    changed(monkeypatch, "impls.recursive", "One recursion: forward on the way down", "Forward as it goes down")
    assert settings() == before
    monkeypatch.undo()
    changed(monkeypatch, "impls.recursive", "l + 1, A, Y", "l - -1, A, Y")
    after = settings()["implementations"]
    assert after["recursive"] != before["implementations"]["recursive"]
    assert after["iterative"] == before["implementations"]["iterative"]


def test_the_digest_of_a_framework_covers_what_calls_its_code(monkeypatch):
    before = code_digest(_modules(IMPLEMENTATIONS["torch"]))
    changed(monkeypatch, "impls.lazy", "name)(*arguments)", "name)(*reversed(arguments))")
    assert code_digest(_modules(IMPLEMENTATIONS["torch"])) != before


@pytest.mark.parametrize("name", ["clocks", "frame_room", "visit", "worker", "pass_timer", "passes"])
def test_the_method_is_all_code_between_a_step_and_its_figures(monkeypatch, name):
    before = method()
    module = f"{timing_method.__package__}.{name}"
    changed(monkeypatch, module, "from __future__ import annotations", "from __future__ import annotations\n# reworded")
    assert method() == before
    monkeypatch.undo()
    changed(monkeypatch, module, "from __future__ import annotations", "from __future__ import annotations\nlate = 1")
    assert method() != before
