"""The figures of time: recursion first, on equal axes, with the band of noise; signs that tell verdicts apart without colour."""

import base64
import io
import re

import matplotlib as mpl
import pytest

from bench.analyse.summary import parts
from bench.plan.cells import Cell
from bench.show.answers.words import ALLOCATOR_TITLES
from bench.show.figures.pictures import BAND, NARROW_IN, STYLE, shown
from bench.show.figures.time import VERDICT_LOOKS, ratio_by_depth, ratio_map, time_per_layer, time_pictures
from bench.tests.rows import time_rows, visit_rows

FACTORS = {"iterative": 1.0, "iterative_pop": 0.85, "recursive": 1.2, "closures": 1.0, "control": 1.0, "floor": 0.3}


@pytest.fixture(scope="module")
def data():
    """Twenty passes without noise; under `steady` all take as long, and closures scatter by a half."""
    rows = [
        row
        for number in range(1, 21)
        for allocator in ("default", "steady")
        for width in (8, 64)
        for row in visit_rows(
            {
                impl: (1e6 * (1.0 if allocator == "steady" else factor) * (1.5 if impl == "closures" and number % 2 else 1.0),) * 2
                for impl, factor in FACTORS.items()
            },
            cell=Cell("breast_cancer", 32, 4, width, "float64", "deferred", allocator).id,
            **{"pass": number, "width": width, "allocator": allocator},
        )
    ]
    [data] = parts(time_rows(*rows), "iterative")
    return data


def drawn(draw, *arguments, **options):
    with mpl.rc_context(STYLE):
        return draw(*arguments, **options)


def titles(figure):
    return [title for ax in figure.axes if (title := ax.get_title(loc="left").strip())]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_recursion_over_the_list_comes_first_on_equal_axes_with_the_band_of_noise(data):
    figure = drawn(ratio_by_depth, data)
    assert titles(figure)[::2] == ["recursion ÷ kept list", "recursion ÷ popped list", "popped list ÷ kept list"]
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert any("lower is better" in text for text in texts(figure.axes[0]))
    for ax in figure.axes:
        [band] = [patch for patch in ax.patches if mpl.colors.to_hex(patch.get_facecolor()) == BAND]
        assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.99, 1.01))


def test_widths_differ_in_more_than_their_colour(data):
    lines = [line for line in drawn(ratio_by_depth, data).axes[0].lines if line.get_label() in ("8", "64")]
    assert len({line.get_marker() for line in lines}) == len({line.get_linestyle() for line in lines}) == 2


def test_the_map_tells_the_same_from_faster_by_sign(data):
    figure = drawn(ratio_map, data)
    by_title = {}
    for ax in figure.axes:
        by_title.setdefault(ax.get_title(loc="left").strip(), []).extend(text for text in texts(ax) if "%" in text)
    assert by_title["recursion ÷ kept list"] == ["▲ +20 %"] * 2 + ["= 0.0 %"] * 2
    assert by_title["popped list ÷ kept list"] == ["▼ −15 %"] * 2 + ["= 0.0 %"] * 2
    assert {text[0] for text in by_title["closures ÷ kept list"]} == {"?"}
    assert titles(figure)[0] == "recursion ÷ kept list"
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [f"{sign} {words}" for words, sign, *_ in VERDICT_LOOKS.values()]


def test_the_deepest_networks_may_have_been_timed_under_one_allocator_alone():
    """A run that ended in its first pass: nothing to draw may not leave an axis without a value on a log scale."""
    rows = [
        row
        for depth, allocator in ((4, "default"), (4, "steady"), (64, "steady"))
        for row in visit_rows(
            dict.fromkeys(FACTORS, (1e6, 1e6)),
            cell=Cell("breast_cancer", 32, depth, 8, "float64", "deferred", allocator).id,
            **{"depth": depth, "allocator": allocator},
        )
    ]
    [data] = parts(time_rows(*rows), "iterative")
    for narrow in (False, True):
        figure = drawn(time_per_layer, data, narrow)
        assert titles(figure) == [ALLOCATOR_TITLES["steady"]]
        figure.savefig(io.BytesIO(), format="svg")


def test_every_figure_of_time_has_a_narrow_version_with_one_column(data):
    for picture in time_pictures([data]):
        with mpl.rc_context(STYLE):
            figure = picture.draw_narrow()
        assert figure.get_figwidth() == NARROW_IN
        assert {ax.get_subplotspec().get_gridspec().ncols for ax in figure.axes} == {1}


def test_a_picture_turns_dark_with_the_page_and_asks_a_question(data):
    pictures = time_pictures([data])
    assert all(picture.heading.endswith("?") for picture in pictures)
    [third] = shown(pictures[2:3])
    svg = base64.b64decode(third.source.partition(",")[2]).decode()
    [rules] = re.findall(r"@media \(prefers-color-scheme: dark\) \{(.*?)\}\}?</style>", svg)
    assert '[style*="fill: #ffffff"]{fill:#12171e!important}' in rules + "}"
    assert 'style="fill: #ffffff' in svg.replace("fill:#", "fill: #"), "the paper that the rule turns dark is there"
