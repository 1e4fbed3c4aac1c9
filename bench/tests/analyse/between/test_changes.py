"""The interval of a difference against hand-worked cases and a simulation, and the gate of `compare`."""

import json
import math
import random

import pytest

from bench.analyse.between.changes import changes, passes_needed
from bench.analyse.intervals import difference_interval, median_interval
from bench.analyse.observations import ALPHA
from bench.cli import main
from bench.record.results import read_measurements
from bench.tests.rows import write_results


def test_hand_worked_gaps():
    # M of 8 samples is 2^8 B(1 + k, 9 - k) = 28.4, 3.56, 1.02, 0.51, 0.41, 0.51, ... for k = 0, 1, 2, ...; the product must reach 20.
    # Two sets of 8: k = 0 against a middle of 0.41 gives 11.7 < 20, so nothing is refuted, and the bounds are open.
    assert difference_interval(range(8), range(8)) == (-math.inf, math.inf)
    # 9 samples: 51.2, 5.69, 1.42, 0.61, 0.41, ...: k = 0 against the middle gives 20.8. So k = 0 is only believable together with none.
    # Left are the gaps from the 1st sample to the 9th, but for 1 with 1 (32.4), on either side: 5.69 * 1.42 = 8.1 is believable.
    # The least delta then goes from the gap k = 1 to k' = 2 on the other side: y_1 - x_8 with x between the 7th and the 8th, or mirrored.
    assert difference_interval(range(9), range(100, 109)) == (100 - 7, 108 - 1)


def test_one_side_known_exactly_gives_the_other_sides_interval_or_wider():
    rng = random.Random(1)
    y = [rng.gauss(0, 1) for _ in range(40)]
    low, high = difference_interval([0.0] * 200, y)
    _, alone_low, alone_high = median_interval(y)
    assert low <= alone_low < alone_high <= high


def test_swapping_sides_mirrors_it_and_a_shift_shifts_it():
    rng = random.Random(2)
    x, y = ([rng.gauss(0, 1) for _ in range(n)] for n in (15, 21))
    low, high = difference_interval(x, y)
    assert difference_interval(y, x) == (-high, -low)
    assert difference_interval(x, [value + 8 for value in y]) == (pytest.approx(low + 8), pytest.approx(high + 8))


def test_watched_at_every_pass_it_misses_at_most_as_often_as_it_says():
    """Heavy tails, unequal spreads and numbers, a true difference of 0.3, looked at after every pass: alpha is 20 %, to miss more."""
    rng = random.Random(3)

    def heavy(scale):
        return scale * rng.gauss(0, 1) / math.sqrt((rng.gauss(0, 1) ** 2 + rng.gauss(0, 1) ** 2) / 2)

    missed = 0
    for _ in range(200):
        x, y = [heavy(1) for _ in range(30)], [0.3 + heavy(2) for _ in range(24)]
        intervals = (difference_interval(x[: n + 6], y[:n], alpha=0.2) for n in range(6, 25))
        missed += any(not low <= 0.3 <= high for low, high in intervals)
    assert missed <= 0.2 * 200


def folders(tmp_path, before, after, **settings):
    return (write_results(tmp_path / name, ratio, seed=name, **settings) for name, ratio in (("before", before), ("after", after)))


def compared(before, after):
    (_, base), (_, rows) = (read_measurements(folder, print) for folder in (before, after))
    return changes(base, rows, "iterative")


def test_a_gate_over_many_cells_is_corrected_for_all_of_them(tmp_path):
    found = compared(*folders(tmp_path, lambda cell: 1.2, lambda cell: 1.2, cells=6))
    assert len(found) == 6
    alone, together = (difference_interval(range(20), range(100, 120), alpha) for alpha in (ALPHA, ALPHA / 6))
    assert together[0] < alone[0]
    for one in found:
        assert one.together[0] < one.alone[0] < 1 < one.alone[1] < one.together[1]
        assert (one.before, one.after) == (pytest.approx(1.2, rel=0.01), pytest.approx(1.2, rel=0.01))


def test_false_alarms_of_a_gate_over_many_cells_are_rare():
    """20 folders against 20 others with the same truth, 30 comparisons each: not one may speak of a slow-down beyond 0."""
    rng = random.Random(4)
    alarms = 0
    for _ in range(20):
        lows = [difference_interval(*([rng.gauss(0, 1) for _ in range(18)] for _ in range(2)), ALPHA / 30)[0] for _ in range(30)]
        alarms += max(lows) > 0
    assert alarms <= 1


def test_passes_needed_is_where_the_bounds_close(tmp_path):
    found = compared(*folders(tmp_path, lambda cell: 1, lambda cell: 1, cells=4))
    needed = passes_needed(found)
    assert math.isinf(difference_interval(range(needed - 1), range(needed - 1), ALPHA / 4)[0])
    assert math.isfinite(difference_interval(range(needed), range(needed), ALPHA / 4)[0])


