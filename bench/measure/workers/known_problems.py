"""Known problems: what is known of a problem where its file is not run.

As with a user's implementations (`stand_ins`), only workers run a user's file; the process that keeps the records knows the
problem by what a worker says of it.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.errors import BadInput
from bench.measure.workers.ask import WorkerFailed, answers
from bench.measure.workers.environment import worker_environment
from bench.measure.workers.serve import Answer, serve
from bench.measure.workers.stand_ins import LONGEST_RUN_S, elsewhere, known_implementations, register
from bench.plan.cells import BACKPROPAGATION
from bench.plan.code_text import functions_source, module_of, qualname_of, source_of
from bench.plan.described import Words
from bench.plan.problems import PlannedProblem, backpropagation, load_problem, place_of, planned
from impls import Solution
from impls.problems import PROBLEMS

TOLD = ("name", "title", "depth", "width", "deepest")  # of a problem, as they are
WORDS = ("level", "call", "input")


def known_problem(source: str, files: Sequence[str] = (), silence_s: float = LONGEST_RUN_S) -> PlannedProblem:
    """The problem of that name, or the one that a file defines, with the implementations of the user's other files.

    Raises:
        BadInput: the name is not known, or a file cannot be used.

    """
    if source == BACKPROPAGATION:
        return backpropagation(known_implementations(files, silence_s))
    if source in PROBLEMS and not files:
        return planned(PROBLEMS[source], source)
    path = source if source in PROBLEMS else str(Path(source).absolute())  # not followed through links, which may lead nowhere
    told = _told(source, files, silence_s)
    solutions = {each["name"]: _stand_in(each) for each in told["implementations"]}
    described: dict[str, Any] = {what: tuple(value) if isinstance(value, list) else value for what, value in told["problem"].items()}
    setup, words = _setup_module(told["setup"], {each["module"] for each in told["implementations"]}), Words(**told["words"])
    return PlannedProblem(**described, implementations=solutions, baseline=next(iter(solutions)), source=path, setup=setup, words=words)


def _told(source: str, files: Sequence[str], silence_s: float) -> dict[str, Any]:
    """What a worker that runs the files says of the problem.

    Raises:
        BadInput: the worker refuses it, hangs or ends.

    """
    try:
        with closing(answers(__name__, {"source": source, "files": list(files)}, worker_environment(), silence_s)) as replies:
            for reply in replies:
                if "refused" in reply:
                    raise BadInput(reply["refused"])
                return reply
        raise WorkerFailed("error", "exit code 0")
    except WorkerFailed as failure:
        what = "hangs" if failure.status == "timeout" else "ends the process"
        reason = f"{what} when it is run ({failure.detail}); a file should define a problem and do nothing more"
        raise BadInput(f"{place_of(source)}: {reason}") from None


def _setup_module(told: dict[str, Any], known: Collection[str]) -> str:
    """The module of `setup`, to be found under its name; empty if it is among those that are known, or in no file."""
    if told["module"] in known or not told["file"]:
        return ""
    register(told["module"], told["file"])
    return str(told["module"])


def _stand_in(told: dict[str, Any]) -> Solution:
    """An implementation whose function cannot be called here."""
    register(told["module"], told["file"])
    return Solution(elsewhere(told["module"], told["function"], told["source"]), told["name"], told["title"], told["control_flow"])


def main(task: dict[str, Any], answer: Answer) -> None:
    """Describe the problem of the task."""
    try:
        problem = load_problem(task["source"], task["files"])
        answer(
            problem={what: getattr(problem, what) for what in TOLD},
            words={what: getattr(problem, what) for what in WORDS},
            implementations=[_description(solution, task["source"]) for solution in problem.by_name.values()],
            setup=_place(str(getattr(problem.setup, "__module__", ""))),
        )
    except BadInput as error:
        answer(refused=str(error))


def _description(solution: Solution, source: str) -> dict[str, Any]:
    try:
        module = module_of(solution)
        source_of(module)
    except (UnicodeDecodeError, SyntaxError):  # Python itself does not mind in a comment
        raise BadInput(f"problem {source}: is no UTF-8 text; save the file as UTF-8") from None
    except Exception:  # a function of C, or one of a module that has no file
        reason = f"the function of {solution.name!r} is in no file that can be read"
        raise BadInput(f"problem {source}: {reason}; write one that calls it, by `def` in a Python file") from None
    return {
        "name": solution.name,
        "title": solution.title,
        "control_flow": solution.control_flow,
        "function": qualname_of(solution),
        "source": functions_source(solution),
        **_place(module),
    }


def _place(module: str) -> dict[str, str | None]:
    """Where a module is."""
    return {"module": module, "file": getattr(sys.modules.get(module), "__file__", None)}


if __name__ == "__main__":
    serve(main)
