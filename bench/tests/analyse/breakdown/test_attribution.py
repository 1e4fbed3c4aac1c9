"""Attribution: a step that is made up of known parts comes out as these parts, and what two measurements differ in is noticed."""

import math
from dataclasses import asdict, replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.analyse.breakdown.attribution import Alone, Parts, accounted, parts_of
from bench.analyse.breakdown.facts import breakdowns
from bench.measure.breakdown.choice import BEFOREHAND
from bench.measure.breakdown.rounds import WorkTime
from bench.measure.breakdown.study import StudyVisit
from bench.plan.cells import Cell
from bench.record.schemas import SCHEMAS
from bench.record.studies.breakdown import breakdown_rows
from bench.show.answers.breakdown import breakdown_answers
from bench.show.report.back.breakdown import breakdown_section
from bench.tests.analyse.breakdown.made_up import KEPT, PLAIN, RECURSION, made_up_remains, table

NARROW = Cell("digits", 32, 64, 8, "float64", "deferred", "default")
WIDE = Cell("digits", 32, 16, 128, "float64", "deferred", "default")
amounts = st.floats(0.001, 1e6)


@given(st.builds(Parts, *[amounts] * 7))
def test_what_a_step_is_made_of_is_found_again(made):
    found = parts_of(made_up_remains(made))
    for name, amount in asdict(made).items():
        assert asdict(found)[name] == pytest.approx(amount, abs=1e-6 * made.whole)
    assert found.whole == pytest.approx(made.whole)


@given(st.builds(Parts, *[amounts] * 7))
def test_parts_that_were_measured_each_on_its_own_account_for_the_whole_step(made):
    alone = Alone(
        products=made.numpy_calls + made.products,
        elementwise=made.numpy_calls + made.elementwise,
        small_beforehand=made.numpy_calls + made.python_calls,
        allocation=made.allocation,
        update=made.update,
        faults=4,
        fault=made.page_faults / 4,
    )
    assert accounted(made_up_remains(made), alone) == pytest.approx(1)
    without_update = replace(alone, update=0)
    assert accounted(made_up_remains(made), without_update) == pytest.approx(1 - made.update / made.whole)


def test_shares_of_a_made_up_step_by_hand():
    """Of 200 units: 20 + 20 of arithmetic, 60 + 30 of calls, 10 of allocation, 30 of faults, 30 of the update."""
    [kept, *_] = breakdowns(table(NARROW, {"iterative": KEPT}, passes=8))
    assert (kept.impl, kept.passes, kept.cell) == ("iterative", 8, NARROW)
    percents = {name: round(100 * share.value, 6) for name, share in kept.shares.items()}
    assert percents == {
        "products": 10,
        "elementwise": 10,
        "numpy_calls": 30,
        "python_calls": 15,
        "allocation": 5,
        "page_faults": 15,
        "update": 15,
    }
    assert {name: round(100 * gain.value, 6) for name, gain in kept.gains.items()} == {
        "beforehand": 20,  # 160 of 200 are left
        "kept": 15,
        "compiled": 45,
        "twice": 5,
    }
    assert kept.step_ns == 200_000


def test_the_processor_may_be_faster_in_one_of_the_two_processes():
    """What was timed under the default allocator is in times of that process's own arithmetic."""
    usual, faster = (breakdowns(table(NARROW, {"iterative": KEPT}, passes=8, default_speed=speed))[0] for speed in (1, 3))
    assert usual.shares == faster.shares
    assert usual.step_ns == pytest.approx(3 * faster.step_ns)


def test_parts_add_up_though_page_faults_come_in_some_passes_and_not_in_others():
    """The median of nine passes is one with faults; as shares of each pass's own step, the medians would add up to less or more."""
    some = [table(NARROW, {"iterative": replace(KEPT, page_faults=faults)}, 1) for faults in [30] * 5 + [0.001] * 4]
    rows = pd.concat([each.assign(**{"pass": number}) for number, each in enumerate(some, 1)])
    [kept, *_] = breakdowns(rows)
    assert sum(share.value for share in kept.shares.values()) == pytest.approx(1)
    assert kept.shares["page_faults"].value == pytest.approx(30 / 200)
    assert kept.shares["products"].low == pytest.approx(20 / 200), "what does not vary has a narrow interval"


def test_an_interval_has_bounds_from_eight_passes_on_and_holds_what_was_put_in():
    seven, eight = (breakdowns(table(NARROW, {"iterative": KEPT}, passes=passes, scatter=0.2))[0] for passes in (7, 8))
    assert not seven.shares["products"].closed
    assert math.isinf(seven.shares["products"].high)
    assert eight.shares["products"].low < 0.1 < eight.shares["products"].high


