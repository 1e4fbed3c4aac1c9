"""The answer in words: what each place of the table says, the advice, and the table on a page, on terminals and in Markdown."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from bench.analyse.advice.facts import Overview, Place
from bench.analyse.frontier import Peak, PeakRatio
from bench.analyse.ratios import Ratio
from bench.cli import main
from bench.plan.cells import BACKPROPAGATION
from bench.show.answers.advice import answer_table, markdown, time_words
from bench.show.terminal.screen import Screen
from bench.tests.analyse.test_advice import KEPT, known, ratio
from bench.tests.rows import write_results

MACHINE = {"python": "3.11.7", "cpu": "A processor", "cores": 2}
CONDITIONS = {"dataset": "breast_cancer", "batch": 32, "dtype": "float64", "update": "deferred", "allocator": "default"}
WIDE = Place(64, 128)
POPPED = known("iterative_pop", "undecided", "faster", 150, 10_000)
RECURSION = known("recursive", "slower", "faster", 150, 987, False)


def table(*rows, between=None, peak_at=WIDE):
    rows = [in_mib(row) for row in rows]
    return answer_table(
        Overview("iterative", Place(64, 8), WIDE, peak_at, CONDITIONS, rows, between or {}, "3.11.7", BACKPROPAGATION), MACHINE
    )


def in_mib(row):
    """The row with its peak in MiB, and that beside the kept list's."""
    return replace(
        row,
        peak=row.peak and Peak(*[row.peak.size * 2**20, "heap", *[row.peak.size * 2**20] * 2]),
        peak_ratio=row.peak and PeakRatio(row.peak.size / KEPT.peak.size),
    )


def words(shown):
    return {row[0].words: [entry.words for entry in row[1:]] for row in shown.rows}


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((1.05, 1.01, 1.07), "5 % slower"),
        ((0.92, 0.9, 0.95), "8 % faster"),
        ((1.0, 0.995, 1.004), "the same"),
        ((1.02, 0.99, 1.06), "undecided"),
        ((1.002, 1.001, 1.02), "under 1 % slower"),
        ((2.31, 2.2, 2.4), "2.3 times as long"),
        ((0.93, 0.82, 1.01, 0, 0, 0, 0.5, 1.001, 0.92), "0 to 8 % faster"),
        ((0.93, 0.82, 1.01, 0, 0, 0, 0.5, 1.011, 0.92), "8 % faster to 1 % slower"),
        ((1.1, 1.0, 1.2, 0, 0, 0, 0.5, 1.02, 1.2), "2 to 20 % slower"),
        ((1.0, 0.98, 1.02, 0, 0, 0, 0.5, 1.003, 0.998), "the same"),
    ],
)
def test_a_time_in_words(figures, expected):
    assert time_words(Ratio(64, 8, *figures)) == expected


def test_every_place_of_the_table():
    shown = table(KEPT, POPPED, RECURSION)
    narrow, wide, limit = ("64 layers × 8 units", "64 × 8"), ("64 layers × 128 units", "64 × 128"), ("recursion limit 1\u00a0000", "")
    assert [(column.where, column.at) for column in shown.columns] == [("", ""), narrow, wide, wide, limit, ("", "")]
    assert words(shown) == {
        "kept list": ["baseline", "baseline", "200.0 MiB", "10\u00a0000+", "yes"],
        "popped list": ["undecided", "10 % faster", "25 % less", "10\u00a0000+", "yes"],
        "recursion": ["5 % slower", "10 % faster", "25 % less", "987", "yes"],
    }
    notes = {row[0].words: [entry.note for entry in row[1:]] for row in shown.rows}
    assert notes["recursion"] == ["1.050 [1.020, 1.080]", "0.900 [0.880, 0.920]", "150.0 MiB", "then RecursionError", "to the last bit"]


def test_a_range_has_the_two_ratios_that_it_is_between():
    shown = table(KEPT, replace(RECURSION, wide=Ratio(64, 128, 0.935, 0.89, 1.02, 0, 0, 0, 0.5, 1.003, 0.931)))
    [entry] = [row[2] for row in shown.rows if row[0].words == "recursion"]
    assert (entry.words, entry.note) == ("0 to 7 % faster", "0.931 or 1.003, by what else is allocated")


def test_what_nothing_is_known_of_is_named_with_the_command_that_measures_it():
    shown = table(known("iterative", result=None), known("recursive", "same", "same", result=None), peak_at=None)
    assert [column.heading for column in shown.columns] == ["implementation", "time in a narrow network", "time in a wide network"]
    assert (
        "peak memory and reads how (`unwind run` does it); layers as Python comes and layers, limit raised (`unwind limits`" in shown.scope
    )
    assert "same result (`unwind train` does it)." in shown.scope


def test_what_is_known_of_some_alone_is_not_measured_for_the_others():
    assert words(table(KEPT, known("recursive", "same", None)))["recursion"] == [
        "the same",
        "not measured",
        "not measured",
        "not measured",
        "yes",
    ]


