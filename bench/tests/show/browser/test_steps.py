"""The step-through as a person uses it: every control, by mouse and by keyboard, to where `emit` says that the step ends."""

import re

import pytest

from bench.cli import main
from bench.measure.tracing.records import Traces, in_step
from bench.measure.tracing.trace_step import BATCH, SIZES, trace_step
from bench.record.trace import write_traces
from bench.tests.rows import write_results
from impls import IMPLEMENTATIONS, Implementation

COLLECT = """() => {
  const [told, next] = [[], document.querySelector("[data-do=next]")];
  const side = (element) => [".steps-phase", ".steps-bytes"].map((part) => element.querySelector(part).textContent)
    .concat([".steps-memory", ".steps-stack"].map((part) => element.querySelector(part).getAttribute("aria-label")));
  for (;;) {
    told.push([...document.querySelectorAll(".steps-side")].map(side));
    if (next.disabled) return told;
    next.click();
  }
}"""
NASTY = Implementation("nasty", "</script><b>mine</b>", "nowhere", "loop", lambda *given: IMPLEMENTATIONS["iterative"].backprop(*given))


@pytest.fixture(scope="module")
def traces():
    shown = [IMPLEMENTATIONS[name] for name in ("iterative", "recursive", "checkpoint_loop", "course", "torch")]
    return Traces(SIZES, BATCH, "float64", tuple(trace_step(one, update) for one in (*shown, NASTY) for update in ("deferred", "fused")))


@pytest.fixture(scope="module")
def played_report(traces, tmp_path_factory):
    """A small report with a trace."""
    folder = write_results(tmp_path_factory.mktemp("played") / "results", lambda cell: 1.2)
    write_traces(folder, traces)
    assert main(["report", "--results", str(folder)]) == 0
    return folder / "report.html"


def at(page):
    return int(page.locator(".steps input").input_value())


def last(page):
    return int(page.locator(".steps input").get_attribute("max"))


def spaced(number):
    return f"{number:,}".replace(",", "\u202f")


@pytest.mark.parametrize("update", ["deferred", "fused"])
@pytest.mark.parametrize("names", [("iterative", "recursive"), ("checkpoint_loop", "course")])
def test_it_steps_line_by_line_to_where_emit_says(visits, played_report, traces, names, update):
    page = visits.open(played_report, f"steps={names[0]},{names[1]},{update},0")
    told = page.evaluate(COLLECT)
    pair = [next(trace for trace in traces.traces if (trace.impl, trace.update) == (name, update)) for name in names]
    places = [*in_step(pair, traces.depth)]
    assert len(told) == len(places)
    for side, trace in enumerate(pair):
        backward = [int(word[1]) - 1 for phases in told if (word := re.fullmatch(r"layer (\d) backward", phases[side][0]))]
        assert list(dict.fromkeys(backward)) == (trace.emitted or [4, 3, 2, 1, 0])
        for (_, steps), shown in zip(places, told, strict=True):
            step = trace.steps[steps[side]]
            most = max(earlier.peak_bytes for earlier in trace.steps[: steps[side] + 1])
            alive = ", ".join(array.name for array in trace.alive(steps[side])) or "nothing"
            assert shown[side][1] == f"{spaced(step.alive_bytes)} bytes alive · most so far {spaced(most)}"
            assert shown[side][2] == f"{step.alive_bytes} bytes alive: {alive}"
            assert shown[side][3].startswith(f"{len(step.frames)} frames on the stack")
        assert shown[side][1].endswith(spaced(trace.peak_bytes))


def test_every_button_does_what_it_says(visits, played_report):
    page = visits.open(played_report)
    assert at(page) == 0
    assert page.get_by_role("button", name="One line back").is_disabled()
    page.get_by_role("button", name="One line on").click()
    page.get_by_role("button", name="One line on").click()
    assert at(page) == 2
    page.get_by_role("button", name="One line back").click()
    assert at(page) == 1
    page.get_by_role("button", name="To the end").click()
    assert at(page) == last(page)
    assert page.get_by_role("button", name="To the end").is_disabled()
    page.get_by_role("button", name="To the start").click()
    assert at(page) == 0
    page.get_by_role("button", name="layer 3 backward").click()
    assert page.locator(".steps-phase").all_text_contents() == ["layer 3 backward"] * 2
    page.get_by_role("button", name="the loss").click()
    assert page.locator(".steps-phase").all_text_contents() == ["the loss"] * 2


def test_it_plays_and_pauses_and_plays_to_its_end(visits, played_report):
    page = visits.open(played_report)
    page.get_by_label("speed").select_option("very fast")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelector('.steps input').value > 3")
    page.get_by_role("button", name="Pause").click()
    stopped = at(page)
    page.wait_for_timeout(400)
    assert at(page) == stopped
    page.locator(".steps input").fill(str(last(page) - 2))
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("!document.querySelector('.steps').classList.contains('playing')")
    assert at(page) == last(page)
    page.get_by_role("button", name="Play", exact=True).click()
    assert at(page) < last(page), "it begins again"


