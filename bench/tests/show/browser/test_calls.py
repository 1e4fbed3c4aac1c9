"""The step-through of a call as a person uses it: both are kept in step, frames and lists are drawn, and the end shows the answer."""

import pytest

from bench.cli import main
from bench.measure.tracing.calls.records import CallTrace, CallTraces, in_step
from bench.measure.tracing.calls.trace_call import trace_call
from bench.measure.tracing.records import Traces
from bench.record.trace import write_traces
from bench.tests.rows import write_call_results
from impls.problems import PROBLEMS

PROBLEM = PROBLEMS["tree_sum"]
COLLECT = """() => {
  const [told, next] = [[], document.querySelector("[data-do=next]")];
  const words = (svg, kind) => [...svg.querySelectorAll(`g.${kind} text`)].map((text) => text.textContent);
  const side = (element) => {
    const stack = element.querySelector(".steps-stack");
    return {
      line: element.querySelector(".ran i").textContent, bytes: element.querySelector(".steps-bytes").textContent,
      frames: words(stack, "frame"), values: words(stack, "value"), items: words(stack, "item"), gives: words(stack, "gives"),
    };
  };
  for (;;) {
    told.push([...document.querySelectorAll(".steps-side")].map(side));
    if (next.disabled) return told;
    next.click();
  }
}"""


@pytest.fixture(scope="module")
def calls():
    """Calls of all that tree_sum has, and one that was not traced."""
    traced = [trace_call(PROBLEM, solution, 2, 2) for solution in PROBLEM.by_name.values()]
    return CallTraces(PROBLEM.name, PROBLEM.title, 2, 2, (*traced, CallTrace("c", "in C", "skipped", "it is in C")))


@pytest.fixture(scope="module")
def played_calls(calls, tmp_path_factory):
    """A small report of a problem with a trace."""
    folder = write_call_results(tmp_path_factory.mktemp("calls") / "results")
    write_traces(folder, Traces((), 0, "", (), (calls,)))
    assert main(["report", "--results", str(folder)]) == 0
    return folder / "report.html"


def at(page):
    return int(page.locator(".steps input").input_value())


def spaced(number):
    return f"{number:,}".replace(",", "\u202f")


@pytest.mark.parametrize("names", [("iterative", "recursive"), ("generators", "iterative")])
def test_it_steps_through_what_was_recorded(visits, played_calls, calls, names):
    page = visits.open(played_calls, f"steps={names[0]},{names[1]},call,0")
    told = page.evaluate(COLLECT)
    pair = [next(trace for trace in calls.traces if trace.impl == name) for name in names]
    places = [*in_step(pair)]
    assert len(told) == len(places)
    for side, trace in enumerate(pair):
        most = 0
        for (_, steps), shown in zip(places, told, strict=True):
            step = trace.steps[steps[side]]
            most = max(most, *(earlier.peak_bytes for earlier in trace.steps[: steps[side] + 1]))
            frames = [trace.frames[place] for place in step.frames]
            assert shown[side]["line"] == str(step.line)
            assert shown[side]["frames"] == [frame.function for frame in frames]
            assert len(shown[side]["values"]) == sum(len(frame.values) for frame in frames)
            assert len(shown[side]["items"]) == sum(len(trace.containers[place].items) for place in step.containers)
            assert shown[side]["gives"] == [f"→ {frames[-1].gives}"] * bool(frames[-1].gives) or names[side] == "generators"
            bytes_words = f"{spaced(step.frame_bytes)} bytes of frames, {spaced(step.heap_bytes)} of the heap"
            assert shown[side]["bytes"] == f"{bytes_words} · most so far {spaced(most)}"


def test_the_last_step_shows_the_answer(visits, played_calls):
    page = visits.open(played_calls)
    answer = PROBLEM.by_name["recursive"].function(*PROBLEM.arguments(2, 2))
    assert page.locator(".gives").count() == 0
    page.get_by_role("button", name="To the end").click()
    assert page.locator(".steps-stack .gives text").all_text_contents() == [f"→ {answer}"] * 2
    assert page.locator(".steps-sum").text_content().startswith(f"Both give {answer}. At the worst moment of the call, loop has ")
    assert page.locator(".steps-told").last.text_content() == f"recursive returns {answer}"


