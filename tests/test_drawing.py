"""A drawing on the page: its colours, its font and its names are the page's, and nothing of it is lost."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from tradelib import export, figures
from tradelib.report.drawing import inline


@pytest.fixture
def svg(tmp_path):
    """Return the drawings of a figure with a line, many bars and a legend, as an export leaves them."""
    figures.style()
    fig, ax = plt.subplots()
    months = pd.period_range("2020-01", periods=60, freq="M")
    values = pd.Series(np.sin(np.arange(60.0)), months)
    figures.stacked_bars(ax, pd.DataFrame({"a": values}), {"a": ("A < B", figures.ORANGE)})
    figures.lines(ax, values.rename("balance"), {"balance": "Change"})
    ax.legend()
    figures.finish(fig, title="A title", unit="Billions", source="A source", alt="Alt")
    export.save(fig, tmp_path / "figures", "x", pd.DataFrame({"a": values}))
    plt.close(fig)
    return {path.stem: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.svg")}


def test_title_unit_and_source_are_in_the_file_and_not_in_the_drawing(svg):
    assert sorted(svg) == ["x", "x-narrow", "x-wide"]
    for words in ("A title", "Billions", "A source"):
        assert words in svg["x"]
        assert words not in svg["x-wide"] + svg["x-narrow"]


@pytest.mark.parametrize("name", ["x-wide", "x-narrow"])
def test_a_drawing_takes_colours_font_and_names_from_the_page(svg, name):
    got = inline(svg[name], "f1w", "What &amp; why")
    assert got.startswith('<svg role="img" aria-label="What &amp; why" viewBox="')
    assert not re.search(
        r"#[0-9a-f]{6}|font-family|DejaVu|<metadata|width=\"\d+pt", got.replace('href="#', ""), re.IGNORECASE
    )
    assert {"var(--second)", "var(--ink)", "var(--grid)"} <= set(re.findall(r"var\(--[\w-]+\)", got))
    assert re.findall(r">([^<]*A &lt; B[^<]*)<", got) == ["A &lt; B"]
    targets = set(re.findall(r'(?:href="#|url\(#)([\w-]+)', got))
    assert targets <= set(re.findall(r'id="([\w-]+)"', got))
    assert all(target.startswith("f1w-") for target in targets)


def test_bars_of_one_look_are_one_shape_and_all_there(svg):
    paths = [re.sub(r"\s+", " ", d) for d in re.findall(r' d="([^"]*)"', inline(svg["x-wide"], "f", "x"))]
    bars = max(paths, key=lambda d: d.count("z"))
    assert bars.count("z") >= 60
    assert len(inline(svg["x-wide"], "f", "x")) < 0.6 * len(svg["x-wide"])


def test_numbers_that_a_reader_sees_keep_their_digits(tmp_path):
    fig, ax = plt.subplots()
    ax.bar_label(ax.barh(["a", "b", "c"], [0.88, 0.39, 1.25]), ["0.88", "0.39", "1.25"])
    ax.set_xticks([0.25, 0.75])
    figures.finish(fig, title="A title", unit="Percent", source="A source", alt="From 0.88 to 0.39")
    export.save(fig, tmp_path / "figures", "x", pd.DataFrame({"a": [0.88, 0.39, 1.25]}))
    got = inline((tmp_path / "drawings" / "x-wide.svg").read_text(encoding="utf-8"), "f", "From 0.88 to 0.39")
    texts = re.findall(r">([\d.]+)</text>", got)
    assert {"0.88", "0.39", "1.25", "0.25", "0.75"} <= set(texts)
    assert 'aria-label="From 0.88 to 0.39"' in got
    assert not re.search(r' d="[^"]*\d\.\d\d', got)
    plt.close(fig)
