"""What is shown of a problem, word by word, from rows with known answers; and that nothing that shows knows a problem's name."""

import ast
import io
import json
import re

import pytest
from rich.console import Console

from bench.analyse.ratios import Ratio
from bench.cli import main
from bench.plan.contenders import tell
from bench.plan.described import BUNDLED, NETWORKS
from bench.record.results import read_results
from bench.record.tables import Table, as_rows
from bench.show.answers import by_question
from bench.show.answers.advice import markdown
from bench.show.answers.memory import DIFFERENCE
from bench.show.answers.time import SPEED, TRUST
from bench.show.report.answer import answered, answered_across
from bench.show.report.several.overview import page_names
from bench.show.terminal.screen import Screen
from bench.show.topics import all_pictures, topic, with_facts
from bench.tests.places import ROOT
from bench.tests.problem_rows import TREE, WALK, machine, peaks, write_problem


@pytest.fixture(autouse=True)
def as_at_first():
    yield
    tell()


def read(folder):
    [results] = read_results(folder, print)
    return results


def said(results, anchor):
    entry = topic(anchor)
    return by_question(entry.answers(entry.facts(results)))


def plain(text):
    return text.replace("\u00a0", " ")


def section(page, anchor):
    found = re.search(rf'<section id="{anchor}">.*?</section>', page, re.DOTALL)
    return plain(found[0]) if found else ""


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<(script|style).*?</\1>", "", html, flags=re.DOTALL)).split())


def test_the_answer_is_as_plain_as_that_of_the_networks(tmp_path):
    table = answered(read(write_problem(tmp_path, TREE)))
    assert [column.heading for column in table.columns] == [
        "implementation", "time", "peak memory", "storeys as Python comes", "storeys, limit raised", "reads how?",
    ]  # fmt: skip
    assert [[plain(entry.words) for entry in line] for line in table.rows] == [
        ["loop", "baseline", "296 Bytes", "100 000+", "not measured", "7 lines"],
        ["recursion", "3.9 times as long", "18.6 times", "493", "15 744", "3 lines"],
    ]
    assert [plain(sentence) for sentence in table.advice] == [
        "Use a loop, the baseline: nothing else here comes out ahead of it.",
        "Recursion takes 3.9 times as long, needs 18.6 times the memory and stops at 493 storeys; "
        "with Python's recursion limit raised it crashes beyond 15 744.",
    ]
    assert table.scope == (
        "This holds for Python 3.11.7 on A processor, 2 cores; 12 × 2 (storeys × width), with the default allocator. Times and memory are "
        "beside the loop."
    )
    assert "None" not in markdown(table)
    assert "same result" not in markdown(table)


def test_without_a_study_of_depth_time_and_memory_are_all_that_is_said(tmp_path):
    folder = write_problem(tmp_path, TREE)
    (folder / "limits.csv").unlink()
    table = answered(read(folder))
    assert table.advice[1] == "Recursion takes 3.9 times as long and needs 18.6 times the memory."
    assert "storeys as Python comes and storeys, limit raised (`unwind limits --problem FILE` does it)" in table.scope


def test_several_widths_are_a_narrow_and_a_wide_input(tmp_path):
    table = answered(read(write_problem(tmp_path, TREE, shapes=((4, 2), (12, 2), (12, 8)))))
    assert [column.heading for column in table.columns][1:3] == ["time in a narrow tree", "time in a wide tree"]
    assert "Recursion takes 3.9 times as long in narrow deep trees, takes 3.9 times as long in wide deep trees" in table.advice[1]


def test_each_of_the_others_is_asked_about(tmp_path):
    results = read(write_problem(tmp_path, TREE))
    [answer] = said(results, "answers")[SPEED]
    assert answer.text == (
        "Yes, for recursion, in 3 of 3 cells with the default allocator. Ratios are recursion's CPU time over the loop's."
    )
    assert answer.items == (
        "slower: 3 cells",
        "lowest ratio: 3.900 [3.900, 3.900] at depth 4, width 2",
        "highest ratio: 3.900 [3.900, 3.900] at depth 4, width 2",
    )
    assert [*said(results, "answers")] == [SPEED, TRUST]
    [answer] = said(read(write_problem(tmp_path / "same", TREE, ratio=1.0)), "answers")[SPEED]
    assert answer.text.startswith("No, for recursion, in none of 3 cells")


