"""Writing all or nothing: what is replaced, what is written to, and what is left alone."""

import errno
import os
import stat
from pathlib import Path

import pytest

from bench.errors import BadInput
from bench.record.files import disk
from bench.record.files.disk import remove_drafts, write_whole
from bench.record.folder import results_folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["a.json"]


def test_names_in_use_are_left_alone(tmp_path, monkeypatch):
    """The draft's name is drawn anew until it is nobody's."""
    draws = iter(["taken", "link", "free"])
    monkeypatch.setattr(disk.secrets, "token_hex", lambda size: next(draws))
    (tmp_path / "a.json.tmp").write_text("mine")
    (tmp_path / ".unwind-taken.tmp").write_text("mine")
    (tmp_path / ".unwind-link.tmp").symlink_to(tmp_path / "elsewhere")
    write_whole(tmp_path / "a.json", b"content")
    assert (tmp_path / "a.json").read_bytes() == b"content"
    assert (tmp_path / "a.json.tmp").read_text() == (tmp_path / ".unwind-taken.tmp").read_text() == "mine"
    assert names(tmp_path) == [".unwind-link.tmp", ".unwind-taken.tmp", "a.json", "a.json.tmp"]


def test_a_name_as_long_as_a_system_allows_can_be_written(tmp_path):
    write_whole(tmp_path / ("x" * 255), b"content")
    assert (tmp_path / ("x" * 255)).read_bytes() == b"content"


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_permissions_stay_and_new_files_have_the_usual_ones(tmp_path):
    private, new = tmp_path / "private", tmp_path / "new"
    private.write_text("old")
    private.chmod(0o600)
    before = os.umask(0o027)
    try:
        write_whole(private, b"content")
        write_whole(new, b"content")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (private, new)] == [0o600, 0o640]


def test_a_link_is_followed_one_that_leads_nowhere_yet_too(tmp_path):
    (tmp_path / "far").mkdir()
    link, chain = tmp_path / "link", tmp_path / "chain"
    link.symlink_to(Path("far") / "new")
    chain.symlink_to("link")
    write_whole(chain, b"content")
    assert chain.is_symlink()
    assert link.is_symlink()
    assert (tmp_path / "far" / "new").read_bytes() == b"content"
    assert names(tmp_path) == ["chain", "far", "link"]


def test_links_in_a_circle_and_folders_are_told(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for path, reason in ((tmp_path / "a", os.strerror(errno.ELOOP)), (tmp_path, os.strerror(errno.EISDIR))):
        with pytest.raises(BadInput, match=reason):
            write_whole(path, b"content")
    assert names(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_what_ends_badly_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch, error):
    def fails(descriptor):
        raise error

    path = tmp_path / "a.json"
    path.write_text("old")
    monkeypatch.setattr(disk.os, "fsync", fails)
    with pytest.raises((BadInput, KeyboardInterrupt)):
        write_whole(path, b"new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.json"]


def test_drafts_of_writes_that_were_killed_go_when_the_folder_is_used_again(tmp_path):
    (tmp_path / ".unwind-0123abcd.tmp").write_text("half")
    (tmp_path / "mine.tmp").write_text("mine")
    with results_folder(tmp_path):
        assert not (tmp_path / ".unwind-0123abcd.tmp").exists()
    assert (tmp_path / "mine.tmp").exists()
    remove_drafts(tmp_path / "nowhere")