def test_play_step_slider_and_keys_work(visits, played_calls):
    page = visits.open(played_calls)
    page.get_by_role("button", name="One line on").click()
    assert at(page) == 1
    page.locator(".steps input").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert at(page) == 2
    assert page.evaluate("location.hash") == "#steps=iterative,recursive,call,2"
    page.get_by_label("speed").select_option("very fast")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelector('.steps input').value > 4")
    page.get_by_role("button", name="Pause").click()
    page.keyboard.press("End")
    assert at(page) == int(page.locator(".steps input").get_attribute("max"))
    assert page.locator("[data-pick=update]").count() == 0, "a call has no update"


def test_the_course_of_both_is_drawn_and_its_mark_moves(visits, played_calls):
    page = visits.open(played_calls, reduced_motion="reduce")
    course = page.locator(".steps-course")
    assert course.locator("g.line path").count() == 2
    first = course.locator("g.mark").bounding_box()["x"]
    page.get_by_role("button", name="To the end").click()
    assert course.locator("g.mark").bounding_box()["x"] > first + 100


def test_what_is_new_stands_out(visits, played_calls):
    page = visits.open(played_calls, "steps=iterative,recursive,call,0")
    assert page.locator(".steps-side").first.locator(".new").count() == 0
    page.get_by_role("button", name="One line on").click()
    first = page.locator(".steps-side").first
    assert first.locator("g.new text").all_text_contents() == ["total = 0"]
    assert first.locator(".steps-told").text_content() == "total = 0 · ahead has 1"


def test_another_choice_stays_at_its_share_of_the_call(visits, played_calls):
    page = visits.open(played_calls)
    page.get_by_role("button", name="To the end").click()
    page.locator("[data-pick='1']").select_option("generators")
    assert at(page) == int(page.locator(".steps input").get_attribute("max")) > 100


def test_what_was_not_traced_says_why(visits, played_calls):
    page = visits.open(played_calls)
    page.locator("[data-pick='1']").select_option("c")
    assert page.locator(".steps-told").nth(1).text_content() == "in C: it is in C."
    page.get_by_role("button", name="To the end").click()
    assert page.locator(".steps-stack .gives text").all_text_contents()[0].startswith("→ ")


@pytest.mark.parametrize("fragment", ["steps=", "steps=nobody,%%%,never,-7", "steps=iterative,recursive,deferred,1e99", "steps", "memory"])
def test_a_strange_address_shows_something(visits, played_calls, fragment):
    page = visits.open(played_calls, fragment)
    assert page.locator("[data-pick='0']").input_value() == "iterative"
    assert page.locator(".steps-code .ran").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 768, 1400])
def test_it_fits_on_every_screen(visits, played_calls, width, scheme):
    page = visits.open(played_calls, "steps=generators,recursive,call,80", width=width, scheme=scheme)
    box = page.locator(".steps").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    for svg in page.locator(".steps svg.steps-stack, .steps svg.steps-memory, .steps svg.steps-course").all():
        drawn = svg.evaluate(
            "svg => Math.max(...[...svg.querySelectorAll('rect, text')].map((part) => part.getBoundingClientRect().right))"
        )
        assert drawn <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", [0, 45])
def test_axe_finds_nothing(visits, played_calls, scheme, place):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    page = visits.open(played_calls, f"steps=iterative,recursive,call,{place}", scheme=scheme, reduced_motion="reduce")
    found = axe.run(page, context="#steps").response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


def test_without_a_script_there_is_the_picture_that_plays_by_itself(visits, played_calls):
    page = visits.open(played_calls, java_script_enabled=False)
    assert page.locator("#steps noscript img, #steps figure img").first.is_visible()
    assert page.locator(".steps-controls").is_hidden()


def test_on_paper_it_is_a_still_of_the_deepest_stack(visits, played_calls):
    page = visits.open(played_calls)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".steps-phase").last.text_content().endswith("3 frames")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert at(page) == 0