def test_memory_is_the_heap_and_the_frames_that_it_does_not_see(tmp_path):
    results = read(write_problem(tmp_path, TREE))
    asked = said(results, "memory")
    assert [*asked] == [DIFFERENCE], "nobody looked for leaks, and there is no formula"
    assert asked[DIFFERENCE][0].text == (
        "Yes, for recursion: more than the loop in 1 of 1 cell. At depth 12, width 2, recursion's peak is 5.4 KiB and the loop's 296 Bytes."
    )


@pytest.mark.parametrize(
    ("read_bytes", "sentence"),
    [((100, 100), "No, not for recursion: in none of 1 cell."), ((100, 90), "Yes, for recursion: less than the loop in 1 of 1 cell.")],
)
def test_a_peak_that_is_no_higher(tmp_path, read_bytes, sentence):
    folder = write_problem(tmp_path, TREE)
    loop, recursion = read_bytes
    Table(folder, "memory.csv").replace(as_rows(peaks(TREE, ("iterative", "heap", loop), ("recursive", "heap", recursion))))
    assert said(read(folder), "memory")[DIFFERENCE][0].text.startswith(sentence)


def test_a_peak_between_bounds_is_told_by_what_is_certain(tmp_path):
    folder = write_problem(tmp_path, TREE)
    (folder / "limits.csv").unlink()
    rows = peaks(TREE, ("iterative", "resident", 4096), ("recursive", "resident", 2**20))
    rows = rows.assign(repeats=8, low_bytes=[0, 2**20], high_bytes=[128 * 2**10, 2**21]).astype(rows.dtypes)
    Table(folder, "memory.csv").replace(as_rows(rows))
    table = answered(read(folder))
    assert [line[2].words for line in table.rows] == ["4.0 KiB", "at least 8.0 times"]
    assert table.advice[1] == "Recursion takes 3.9 times as long and needs at least 8.0 times the memory."
    Table(folder, "memory.csv").replace(as_rows(rows.assign(high_bytes=2**21).astype(rows.dtypes)))
    table = answered(read(folder))
    assert [line[2].words for line in table.rows] == ["4.0 KiB", "1.0 MiB"], "the bounds do not tell which is higher"
    assert table.advice[1] == "Recursion needs no more memory than the loop, but takes 3.9 times as long."


def test_depth_in_the_words_of_the_problem(tmp_path):
    asked = said(read(write_problem(tmp_path, TREE)), "limits")
    assert [*asked] == ["What is Python's limit?", "Is it dangerous to raise the limit?"]
    assert plain(asked["What is Python's limit?"][0].text) == (
        "1 000 calls inside one another, unless a program sets another limit (3.11.7). Recursion managed 493 storeys under it, and a "
        "deeper tree ended in a RecursionError. It does not stop loop: 100 000 storeys, the most that was tried."
    )
    assert plain(asked["Is it dangerous to raise the limit?"][0].items[0]) == "recursion: beyond 15 744 storeys (3.11.7)"


def test_a_raised_limit_is_told_in_the_answer_and_beside_the_times(tmp_path):
    folder = write_problem(tmp_path, TREE, raised_from=8)
    sentence = "From depth 8 on, recursion was timed with the recursion limit raised: as Python comes, it ends in a RecursionError there."
    assert sentence in answered(read(folder)).advice
    assert main(["report", "--results", str(folder)]) == 0
    page = (folder / "report.html").read_text()
    assert sentence in section(page, "answer")
    assert sentence in section(page, "answers")
    assert "recursion limit raised: as" not in " ".join(answered(read(write_problem(tmp_path / "plain", TREE))).advice)


def printed(table, width=80):
    screen = Screen()
    screen.out = Console(file=io.StringIO(), width=width)
    screen.answer(table)
    return " ".join(screen.out.file.getvalue().split())


def test_the_terminals_answer(tmp_path):
    text = printed(answered(read(write_problem(tmp_path, TREE))))
    assert "Recursion takes 3.9 times as long, needs 18.6 times the memory and stops at 493 storeys" in text
    assert "layers" not in text
    assert "None" not in text


