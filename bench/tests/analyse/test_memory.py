"""Facts and answers about memory, from rows with known answers."""

import pytest

from bench.analyse.memory import agreement, frame_costs, fusing, leaks
from bench.plan.memory import FRAME_DEPTHS
from bench.record.memory import leak_note
from bench.record.tables import Table, as_rows
from bench.show.answers.memory import FRAMES, FUSING, LEAKS, MEMORY, PREDICTION, memory_answers
from bench.tests.rows import memory_table


def row(impl, peak, predicted=None, meter="heap", update="deferred", depth=64, width=128, batch=128, status="ok", detail=None):
    place = f"breast_cancer-b{batch}-d{depth}-w{width}-float64-{update}"
    return ["here", place, "breast_cancer", batch, depth, width, "float64", update, impl, meter, peak, predicted, status, detail]


def table(*rows):
    return memory_table(rows)


def answers(peaks, question):
    return [answer for answer in memory_answers(peaks) if answer.question == question]


def test_the_slope_of_a_frame_is_found_and_its_parts_are_told():
    rows = []
    for depth in FRAME_DEPTHS:
        rows.append(row("iterative_pop", 5_000 + 150 * depth, 100 * depth, "resident", "fused", depth, 1, 1))
        rows.append(row("recursive", 9_000 + 390 * depth, 316 * depth, "resident", "fused", depth, 1, 1))
    [cost] = frame_costs(table(*rows))
    assert (cost.slope_bytes, cost.code_bytes, cost.frame_bytes) == pytest.approx((240, 216, 216))
    [answer] = answers(table(*rows), FRAMES)
    assert answer.text.startswith("240 bytes of resident memory more for a layer of recursion")
    assert "between 10 000 and 40 000 layers" in answer.text.replace("\u00a0", " ")
    assert [item.split(":")[0] for item in answer.items] == ["32 bytes", "-8 bytes", "216 bytes", "216 bytes"]


def test_without_the_list_to_compare_with_nothing_is_said_of_frames():
    assert frame_costs(table(row("recursive", 1, 1, "resident", "fused", 100, 1, 1))) == []


MIB = 2**20


def test_recursion_beside_both_lists():
    peaks = table(row("iterative", 16 * MIB), row("iterative_pop", 8 * MIB), row("recursive", 8 * MIB))
    [answer] = answers(peaks, MEMORY)
    assert "recursion peaks at 8.0 MiB and the kept list at 16.0 MiB" in answer.text
    assert answer.text.startswith("No, not beside the frames themselves: recursion's peak is within 0.0 % of the popped list's in 1 cell.")


def test_what_was_written_and_read_again_says_the_same(tmp_path):
    peaks = table(row("iterative", 16 * MIB), row("iterative_pop", 8 * MIB), row("recursive", 8 * MIB))
    Table(tmp_path, "memory.csv").replace(as_rows(peaks))
    assert memory_answers(Table(tmp_path, "memory.csv").read()) == memory_answers(peaks)


def test_recursion_that_takes_more_than_the_popped_list_is_told():
    [answer] = answers(table(row("iterative", 16 * MIB), row("iterative_pop", 8 * MIB), row("recursive", 10 * MIB)), MEMORY)
    assert answer.text.startswith("Yes: recursion's peak is within 25.0 %")


def test_what_fusing_saves():
    peaks = table(
        *(row("recursive", size * MIB, update=update, batch=32) for update, size in (("deferred", 8), ("fused", 2))),
        *(row("recursive", size * MIB, update=update) for update, size in (("deferred", 9), ("fused", 9))),
    )
    most, even = answers(peaks, FUSING)
    assert most.text.startswith("75 % of the peak at most, which is all gradients but one. Most is saved at depth 64, width 128, batch 32.")
    assert most.items == ("recursion: from 8.0 MiB to 2.0 MiB",)
    assert even.text.startswith("0 % of the peak at most where a gradient is as large as an activation, at depth 64, width 128, batch 128.")
    assert even.items == ("recursion: from 9.0 MiB to 9.0 MiB",)
    assert [cell.nothing_left for cell in fusing(peaks)] == [[], ["recursive"]]


def test_a_prediction_may_miss_by_two_per_cent_and_64_kib():
    room = 0.02 * 10 * MIB + 64 * 1024
    rows = agreement(table(row("near", 10 * MIB, 10 * MIB - int(room)), row("far", 10 * MIB, 10 * MIB - int(room) - 9), row("none", 1)))
    assert dict(zip(rows["impl"], rows["kept"], strict=True)) == {"near": True, "far": False}


def test_a_miss_is_told():
    [answer] = answers(table(row("recursive", 10 * MIB, 9 * MIB), row("iterative", MIB, MIB)), PREDICTION)
    assert answer.text == (
        "No, not always: the formulas miss the heap's peak in 1 of 2 measurements. "
        "The first is that of recursion in breast_cancer-b128-d64-w128-float64-deferred."
    )


def test_what_leaks_is_told_and_else_that_nothing_does():
    leaking = table(row("hoarder", 1, detail=leak_note(4_096)), row("other", 1, detail="MemoryError"))
    assert leaks(leaking) == {"hoarder": 4_096}
    [answer] = answers(leaking, LEAKS)
    assert answer.text.replace("\u00a0", " ").startswith(
        "Yes, hoarder does: with the garbage collector off, a small step leaves 4 096 bytes behind"
    )
    assert answers(table(row("mine", 1)), LEAKS)[0].text.startswith("No: ")
    assert answers(table(row("mine", 1, meter="resident")), LEAKS) == []


def test_a_cell_with_another_activation_is_in_no_fact():
    """Its id says more than its columns, so its figures are not those of the cell that its columns describe."""
    other = table(row("recursive", 9 * MIB), row("iterative", 9 * MIB), row("iterative_pop", 9 * MIB))
    assert answers(other.assign(cell=other["cell"] + "-relu"), MEMORY) == []
    assert answers(other, MEMORY)
