"""The README and the pages in docs/ are complete and true: what they name is there, what is there is named, and their examples run."""

import doctest
import json
import re
import shlex
import sys
from argparse import SUPPRESS
from importlib.util import find_spec
from inspect import signature

import numpy as np
import pytest

from bench.cli import parser
from bench.defaults import SWEEPS
from bench.from_python.result import Result
from bench.from_python.versus import versus
from bench.measure.workers.known_problems import known_problem
from bench.measure.workers.problem_checks import disagreeing
from bench.plan import sweeps
from bench.plan.contenders import load_file
from bench.plan.problems import load_problem
from bench.plan.sweeps import Sweep
from bench.record.exports import FORMATS
from bench.record.schemas import SCHEMAS
from bench.show.report.back.glossary import terms
from bench.tests.places import ROOT
from bench.tests.reference import REFERENCE
from bench.tests.reference_tables import BLOCK, CARRIED, OF_PROBLEMS, TABLES, filled
from impls import IMPLEMENTATIONS
from impls.contract import check, example, gradients_of
from impls.interface import Implementation
from impls.layers import backward, forward
from impls.losses import LOSSES
from impls.problem_contract import check_solution
from impls.problems import PROBLEMS

PAGES = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
README, CLI, FILES, RESULTS = (PAGES[name] for name in ("README.md", "docs/cli.md", "docs/files.md", "docs/results.md"))
INTERVAL = re.compile(r"\[\d[\d.]*, \d[\d.]*\]")
WORDS = ("implementation", "cache", "update", "deferred", "fused", "control-flow", "cell", "pass", "round", "start-depth", "baseline")
MORE_WORDS = (
    "control",
    "floor",
    "straddle",
    "heap-history",
    "allocator",
    "verdict",
    "depth",
    "page-fault",
    "confidence-interval",
    "checkpoint",
)
FIGURES = {  # of the README's five answers -> the table of results.md, and how its row begins
    "1.057": ("calls", "64 | 8 | default"),
    "0.996": ("calls", "64 | 8 | steady"),
    "0.9 %": ("peaks_apart", "largest difference"),
    "241": ("frame", "in all"),
    "987": ("recursion_depth", "3.11.7"),
    "1 000 000": ("recursion_depth", "3.13.0"),
    "0.937": ("cache_times", "popped list"),
}


def fenced(page, language):
    """The blocks of code in a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE)


def prose(text):
    """A page without its blocks of code and without code in a line."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def section(text, heading):
    """What stands below a heading, up to the next of its level or above."""
    level = heading.split()[0]
    [found] = re.findall(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", text, re.DOTALL | re.MULTILINE)
    return found


def anchors(text):
    """The anchors that GitHub gives the headings of a page."""
    found = []
    for heading in re.findall(r"^#+ (.*)", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return found


def verbs():
    return next(action for action in parser()._actions if action.choices).choices


def options():
    return [
        (verb, option)
        for verb, its_parser in verbs().items()
        for action in its_parser._actions
        for option in action.option_strings
        if option not in ("-h", "--help") and action.help != SUPPRESS
    ]


def commands():
    """(page, command), for all that a reader is shown to type."""
    lines = [(page, line) for page in PAGES for block in fenced(page, "console") for line in block.splitlines()]
    return [(page, line.removeprefix("$ ").split("  #")[0].strip()) for page, line in lines if line.startswith("$ ")]


@pytest.fixture
def recursion_limit():
    limit = sys.getrecursionlimit()
    yield limit
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if ">>> " in text])
def test_the_examples_print_what_they_say(page, recursion_limit):
    failures, tried = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert (failures, tried) == (0, PAGES[page].count(">>> "))


