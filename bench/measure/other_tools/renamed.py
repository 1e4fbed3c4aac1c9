"""A renamed copy: the source of an implementation in a file of its own, which must take as long as the original."""

from __future__ import annotations

from pathlib import Path

from bench.plan.code_text import module_of, source_of
from bench.plan.selfcheck import RENAMED
from impls import Implementation


def write_renamed(original: Implementation, folder: Path) -> Path:
    """Write a copy of the implementation's source into the folder, with its name changed and nothing else; return the file.

    Raises:
        ValueError: the source does not say its name as it should.

    """
    text = source_of(module_of(original))
    said = f'Implementation("{original.name}", "{original.title}"'
    if text.count(said) != 1:
        raise ValueError(f"{module_of(original)} does not say {said} once")
    file = folder / f"{RENAMED}.py"
    file.write_text(text.replace(said, f'Implementation("{RENAMED}", "renamed {original.title}"'), "utf-8")
    return file