def test_the_page_of_a_problem(tmp_path):
    folder = write_problem(tmp_path, TREE, shapes=((4, 2), (8, 2), (12, 2), (12, 8)))
    assert main(["report", "--results", str(folder)]) == 0
    page = (folder / "report.html").read_text()
    assert [path.name for path in folder.glob("report*")] == ["report.html"]
    assert "<h1>Tree of mine: recursion or a loop?</h1>" in page
    assert "<p>Loop and recursion give the same answer." in page
    assert '<a href="#network">My tree</a>' in page
    text = words(page[: page.index('<section id="glossary">')])
    for foreign in ("layer", "network", "trains", "training", "backprop", "cache", "None", "nan", "batch"):
        assert not re.search(rf"\b{foreign}", text), f"{foreign}: {text[re.search(foreign, text).start() - 60 :][:120]}"
    assert "<label>Depth in storeys <input" in page
    assert "<label>Width <input" in page
    sources = json.loads(re.search(r'id="sources-data">(.*?)</script>', page, re.DOTALL)[1])
    assert [its["title"] for its in sources["sources"].values()] == ["loop", "recursion"]
    assert words(sources["sources"][f"{TREE}: recursive"]["lines"][1]) == "return recursive ( tree )"
    assert [entry.anchor for entry, _ in with_facts(read(folder))] == [
        "answer", "answers", "network", "figures", "memory", "frontier", "limits", "explore", "sources", "cells", "reading", "machine",
        "data", "glossary",
    ]  # fmt: skip


def test_figures_carry_the_words_of_the_problem(tmp_path):
    results = read(write_problem(tmp_path, TREE, shapes=((4, 2), (8, 2), (12, 2), (12, 8))))
    figures = {picture.name: picture for picture in all_pictures(results)}
    assert {*figures} == {"ratio_by_depth", "ratio_map", "time_by_depth", "time_against_memory", "depth_limits"}
    labels = {name: [ax.get_xlabel() for ax in picture.draw().axes] for name, picture in figures.items()}
    assert "depth (storeys)" in labels["ratio_by_depth"]
    assert "width" in labels["ratio_map"]
    assert "depth (storeys)" in labels["time_by_depth"]
    assert "peak memory of a call (KiB)" in labels["time_against_memory"]
    assert figures["ratio_by_depth"].heading == "Is recursion slower, and for which trees?"
    assert figures["depth_limits"].draw().get_supxlabel() == "storeys of the deepest tree that goes well"
    lines = [line.get_label() for line in figures["ratio_by_depth"].draw().axes[0].get_lines()]
    assert [label for label in lines if not label.startswith("_")] == ["2", "8"], "a line a width"


def test_what_could_not_be_measured_has_the_names_of_the_files(tmp_path):
    folder = write_problem(tmp_path, TREE)
    failed = peaks(TREE, ("recursive", "heap", 1)).assign(status="skipped", detail="too deep", peak_bytes=None)
    Table(folder, "memory.csv").replace(as_rows(failed.astype(peaks(TREE).dtypes)))
    assert main(["report", "--results", str(folder)]) == 0
    memory = section((folder / "report.html").read_text(), "memory")
    assert "<td>my_tree-d12-w2</td><td>recursive</td><td>heap</td><td>skipped</td>" in memory


def test_a_folder_of_several_problems_has_a_page_for_each(tmp_path, capsys):
    folder = write_problem(tmp_path, TREE, WALK, networks=True, record=machine(TREE, WALK, ended={
        "by": "budget", "comparisons": 2, "settled": 1,
        "open": [{"cell": "my_walk-d4-w2-default", "impl": "recursive", "baseline": "iterative", "half_width": 0.03, "problem": WALK}],
    }))  # fmt: skip
    assert main(["report", "--results", str(folder)]) == 0
    assert {path.name for path in folder.glob("report*")} == {
        "report.html", "report-my_tree.html", "report-my_walk.html", "report-backpropagation.html",
    }  # fmt: skip
    first = (folder / "report.html").read_text()
    answer = section(first, "answer")
    for name, title in (("my_tree", "Tree of mine"), ("my_walk", "Walk of mine"), ("backpropagation", "Backpropagation")):
        assert f'<a href="report-{name}.html">{title}</a>' in answer
    assert "recursion ÷ loop in my_walk-d4-w2-default (±3.0 %)" in answer
    assert "1 of 2 comparisons settled" in answer
    page = (folder / "report-my_tree.html").read_text()
    assert '<a href="report.html">all problems of this run</a>' in page
    assert "comparisons settled" not in page
    assert "<h1>Where should backpropagation keep its cache?</h1>" in (folder / "report-backpropagation.html").read_text()
    out = " ".join(capsys.readouterr().out.split())
    assert "3 of 3 problems take longer by recursion, for certain, with the largest input." in out
    assert "a page for each of its 3 problems beside it" in out