def test_the_readmes_loop_and_recursion_are_what_is_compared():
    names = {"forward": forward, "backward": backward, "LOSSES": LOSSES}
    loop, recursion, *_ = fenced("README.md", "python")
    exec(loop + "\n\n" + recursion, names)
    whole = {"iterative_pop": names["loop"], "recursive": lambda network, X, Y, emit: names["recurse"](network, 0, X, Y, emit)[0]}
    for name, backprop in whole.items():
        ours = gradients_of(Implementation("told", "told", "told", "other", backprop), *example((5, 4, 3, 1)))
        theirs = gradients_of(IMPLEMENTATIONS[name], *example((5, 4, 3, 1)))
        assert ours[0] == theirs[0]
        np.testing.assert_equal(ours[1], theirs[1])


def test_the_readmes_own_implementation_keeps_the_contract(tmp_path):
    *_, text, _ = fenced("README.md", "python")
    (tmp_path / "mine.py").write_text(text)
    [mine] = load_file(str(tmp_path / "mine.py"))
    check(mine)


def test_the_readmes_own_problem_is_one_and_its_two_functions_agree(tmp_path):
    *_, text = fenced("README.md", "python")
    (tmp_path / "tree.py").write_text(text)
    problem = load_problem(str(tmp_path / "tree.py"))
    for name in problem.by_name:
        check_solution(problem, name)
    assert problem.by_name["recursive"].function(*problem.arguments(3, 1)) == 3 + problem.arguments(0, 1)[0][0]


def test_the_problem_that_is_shown_is_sound(tmp_path):
    for page in ("README.md", "docs/cli.md"):
        [text] = [block for block in fenced(page, "python") if "problem = Problem(" in block]
        (tmp_path / "mine.py").write_text(text)
        problem = known_problem(str(tmp_path / "mine.py"))
        assert [*problem.implementations] == ["loop", "recursive"]
        assert disagreeing(problem, [*problem.implementations], []) == {}


def test_the_readme_is_read_to_its_end():
    without_code = re.sub(r"^```.*?^```", "", BLOCK.sub("", README), flags=re.DOTALL | re.MULTILINE)  # and without the answer
    assert 500 < len(without_code.split()) < 1_000


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_an_implementation_is_described(name):
    assert f"| `{name}` |" in README
    [row] = re.findall(rf"^\| \[`{name}`\]\(.*", PAGES["docs/implementations.md"], re.MULTILINE)
    implementation = IMPLEMENTATIONS[name]
    assert f"| {implementation.title} |" in row
    assert f"| {implementation.control_flow} |" in row
    assert f"| {'exact' if implementation.exact else '1e-9'} |" in row


@pytest.mark.parametrize("verb", verbs())
def test_a_verb_is_described(verb):
    assert section(CLI, f"### `unwind {verb}`").strip()


@pytest.mark.parametrize(("verb", "option"), options())
def test_an_option_is_described(verb, option):
    shared = section(CLI, "## Verbs and their options").split("###")[0]
    own = section(CLI, f"### `unwind {verb}`")
    assert re.search(rf"`{option}[ `]|--format FORMAT", shared + own) if option == "--format" else f"`{option}" in shared + own


def test_no_option_is_described_that_is_not_there():
    known = {option for _, option in options()} | {"--help", "--benchmark-only", "--benchmark-compare", "--hypothesis-profile"}
    known |= {"--nthreads", "--resources", "--no-dashboard", "--host", "--exclusive"}  # of Dask and SLURM
    told = {(page, option) for page, text in PAGES.items() for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)}
    assert not [(page, option) for page, option in sorted(told) if option not in known]


@pytest.mark.parametrize("name", [*SWEEPS, *FORMATS])
def test_a_sweep_and_a_format_are_described(name):
    assert f"| `{name}` |" in CLI


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweeps_precision_is_what_is_said(name):
    assert f"| `{name}` | ±{100 * sweeps.load(name).precision:g} % |" in CLI


@pytest.mark.parametrize(("file", "column"), [(file, column) for file, columns in SCHEMAS.items() for column in columns])
def test_a_column_is_described_with_its_file(file, column):
    assert f"`{file}`" in FILES or f"`results/{file}`" in FILES
    of_selfcheck = file in ("others.csv", "meters.csv", "checks.csv")
    words = section(FILES, "## selfcheck").split(f"`{file}`, ")[1].split(".csv`, ")[0] if of_selfcheck else section(FILES, f"## {file}")
    assert f"`{column}`" in words


