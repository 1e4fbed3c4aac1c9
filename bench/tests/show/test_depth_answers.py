"""Limits from rows to words: what is answered, drawn and reported."""

from dataclasses import replace

import pandas as pd

from bench.measure.depth.study import Limit, without_searches
from bench.plan.depth import RAISED
from bench.record.schemas import SCHEMAS
from bench.show.answers.depth import depth_answers
from bench.show.answers.words import spaced
from bench.show.figures.depth import depth_pictures
from bench.show.figures.pictures import save_all
from bench.show.topics import topic

SCHEMA = SCHEMAS["limits.csv"]


def limit(python, impl, deepest, status="ok", limit=RAISED, stack=None):
    return Limit(python, impl, limit, stack, deepest, None if status == "ok" else deepest + 1, status, None, 0.1)


def rows(*found):
    values = [["m", *(getattr(one, column) for column in list(SCHEMA)[1:])] for one in found]
    return pd.DataFrame(values, columns=list(SCHEMA)).astype(SCHEMA)


ROWS = rows(
    limit("3.13.0", "recursive", 990, "recursion_error", 1_000),
    limit("3.13.0", "recursive", 10**6),
    limit("3.13.0", "recursive", 10**6, stack=2**19),
    limit("3.13.0", "iterative", 10**6, limit=1_000),
    limit("3.13.0", "iterative", 10**6),
    limit("3.13.0", "call:plain", 10**6),
    limit("3.13.0", "call:partial", 4_992, "recursion_error"),
    limit("3.9.18", "recursive", 987, "recursion_error", 1_000),
    limit("3.9.18", "recursive", 23_680, "segfault"),
    limit("3.9.18", "recursive", 1_388, "segfault", stack=2**19),
    limit("3.9.18", "iterative", 10**6, limit=1_000),
    limit("3.9.18", "iterative", 10**6),
    limit("3.9.18", "call:plain", 23_680, "segfault"),
    without_searches("3.12.0", "error", "no pip"),
)


def answers(table):
    """Question -> its answers as one text, with plain spaces, and bars between the items of their lists."""
    found = {}
    for one in depth_answers(table):
        question = one.question.replace("\u00a0", " ")
        text = " | ".join((one.text, *one.items)).replace("\u00a0", " ")
        found[question] = f"{found[question]} {text}" if question in found else text
    return found


def test_the_limit_is_told_with_what_it_stops():
    assert answers(ROWS)["What is Python's limit?"] == (
        "1 000 calls inside one another, unless a program sets another limit (3.9.18 and 3.13.0). "
        "Recursion trained 987 to 990 layers under it, and a deeper network ended in a RecursionError. "
        "It does not stop kept list: 1 000 000 layers, the most that was tried."
    )


def test_danger_is_told_by_version_depth_and_stack():
    assert answers(ROWS)["Is it dangerous to raise the limit?"] == (
        "Yes, on 3.9.18: the process crashes with a segmentation fault, which no program can catch. "
        "| recursion: beyond 23 680 layers (3.9.18) | with a 512 KiB stack: 1 388 layers "
        "No, on 3.13.0: recursion trained 1 000 000 layers, the most that was tried, whatever the size of the stack."
    )


def test_the_depths_that_people_asked_about():
    assert answers(ROWS)["Is a network of 152 or 1 000 layers a problem?"] == (
        "No, 152 layers are no problem as Python comes. Recursion and kept list got there on 3.9.18 and 3.13.0. "
        "Yes, 1 000 layers are a problem as Python comes. Recursion stopped at 987 to 990 on 3.9.18 and 3.13.0. "
        "Kept list got there on all of these. With the limit raised, recursion and kept list got there on 3.9.18 and 3.13.0."
    )


def test_what_was_tried_on_one_version_alone_got_there_on_that_one():
    table = pd.concat([ROWS, rows(limit("3.13.0", "closures", 10**6, limit=1_000), limit("3.13.0", "closures", 10**6))])
    answer = answers(table)["Is a network of 152 or 1 000 layers a problem?"]
    assert "Recursion and kept list got there on 3.9.18 and 3.13.0. Closures got there on 3.13.0. " in answer
    assert "Kept list got there on all of these. Closures got there on 3.13.0. " in answer


def test_ways_of_calling_are_told_by_version():
    assert answers(ROWS)["Which ways of calling make recursion dangerous?"] == (
        "1 of 2 ways are safe on 3.13.0. | safe: plain function | not safe: functools.partial "
        "1 of 1 way on 3.9.18 came to an end before the most that was tried. | a segmentation fault: plain function (23 680) "
        "1 of 2 ways on 3.13.0 came to an end before the most that was tried. | a RecursionError: functools.partial (4 992) "
        "| none within 1 000 000 calls, the most that was tried: plain function"
    )


def test_plain_calls_do_not_vouch_for_other_ways():
    table = rows(
        limit("3.11.7", "recursive", 987, "recursion_error", 1_000),
        limit("3.11.7", "recursive", 10**6),
        limit("3.11.7", "call:map", 15_872, "segfault"),
    )
    assert answers(table)["Is it dangerous to raise the limit?"].endswith("on 3.11.7 other ways of calling do crash (see below).")


