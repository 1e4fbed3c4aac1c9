"""The home of a result: a temporary folder that goes when nothing refers to it any more."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class Home:
    """Makes the folder, and removes it with all that is in it once this object is gone, or the process ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="unwind_versus_"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