@pytest.mark.parametrize(
    ("slower", "gate", "code"),
    [(1.05, "0.03", 1), (1.05, "0.06", 0), (1.0, "0", 0), (0.9, "0.03", 0)],
)
def test_the_gate_is_an_exit_code(tmp_path, capsys, slower, gate, code):
    before, after = folders(tmp_path, lambda cell: 1.2, lambda cell: 1.2 * (slower if cell == 1 else 1), cells=3)
    assert main(["compare", str(before), str(after), "--fail-above", gate]) == code
    captured = capsys.readouterr()
    beyond = "1 of 3 comparisons is slower by more than 3 % for certain"
    assert (beyond in captured.err) == (code == 1)
    words = {1.05: "slower by 4.", 1.0: "the same within 1 %", 0.9: "faster by 9."}
    assert words[slower] in " ".join(captured.out.split())


def test_machines_may_differ_and_the_floor_is_advice_where_they_do_not(tmp_path, capsys):
    """Everything but the floor takes a tenth longer: told of one machine, not of two, or of two ways of measuring; never a failed gate."""
    one = write_results(tmp_path / "one", lambda cell: 1.2, floor=5e5)
    slow = write_results(tmp_path / "slow", lambda cell: 1.2, floor=4.5e5, seed=1)
    other = write_results(tmp_path / "other", lambda cell: 1.2, floor=4.5e5, seed=1, machine="n")
    assert main(["compare", str(one), str(slow), "--fail-above", "0.05"]) == 0
    said = capsys.readouterr()
    assert "none of 1 comparisons is slower" in said.out
    assert "kept list ÷ floor changed in 1 of 1 cells" in said.err
    assert "slower by 1" in said.err
    assert "no gate looks at it" in said.err
    changed = write_results(tmp_path / "changed", lambda cell: 1.2, floor=4.5e5, seed=1, method="there")
    assert main(["compare", str(one), str(other), "--fail-above", "0.05"]) == 0
    assert main(["compare", str(one), str(changed), "--fail-above", "0.05"]) == 0
    assert "floor" not in capsys.readouterr().err


def test_the_floor_takes_nothing_from_the_others(tmp_path):
    """Intervals that hold together are those of the implementations: with a floor in both folders they are as wide as without."""
    without = compared(*folders(tmp_path / "without", lambda cell: 1.2, lambda cell: 1.2, cells=3))
    beside = compared(*folders(tmp_path / "beside", lambda cell: 1.2, lambda cell: 1.2, cells=3, floor=5e5, spread=0))
    assert passes_needed(beside) == passes_needed(without)
    assert {one.impl for one in beside} == {"recursive"}


def recorded(folder, **settings):
    """Write settings, and with `facts` what identifies the machine, into a folder's machine.json."""
    path = folder / "machine.json"
    record = json.loads(path.read_text())
    facts = settings.pop("facts", {})
    path.write_text(json.dumps({**record, **facts, "settings": {**record["settings"], **settings}}))
    return folder


UNDER = {"conditions": {"malloc": "libc.so.6", "huge_pages": "madvise", "blas": "openblas Zen"}, "environment": {}}
MALLOC = {"conditions": {"malloc": "libc.so.6", "huge_pages": "madvise", "blas": "openblas Zen"}, "environment": {"PYTHONMALLOC": "malloc"}}
PRESCOTT = {"conditions": {"malloc": "libc.so.6", "huge_pages": "madvise", "blas": "openblas Prescott"}, "environment": {}}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (MALLOC, "PYTHONMALLOC (not set then, malloc now)"),
        (PRESCOTT, "the BLAS and its kernel (openblas Zen then, openblas Prescott now)"),
        ({**UNDER, "blas_threads": 2}, "the number of BLAS threads (1 then, 2 now)"),
    ],
)
def test_other_settings_are_refused_unless_they_are_what_is_compared(tmp_path, capsys, now, words):
    before, after = folders(tmp_path, lambda cell: 1.2, lambda cell: 1.2)
    recorded(before, blas_threads=1, **UNDER), recorded(after, **{"blas_threads": 1, **now})
    assert main(["compare", str(before), str(after)]) == 2
    said = capsys.readouterr()
    assert (said.out, words in said.err, "--across-settings" in said.err) == ("", True, True)
    assert main(["compare", str(before), str(after), "--across-settings"]) == 0
    assert f"compared are ratios alone, across settings that can move them: {words}" in capsys.readouterr().err