def test_the_advice_says_what_to_use_and_what_recursion_costs_beside_that():
    assert table(KEPT, POPPED, RECURSION, between={("recursive", "iterative_pop"): (ratio("slower"), ratio("same"))}).advice == [
        "Use a loop with a popped list: beside the kept list, it is not measurably slower, needs 25 % less memory "
        "and trains 10\u00a0000 layers "
        "as Python comes.",
        "Beside the popped list, recursion needs no more memory, but is 5 % slower in narrow deep networks and stops at 987 layers "
        "unless Python's recursion limit is raised.",
    ]


@pytest.mark.parametrize(
    ("verdicts", "free", "sentence"),
    [
        (("same", "same"), False, "Recursion does as well, but stops at 987 layers unless Python's recursion limit is raised."),
        (("same", "faster"), True, "Recursion does as well."),
        (("same", "undecided"), True, "Recursion is not measurably slower."),
        (("same", "slower"), True, "Beside the popped list, recursion needs no more memory, but is 5 % slower in wide deep networks."),
    ],
)
def test_what_is_said_of_recursion(verdicts, free, sentence):
    recursion = known("recursive", "same", "same", 150, 987, free)
    between = {("recursive", "iterative_pop"): tuple(map(ratio, verdicts))}
    assert table(KEPT, POPPED, recursion, between=between).advice[1] == sentence


def test_where_nothing_was_timed_nothing_is_said_of_time():
    untimed = [
        replace(row, narrow=None, wide=None)
        for row in (KEPT, known("iterative_pop", "same", "same", 150), known("recursive", "same", "same", 150))
    ]
    assert table(*untimed).advice[:2] == [
        "Use a loop with a popped list: beside the kept list, it needs 25 % less memory.",
        "Recursion needs no more memory than the popped list.",
    ]


def test_the_advice_beyond_a_limit_where_memory_is_short_and_after_few_passes():
    limit = table(KEPT, known("recursive", "faster", "faster", 150, 987, False)).advice
    assert limit[0].startswith("Use recursion: beside the kept list, it is faster and needs 25 % less memory.")
    assert limit[1] == "Beyond 987 layers, use a kept list or raise the limit."
    lean = table(KEPT, known("checkpoint_loop", "slower", "slower", 20, 10_000)).advice
    assert lean == [
        "Use a loop with a kept list, the baseline: nothing else here comes out ahead of it.",
        "Where memory is short: checkpointed loop needs 90 % less and takes longer.",
    ]
    early = Ratio(64, 8, 1.0, 0.0, float("inf"))
    shown = table(KEPT, known("iterative_pop", early, early, 150))
    assert words(shown)["popped list"][:2] == ["undecided", "undecided"]
    assert shown.advice[-1] == "Times are undecided: too few passes. Run the same command again to add passes."
    assert table(known("iterative"), known("recursive", early)).advice == [
        "No advice yet: neither a time nor a peak is known for certain. Run the same command again to add passes."
    ]
    assert table(KEPT).advice == ["Nothing to choose from: fewer than two implementations were compared that give the same result."]


def test_the_scope_says_what_it_holds_for():
    assert table(KEPT, RECURSION).scope.startswith(
        "This holds for Python 3.11.7 on A processor, 2 cores; 64 × 8 and 64 × 128 (layers × units), breast_cancer, batch 32, float64, "
        "deferred update, with the default allocator. Times and memory are beside the kept list."
    )


def printed(shown, width):
    screen = Screen()
    screen.out = Console(file=io.StringIO(), width=width)
    screen.answer(shown)
    return screen.out.file.getvalue().replace("\u00a0", " ").splitlines()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_answer_fits_a_terminal(width):
    lines = printed(table(KEPT, POPPED, RECURSION), width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "Use a loop with a popped list: beside the kept list" in text
    assert "987" in text
    if width < 70:
        assert "  depth as it comes: 987" in lines
    else:
        assert len(lines) <= 24


def test_the_answer_in_markdown():
    lines = markdown(table(KEPT, RECURSION)).splitlines()
    assert lines[0].startswith("| implementation | time in a narrow network (64 layers × 8 units) | ")
    assert lines[3].startswith("| recursion | 5 % slower | 10 % faster | 25 % less | 987 | yes |")
    assert {line.count("|") for line in lines[:4]} == {lines[0].count("|")}
    assert lines[5].startswith("**Use recursion: ")


def test_the_answer_is_first_on_the_page_and_at_the_end_of_the_commands(tmp_path, capsys):
    folder = write_results(tmp_path / "my results", lambda cell: 1.2)
    assert main(["report", "--results", str(folder)]) == 0
    page, said = (folder / "report.html").read_text(), " ".join(capsys.readouterr().out.split())
    first = re.search(r"<section.*?</section>", page, re.DOTALL)[0].replace("\u00a0", " ")
    for text in (first, said.replace("\u00a0", " ")):
        assert "20 % slower" in text
        assert "Use a loop with a kept list" in text
    assert "in brackets the confidence interval" in first
    assert re.search(r'data-label="time \(\d+ layers × \d+ units\)"', first)
    assert (folder / "report.html").resolve().as_uri() in said
    assert f"'{folder / 'report.html'}'" in said, "a path with a blank is quoted for a shell"