def test_a_crash_in_a_thread_alone_is_danger_enough():
    table = rows(
        limit("3.9.18", "recursive", 987, "recursion_error", 1_000),
        limit("3.9.18", "recursive", 3_000),
        limit("3.9.18", "recursive", 1_388, "segfault", stack=2**19),
    )
    assert answers(table)["Is it dangerous to raise the limit?"] == (
        "Yes, on 3.9.18: the process crashes with a segmentation fault, which no program can catch. | with a 512 KiB stack: 1 388 layers"
    )


def test_what_python_does_not_count_is_told_by_the_size_of_the_stack():
    table = rows(
        limit("3.13.0", "compiled_recursion", 11_136, "segfault", 1_000),
        limit("3.13.0", "compiled_recursion", 11_136, "segfault"),
        limit("3.13.0", "compiled_recursion", 128_000, "segfault", stack=2**26),
        limit("3.13.0", "compiled_recursion", 1_000, "segfault", stack=2**19),
        limit("3.13.0", "compiled_loop", 10**6, limit=1_000),
        limit("3.13.0", "compiled_loop", 10**6),
    )
    found = answers(table)
    assert found["What stops recursion that Python does not count?"] == (
        "No limit of Python's: the thread's stack does, and nothing warns before the segmentation fault. "
        "The list says how far compiled recursion came on 3.13.0. "
        "| main thread: 11 136 layers | 512 KiB stack: 1 000 layers | 64 MiB stack: 128 000 layers "
        "| a layer takes 524 bytes of the stack"
    )  # (2^26 - 2^19) / 127 000
    assert "Is it dangerous to raise the limit?" not in found
    assert (
        "Compiled recursion trained 11 136 layers on 3.13.0, and a deeper network ended in a segmentation fault."
        in found["What is Python's limit?"]
    )


def test_other_endings_are_told_too():
    table = rows(
        limit("3.14.0", "recursive", 987, "recursion_error", 1_000),
        limit("3.14.0", "recursive", 300_000, "out_of_memory"),
        limit("3.14.0", "recursive", 2_000, "timeout", stack=2**19),
        limit("3.14.0", "iterative", 4_096, "timeout", 1_000),
    )
    assert answers(table)["Is it dangerous to raise the limit?"] == (
        "No crash, but not without an end. | Recursion trained 300 000 layers on 3.14.0, and a deeper network ended in no memory left. "
        "| With a 512 KiB stack: Recursion trained 2 000 layers on 3.14.0, and a deeper network ended in a time-out."
    )
    assert "Kept list trained 4 096 layers on 3.14.0" in answers(table)["What is Python's limit?"]


def test_a_depth_that_was_not_tried_is_not_spoken_of():
    table = rows(limit("3.13.0", "iterative", 500, limit=1_000))
    answer = answers(table)["Is a network of 152 or 1 000 layers a problem?"]
    assert answer.startswith("No, 152 layers are no problem")
    assert "1 000 layers" not in answer


def test_nothing_is_found_where_nothing_was_searched():
    assert depth_answers(rows()) == []
    assert depth_answers(rows(without_searches("3.12.0", "error", "no pip"))) == []
    assert depth_answers(rows(Limit("3.12.0", "torch", RAISED, None, None, None, "skipped", None, 0.1))) == []


def test_figures_are_drawn_of_what_there_is(tmp_path):
    assert [path.name for path in save_all(depth_pictures(ROWS), tmp_path)] == ["depth_limits.svg", "call_limits.svg"]
    drawn = (tmp_path / "depth_limits.svg").read_bytes()
    save_all(depth_pictures(ROWS), tmp_path)
    assert (tmp_path / "depth_limits.svg").read_bytes() == drawn
    assert (tmp_path / "call_limits.png").stat().st_size > 5_000
    assert [path.name for path in save_all(depth_pictures(ROWS[ROWS["impl"] == "call:plain"]), tmp_path)] == ["call_limits.svg"]
    assert depth_pictures(rows()) == []


def test_the_section_has_every_figure_and_escapes_names():
    table = pd.concat([ROWS, rows(limit("3.9.18", "mine<b>", 77, "timeout"))])
    text = topic("limits").html(table).replace("\u00a0", " ")
    for depth in (987, 990, 1_388, 4_992, 23_680, 10**6, 77):
        assert spaced(depth).replace("\u00a0", " ") in text
    assert "mine&lt;b&gt;" in text
    assert "<b>" not in text
    assert "Python 3.12.0 could not be studied (error)" in text


def test_the_report_says_under_which_odd_conditions_depths_were_found():
    odd = [
        replace(limit("3.13.0", "recursive", 10), conditions="tracer x", memory_limit_bytes=2**32),
        replace(limit("3.9.18", "recursive", 10, "out_of_memory"), conditions="as usual", memory_limit_bytes=2**28),
    ]
    notes = topic("limits").section(rows(*odd))["notes"]
    assert notes[:2] == [
        "Python 3.13.0 ran under conditions that can move depth: tracer x.",
        "A depth that ended out of memory was allowed 256.0 MiB; more memory moves it.",
    ]
    assert not [note for note in topic("limits").section(ROWS)["notes"] if "conditions" in note or "out of memory" in note]