def test_the_columns_that_are_described_are_there():
    for file, columns in SCHEMAS.items():
        if f"## {file}" in FILES:
            rows = re.findall(r"^\| (`.*?`) \|", section(FILES, f"## {file}"), re.MULTILINE)
            assert {name.strip("`") for row in rows for name in row.split(", ")} <= set(columns)


@pytest.mark.parametrize("argument", signature(versus).parameters)
def test_an_argument_of_versus_is_described(argument):
    rows = re.findall(r"^\| (`.*?`) \|", section(PAGES["docs/versus.md"], "## Arguments"), re.MULTILINE)
    assert f"`{argument}`" in ", ".join(rows).split(", ")


@pytest.mark.parametrize("name", [name for name in vars(Result) if not name.startswith("_") and name not in ("baseline", "functions")])
def test_what_a_result_has_is_described(name):
    assert re.search(rf"`{name}[`(]", section(PAGES["docs/versus.md"], "## The result"))


def test_the_make_targets_are_described():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^\| `make ([a-z]+)` \|", CLI, re.MULTILINE)) == targets


@pytest.mark.parametrize(("page", "command"), commands())
def test_a_command_can_be_given(page, command):
    program, *arguments = shlex.split(command)
    if program in ("unwind", ".venv/bin/unwind"):
        parser().parse_args(arguments)
        assert all((ROOT / word).exists() for word in arguments if word.startswith("impls/"))
    elif program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert all(word in targets or re.fullmatch(r"[A-Z_]+=\S+", word) for word in arguments)
    elif program == ".venv/bin/python":
        assert arguments[0] == "-m"
        assert find_spec(arguments[1])
    else:
        assert program == "pytest"


def test_the_sweep_that_is_shown_names_every_key():
    keys = [sweeps.parse(text, "shown", "cli.md").model_fields_set for text in fenced("docs/cli.md", "toml")]
    assert set().union(*keys) == set(Sweep.model_fields)


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(PAGES[page])):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert file.exists(), f"{page} links to {target}"
        assert file.is_relative_to(ROOT)
        assert not anchor or anchor in anchors(PAGES[str(file.relative_to(ROOT))]), f"{page} links to {target}"


def test_the_readme_shows_pictures_and_leads_to_every_page():
    assert len(re.findall(r"!\[.+?\]\(plots/reference/\w+\.svg\)", README)) >= 2
    assert all(f"({page})" in README for page in PAGES if page != "README.md")


@pytest.mark.parametrize("word", WORDS + MORE_WORDS)
def test_the_glossary_has_the_word(word):
    assert word in anchors(PAGES["docs/glossary.md"])


def test_the_glossary_has_each_word_once():
    headings = re.findall(r"^### (.*)", PAGES["docs/glossary.md"], re.MULTILINE)
    assert len(headings) == len({heading.lower() for heading in headings}) > 50


def test_the_tables_of_results_are_what_the_files_say():
    assert filled(RESULTS) == RESULTS
    assert {block[1] for block in BLOCK.findall(RESULTS)} == set(TABLES)


def test_the_answer_in_the_readme_is_that_of_the_report():
    assert [block[1] for block in BLOCK.findall(README)] == ["answer"]
    assert filled(README) == README, "python -m bench.tests.reference_tables writes it again"


def test_the_tables_of_recursion_or_loop_are_what_the_files_say():
    page = PAGES["docs/recursion-or-loop.md"]
    assert filled(page) == page, "python -m bench.tests.reference_tables writes it again"
    assert {block[1] for block in BLOCK.findall(page)} == set(OF_PROBLEMS)