def test_keys_alone_are_enough(visits, played_report):
    page = visits.open(played_report)
    page.locator(".steps input").focus()
    for key, place in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("Home", 0)):
        page.keyboard.press(key)
        assert at(page) == place
    page.keyboard.press("End")
    assert at(page) == last(page)
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.steps input').value > 0")
    page.keyboard.press(" ")
    assert not page.evaluate("document.querySelector('.steps').classList.contains('playing')")
    reached = set()
    page.locator("[data-pick=update]").focus()
    for _ in range(40):
        reached.add(
            page.evaluate("document.activeElement.dataset.pick || document.activeElement.dataset.do || document.activeElement.type || ''")
        )
        page.keyboard.press("Tab")
    assert reached >= {"update", "speed", "play", "next", "range", "0", "1"}


def test_the_view_is_in_the_address_beside_what_others_keep_there(visits, played_report):
    page = visits.open(played_report, "explore=cpu,depth&steps=recursive,checkpoint_loop,fused,12")
    assert page.locator("[data-pick='0']").input_value() == "recursive"
    assert page.locator("[data-pick='1']").input_value() == "checkpoint_loop"
    assert page.locator("[data-pick=update]").input_value() == "fused"
    assert at(page) == 12
    page.get_by_role("button", name="One line on").click()
    assert page.evaluate("location.hash") == "#explore=cpu,depth&steps=recursive,checkpoint_loop,fused,13"
    page.evaluate("location.hash = 'steps=iterative,recursive,deferred,3'")
    page.wait_for_function("document.querySelector('.steps input').value == 3")
    assert page.locator("[data-pick='0']").input_value() == "iterative"


@pytest.mark.parametrize("fragment", ["steps=", "steps=nobody,%%%,never,-7", "steps=iterative,recursive,deferred,1e99", "steps", "memory"])
def test_a_strange_address_shows_something(visits, played_report, fragment):
    page = visits.open(played_report, fragment)
    assert page.locator("[data-pick='0']").input_value() == "iterative"
    assert 0 <= at(page) <= last(page)
    assert page.locator(".steps-code .ran").count() == 2


def test_another_choice_stays_at_the_stage(visits, played_report):
    page = visits.open(played_report)
    page.get_by_role("button", name="layer 2 backward").click()
    page.locator("[data-pick=update]").select_option("fused")
    page.locator("[data-pick='1']").select_option("checkpoint_loop")
    assert page.locator(".steps-phase").first.text_content() == "layer 2 backward"
    assert page.get_by_role("button", name="layer 2 backward").get_attribute("aria-current") == "step"


def test_what_was_not_traced_says_why(visits, played_report):
    page = visits.open(played_report)
    page.locator("[data-pick='1']").select_option("torch")
    assert "its arithmetic runs in torch" in page.locator(".steps-told").nth(1).text_content()
    page.get_by_role("button", name="To the end").click()
    assert at(page) == last(page) > 10


def test_a_title_is_text_and_no_page(visits, played_report):
    page = visits.open(played_report, "steps=nasty,iterative,fused,3")
    assert page.locator("[data-pick='0'] option:checked").text_content() == "</script><b>mine</b>"
    assert page.locator(".steps b", has_text="mine").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 768, 1400])
def test_it_fits_on_every_screen(visits, played_report, width, scheme):
    page = visits.open(played_report, "steps=course,checkpoint_loop,deferred,80", width=width, scheme=scheme)
    box = page.locator(".steps").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    for svg in page.locator(".steps svg.steps-stack, .steps svg.steps-memory").all():
        drawn = svg.evaluate("svg => Math.max(...[...svg.querySelectorAll('rect')].map((rect) => rect.getBoundingClientRect().right))")
        assert drawn <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", [0, 45])
def test_axe_finds_nothing(visits, played_report, scheme, place):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    page = visits.open(played_report, f"steps=iterative,recursive,deferred,{place}", scheme=scheme, reduced_motion="reduce")
    found = axe.run(page, context="#steps").response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


def test_nothing_moves_for_those_who_ask_for_that(visits, played_report):
    page = visits.open(played_report, reduced_motion="reduce")
    page.get_by_role("button", name="layer 5 backward").click()
    assert page.evaluate("document.querySelector('.steps').getAnimations({ subtree: true }).length") == 0
    moving = visits.open(played_report)
    moving.get_by_role("button", name="layer 5 backward").click()
    assert moving.evaluate("document.querySelector('.steps').getAnimations({ subtree: true }).length") > 0


def test_without_a_script_there_is_the_picture_that_plays_by_itself(visits, played_report):
    page = visits.open(played_report, java_script_enabled=False)
    assert page.locator("#steps noscript img, #steps figure img").first.is_visible()
    assert page.locator(".steps-controls").is_hidden()


def test_on_paper_it_is_a_still_of_the_turn(visits, played_report):
    page = visits.open(played_report)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".steps-phase").all_text_contents() == ["the loss"] * 2
    assert page.locator(".steps-controls").is_hidden()
    assert page.locator(".steps-stack").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert at(page) == 0