def test_a_pass_that_was_cut_in_half_counts_for_nothing():
    rows = table(NARROW, {"iterative": KEPT}, passes=9)
    half = rows[~((rows["pass"] == 9) & (rows["allocator"] == "steady"))]
    assert breakdowns(half)[0].passes == 8
    assert breakdowns(rows[rows["allocator"] == "default"]) == []


def test_whether_the_parts_add_up_is_known_open_or_denied():
    """The update by itself takes 30 of 200: where it reads 45, the sum is 7.5 % too much; with few passes nothing is known."""
    right, wrong = (table(NARROW, {"iterative": KEPT}, passes=8, update=update) for update in (30, 45))
    few = table(NARROW, {"iterative": KEPT}, passes=3)
    assert [breakdowns(rows)[0].adds_up for rows in (right, wrong, few)] == ["yes", "no", "open"]
    assert breakdowns(wrong)[0].accounted.value == pytest.approx(1.075)


def test_failed_and_skipped_visits_are_no_passes():
    skipped = breakdown_rows("r", "m", StudyVisit(replace(NARROW, allocator="steady"), 0, status="skipped", detail="no glibc"))
    schema = SCHEMAS["breakdown.csv"]
    assert breakdowns(pd.DataFrame(skipped, columns=list(schema)).astype(schema)) == []
    assert breakdowns(pd.DataFrame()) == []


@pytest.fixture
def both():
    cells = {"iterative": KEPT, "recursive": RECURSION, "workspace_loop": PLAIN, "workspace_recursion": PLAIN}
    return breakdowns(pd.concat([table(WIDE, cells, passes=8), table(NARROW, cells, passes=8)]))


def test_the_narrow_network_comes_first_and_implementations_in_their_order(both):
    assert [each.cell for each in both] == [NARROW] * 4 + [WIDE] * 4
    assert [each.impl for each in both[:4]] == [name for name in BEFOREHAND if name != "iterative_pop"]
    assert "beforehand" not in both[2].gains, "its arrays are made beforehand"


def test_answers_begin_with_a_number_or_yes(both):
    goes, _, gain, _, adds_up = breakdown_answers(both)
    assert goes.text.startswith("45 % of the kept list's step is calls of NumPy and Python, at 64 layers of 8, batch 32, deferred update; ")
    assert "allocation and page faults 20 %" in goes.text
    assert "arithmetic 20 %" in goes.text
    assert goes.text.endswith(", the update 15 %. The step takes 200 µs of CPU time.")
    assert goes.items[0] == "Matrix products: 10.0 % [10.0, 10.0]"
    assert gain.text.startswith("20 % by making all arrays beforehand, which was tried. At most 45 % of ")
    assert gain.text.endswith("by compiling the step (no calls of Python and NumPy).")
    assert "By making all arrays beforehand: 20.0 % [20.0, 20.0]" in gain.items
    assert adds_up.text.startswith("Yes, in all of 8 steps, within 5 %.")


def test_an_answer_says_where_parts_do_not_add_up():
    wrong = breakdowns(pd.concat([table(NARROW, {"iterative": KEPT}, 8, update=60), table(WIDE, {"iterative": KEPT}, 8)]))
    assert breakdown_answers(wrong)[-1].text.startswith("No, not in 1 step of 2: ")
    few = breakdowns(table(NARROW, {"iterative": KEPT}, passes=2))
    assert breakdown_answers(few)[-1].text.startswith("0 of 1 step add up within 5 %; of the others more passes will tell.")
    assert "(too few passes for an interval)" in breakdown_answers(few)[0].items[0]


def test_every_part_and_every_gain_has_a_row(both):
    parts, gains = breakdown_section(both)["tables"]
    assert len(parts.rows) == 8 * 7
    assert len(gains.rows) == 4 * 4 + 4 * 3
    where = "64 layers of 8, batch 32, deferred update"
    assert parts.rows[0] == (where, "kept list", "Matrix products", "20\u00a0000", "10.0 % [10.0, 10.0]")


def test_a_work_time_is_a_row_and_back():
    visit = StudyVisit(NARROW, 3, (WorkTime("step", "iterative", 5, 1, 2.0, 200_000.0, 7.0),))
    [row] = breakdown_rows("r", "m", visit)
    facts = dict(zip(SCHEMAS["breakdown.csv"], row, strict=True))
    assert (facts["work"], facts["impl"], facts["ratio"], facts["minor_faults"], facts["pass"]) == ("step", "iterative", 2.0, 7.0, 3)
    assert facts["cell"] == NARROW.id
