"""The chart's parts: what Altair makes is what the page's script expects, and its libraries are made once."""

import json

import pytest

from bench.errors import BadInput
from bench.show.figures import chart
from bench.show.figures.chart import SCALES, chart_library, chart_specs


def test_every_kind_has_layers_that_draw_what_the_page_puts_in():
    specs = chart_specs(["iterative", "mine"])
    assert list(specs) == list(SCALES)
    for kind, spec in specs.items():
        marks = [layer["mark"]["type"] for layer in spec["layer"]]
        assert marks[-3:] == ["line", "rule", "point"]
        assert (marks[:2] == ["rect", "rule"]) == (kind == "ratio"), "the band of ±1 % and the line at 1"
        point = spec["layer"][-1]["encoding"]
        assert point["color"]["scale"]["domain"] == point["shape"]["scale"]["domain"] == ["kept list", "mine"]
        assert point["y"]["scale"]["type"] == SCALES[kind]
        json.dumps(spec)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(chart.platformdirs, "user_cache_path", lambda *names, **settings: tmp_path / "cache")
    return tmp_path / "cache"


def test_the_library_is_made_once_and_can_stand_in_a_page(cache, monkeypatch):
    made = chart_library()
    assert "vegaEmbed" in made
    assert "</script" not in made.lower()
    assert "<!--" not in made
    monkeypatch.setattr(chart, "BUNDLE", "raise SystemExit(1)")
    assert chart_library() == made


def test_a_cache_that_is_cut_off_is_made_again_and_one_that_cannot_be_written_is_no_harm(cache, monkeypatch):
    monkeypatch.setattr(chart, "BUNDLE", "print('window.vegaEmbed = 1;')")
    cache.mkdir()
    (file,) = [cache / f"vega-{chart.version('vl-convert-python')}.js"]
    file.write_text("half of it")
    assert "vegaEmbed" in chart_library()
    file.unlink()
    cache.rmdir()
    cache.write_text("no folder")
    assert "vegaEmbed" in chart_library()


def test_a_library_that_cannot_be_made_is_told_with_what_may_mend_it(cache, monkeypatch):
    monkeypatch.setattr(chart, "BUNDLE", "raise SystemExit(1)")
    with pytest.raises(BadInput, match="pip install"):
        chart_library()