def test_what_belongs_to_another_machine_is_told_and_not_refused(tmp_path, capsys):
    before = recorded(write_results(tmp_path / "one", lambda cell: 1.2), **UNDER, facts={"cpu": "Zen"})
    after = recorded(write_results(tmp_path / "two", lambda cell: 1.2, machine="n"), **PRESCOTT, facts={"cpu": "Prescott"})
    assert main(["compare", str(before), str(after)]) == 0
    said = capsys.readouterr().err
    assert "the machines are not the same, so ratios alone are compared: processor (Zen there, Prescott here), the BLAS" in said
    recorded(after, **{**MALLOC, "conditions": PRESCOTT["conditions"]})
    assert main(["compare", str(before), str(after)]) == 2


def test_what_is_not_recorded_is_no_change(tmp_path, capsys):
    before, after = folders(tmp_path, lambda cell: 1.2, lambda cell: 1.2)
    recorded(after, **MALLOC)
    assert main(["compare", str(before), str(after)]) == 0
    assert capsys.readouterr().err == ""


def test_what_one_folder_alone_has_is_told(tmp_path, capsys):
    before = write_results(tmp_path / "before", lambda cell: 1.2, cells=3)
    after = write_results(tmp_path / "after", lambda cell: 1.2, cells=2)
    path = before / "time.csv"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "-w3-" not in line or "recursive" not in line))
    assert main(["compare", str(before), str(after), "--markdown"]) == 0
    said = capsys.readouterr().out.replace("\\", "")
    assert f"only {before} has 1 cell (breast_cancer-b32-d4-w4-float64-deferred-default); left out" in said
    assert f"only {after} has recursion in some cells that both have; left out there" in said


def test_datasets_of_one_name_with_other_contents_are_not_compared(tmp_path, capsys):
    before, after = folders(tmp_path, lambda cell: 1.2, lambda cell: 1.2)
    recorded(before, data={"breast_cancer": "aa"}), recorded(after, data={"breast_cancer": "bb"})
    assert main(["compare", str(before), str(after)]) == 3
    assert "breast_cancer: its data are not the same in both folders, so its cells are left out" in capsys.readouterr().err


def test_markdown_is_a_table_and_leaves_names_as_they_are(tmp_path, capsys):
    before, after = folders(tmp_path, lambda cell: 1.2, lambda cell: 1.3, cells=2)
    for folder in (before, after):
        path = folder / "time.csv"
        path.write_text(path.read_text().replace(",recursive,", ",<b>|[red]_x_,"))
    assert main(["compare", str(before), str(after), "--markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "**of 2 comparisons, 2 became slower and 0 faster for certain**"
    table = [line for line in lines if line.startswith("|")]
    assert table[1] == "| --- | --- | ---: | ---: | --- |"
    assert table[2].startswith(r"| w2 | &lt;b&gt;\|\[red\]\_x\_ | 1.200 | 1.3")
    assert len(table) == 4


def test_nothing_to_compare_is_exit_code_3_and_other_baselines_are_2(tmp_path, capsys):
    one = write_results(tmp_path / "one", lambda cell: 1, passes=8)
    two = write_results(tmp_path / "two", lambda cell: 1, passes=8)
    other = write_results(tmp_path / "other", lambda cell: 1, baseline="recursive")
    elsewhere = write_results(tmp_path / "elsewhere", lambda cell: 1)
    path = elsewhere / "time.csv"
    path.write_text(path.read_text().replace("breast_cancer-b32", "digits-b32"))
    assert main(["compare", str(one), str(two), "--fail-above", "0.03"]) == 3
    assert "both folders need 9; run both again with --passes 9" in " ".join(capsys.readouterr().err.split())
    assert main(["compare", str(one), str(elsewhere)]) == 3
    assert main(["compare", str(one), str(tmp_path / "nowhere")]) == 3
    assert main(["compare", str(one), str(other)]) == 2
    assert main(["compare", str(one), str(two), "--fail-above", "-1"]) == 2


def test_cells_of_data_sets_with_like_names_are_told_apart(tmp_path, capsys):
    """The short names are made of the axes' values, so a hyphen in a data set's name takes nothing apart."""
    before, after = folders(tmp_path, lambda cell: 1.2, lambda cell: 1.3, cells=2)
    for folder in (before, after):
        path = folder / "time.csv"
        text = path.read_text()
        for width, name in ((2, "my-a"), (3, "my-b")):
            before_it, now = f"breast_cancer-b32-d4-w{width}-float64", f"{name}-b32-d4-w8-float64"
            rest = "-deferred-default"
            text = text.replace(f"{before_it}{rest},breast_cancer,32,4,{width},", f"{now}{rest},{name}.csv,32,4,8,")
        path.write_text(text)
    assert main(["compare", str(before), str(after), "--markdown"]) == 0
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| my")]
    assert [line.split(" | ")[0] for line in table] == ["| my-a", "| my-b"]