def test_each_problem_of_recursion_or_loop_begins_with_what_its_table_says():
    page = PAGES["docs/recursion-or-loop.md"]
    answers = dict(re.findall(r"\]\(#([\w-]+)\) \| \*\*([\w ]+)\*\*", page))
    first_words = re.findall(r"^### (.*)\n\n\*\*([\w ]+)", page, re.MULTILINE)
    assert {heading.lower().replace(" ", "-"): words.lower() for heading, words in first_words} == answers
    assert len(answers) == len(PROBLEMS)


def test_a_wrong_digit_in_a_table_is_noticed():
    assert "1.055 [1.039, 1.132]" in RESULTS
    assert filled(RESULTS.replace("1.055 [1.039, 1.132]", "1.048 [1.012, 1.074]")) == RESULTS


def test_an_interval_without_a_file_says_so():
    """Intervals stand in tables; those that no file holds are in a section that says that."""
    for part in re.split(r"^## ", RESULTS, flags=re.MULTILINE):
        rest = BLOCK.sub("", part)
        assert not [line for line in rest.splitlines() if INTERVAL.search(line) and not line.startswith("|")]
        assert not INTERVAL.search(rest) or "no file of" in rest


@pytest.mark.parametrize("page", [page for page in PAGES if page != "docs/results.md"])
def test_a_ratio_that_is_told_elsewhere_is_in_the_results(page):
    told = re.findall(r"(?<![\d.])\d\.\d{3}(?!\d)", prose(PAGES[page]))
    assert not [figure for figure in told if figure not in RESULTS]
    assert told or page != "README.md"


def test_a_number_in_a_sentence_of_the_results_is_in_a_table():
    """But for versions, issues, sizes of what was tried, and a few that are worked out from a table."""
    sentences = "\n".join(line for line in prose(BLOCK.sub("", RESULTS)).splitlines() if not line.startswith("|"))
    told = re.findall(r"\d+(?: \d{3})+|(?<![\d.])\d{3,}|(?<![\d.])\d\.\d{3}", re.sub(r"\]\(.*?\)", "", sentences))
    tables = "".join(match[0] for match in BLOCK.finditer(RESULTS))
    known = {"142183", "10 000", "40 000", "2 000", "144", "101", "105", "110", "750", "832"}
    known.add(f"{json.loads((REFERENCE / 'machine.json').read_text())['passes']['wall_s']:.0f}")  # the seconds of the run
    assert not [figure for figure in told if figure not in tables and figure not in known]
    assert "1 000 000" in told


def row(table, start):
    [block] = [match[0] for match in BLOCK.finditer(RESULTS) if match[2] == table]
    [found] = [line for line in block.splitlines() if line.startswith(f"| {start}")]
    return found


def test_the_readmes_answers_have_the_figures_of_the_results():
    bullets = re.findall(r"^- \*\*.*", section(README, "## Five answers"), re.MULTILINE)
    answers = re.sub(r"\]\(.*?\)|CPython \S+ to \S+|\d+ layers of width \d+", "", " ".join(bullets))
    told = re.findall(r"\d\.\d+(?: %)?|\d{1,3}(?: \d{3})+|\d{3,}", answers)
    assert sorted(told) == sorted(FIGURES)
    assert all(figure in row(*where) for figure, where in FIGURES.items())


def test_neither_source_reads_better_by_the_figures():
    assert "both take 12 lines and have a cyclomatic complexity of 3" in README
    lines = [row("clarity", IMPLEMENTATIONS[name].title) for name in ("iterative", "recursive")]
    assert [line.split(" | ")[1] for line in lines] == ["12", "12"]
    assert [line.split(" | ")[3] for line in lines] == ["3", "3"]


def test_the_report_carries_the_glossary_of_the_docs():
    assert CARRIED.read_text() == PAGES["docs/glossary.md"], "python -m bench.tests.reference_tables copies it"
    assert {term.word for term in terms()} == set(re.findall(r"^### (.*)", PAGES["docs/glossary.md"], re.MULTILINE))
    assert not [term.word for term in terms() if not term.meaning or re.search(r"[\[\]`*]|\.md", term.meaning)]
