"""The lesson, run from top to bottom: `python -m bench.tests.from_python.run_lesson` writes it again with what this run has put out.

The notebook's kernel is this interpreter. Its description lies in a temporary folder, so nothing is installed.
"""

import json
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import nbclient
import nbformat

from bench.tests.places import ROOT

LESSON = ROOT / "docs" / "lesson.ipynb"
KERNEL = "unwind_lesson"
CELL_S = 300
KEPT_OF_A_CELL = ("jupyter", "tags")  # of its metadata; when it ran is nobody's business


def read(path=LESSON):
    """The notebook."""
    return nbformat.read(path, as_version=4)


@contextmanager
def own_kernel():
    """For as long as it lasts there is a kernel that is this interpreter, and finds this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "data", "kernels", KERNEL, "kernel.json")
        spec.parent.mkdir(parents=True)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": command, "display_name": KERNEL, "language": "python", "env": {"PYTHONPATH": str(ROOT)}}))
        homes = {f"JUPYTER_{kind}_DIR": str(Path(folder, kind.lower())) for kind in ("DATA", "RUNTIME", "CONFIG")}
        with patch.dict(os.environ, {**homes, "IPYTHONDIR": str(Path(folder, "ipython"))}):
            yield KERNEL


def executed(notebook):
    """The notebook with the outputs of a run that has just been made; the first cell that raises ends it with its traceback."""
    notebook = nbformat.from_dict(notebook)
    before = notebook.metadata.get("kernelspec")
    with own_kernel() as kernel, tempfile.TemporaryDirectory() as elsewhere:
        client = nbclient.NotebookClient(
            notebook, timeout=CELL_S, kernel_name=kernel, coalesce_streams=True, resources={"metadata": {"path": elsewhere}}
        )
        client.execute()
    notebook.metadata = {"kernelspec": before, "language_info": {"name": "python"}}
    return notebook


def tidied(notebook):
    """Without what tells of this machine's folders, of the hour, or of nothing."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT_OF_A_CELL}
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_empty(output)]
    return notebook


def _is_empty(output):
    """Is it a line of progress that was taken away?"""
    return output.output_type == "display_data" and not any(output.data.values())


def paths_in(notebook):
    """Every absolute path of a file that an output names: of a folder at the root of the file system, and below."""
    outputs = json.dumps([cell.outputs for cell in notebook.cells if cell.cell_type == "code"])
    without_pictures = re.sub(r'"image/png": "[^"]*"', "", outputs)
    return re.findall(r"(?<![\w<.:])/(?:home|root|tmp|usr|var|opt|work|Users|private)/[\w./-]*", without_pictures)


def main():
    """Run the lesson and write it again."""
    notebook = tidied(executed(read()))
    if named := paths_in(notebook):
        raise SystemExit(f"not written: its outputs name {', '.join(named)}")
    nbformat.write(notebook, LESSON)


if __name__ == "__main__":
    main()