def test_the_table_across_problems(tmp_path):
    table = answered_across(read_results(write_problem(tmp_path, TREE, WALK), print))
    assert [[plain(entry.words) for entry in line] for line in table.rows] == [
        ["Tree of mine", "loop", "3.9 times as long", "3.9 times as long", "18.6 times", "493 storeys"],
        ["Walk of mine", "loop", "3.9 times as long", "3.9 times as long", "18.6 times", "493 nodes"],
    ]
    assert [plain(entry.note) for entry in table.rows[0][2:4]] == ["3.900 [3.900, 3.900] at 4 × 2", "3.900 [3.900, 3.900] at 12 × 2"]
    text = printed(table)
    assert "Walk of mine" in text
    assert "2 of 2 problems take longer by recursion, for certain, with the largest input." in text


def test_plots_of_several_problems_do_not_overwrite_one_another(tmp_path):
    folder = write_problem(tmp_path / "results", TREE, WALK)
    assert main(["plot", "--results", str(folder), "--plots", str(tmp_path / "plots")]) == 0
    names = {path.name for path in (tmp_path / "plots").iterdir()}
    assert {"ratio_by_depth-my_tree.svg", "ratio_by_depth-my_walk.svg"} <= names
    assert "ratio_by_depth.svg" not in names


def test_a_page_has_a_name_that_any_system_takes():
    assert page_names(["a/b", "a?b", "..", "größe"]) == ["report-a-b.html", "report-a-b-2.html", "report-problem.html", "report-größe.html"]


def test_ratios_of_problems_hold_together_by_themselves(tmp_path):
    alone = read(write_problem(tmp_path / "alone", TREE, passes=12, scatter=0.01))
    both = {
        results.problem.name: results
        for results in read_results(write_problem(tmp_path / "both", TREE, WALK, passes=12, scatter=0.01), print)
    }

    def intervals(results):
        facts = topic("cells").facts(results)
        return [Ratio(row.depth, row.width, row.ratio, row.low, row.high) for row in facts.summary.itertuples()]

    assert intervals(alone) == intervals(both[TREE])


# nothing that analyses or shows knows a problem's name

SHOWN = ("py", "j2", "js")
FILES = [path for folder in ("analyse", "show") for kind in SHOWN for path in sorted((ROOT / "bench" / folder).rglob(f"*.{kind}"))]
NAMES = [*BUNDLED, NETWORKS.name.upper(), "NETWORKS"]
IMPLEMENTATIONS_NAMED = {"bench/analyse/selfcheck/checks.py"}  # what those are about


def code(path):
    """The text of a file, of Python without docstrings and comments."""
    text = path.read_text()
    if path.suffix != ".py":
        return re.sub(r"//.*|\{#.*?#\}", "", text)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def test_the_walk_finds_the_files():
    assert len(FILES) > 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_shows_knows_a_problems_name(path):
    text = code(path)
    assert [name for name in NAMES if re.search(rf"\b{name}\b", text)] == []
    assert not re.search("backpropagation", text, re.IGNORECASE)


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_shows_knows_an_implementations_name(path):
    if str(path.relative_to(ROOT)) in IMPLEMENTATIONS_NAMED:
        return
    constants = {node.value for node in ast.walk(ast.parse(code(path))) if isinstance(node, ast.Constant)}
    assert constants & {name for problem in BUNDLED.values() for name in problem.implementations} == set()
