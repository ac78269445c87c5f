"""A drawing on the page has the page's colours and font, ids of its own, and nothing of it is lost."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.dates import date2num

from tradelib.report.drawing import inline
from tradelib.report.look import charts, export, figures


@pytest.fixture(scope="module", params=[59, 60])
def svg(request, tmp_path_factory):
    """Return the drawings of a figure with a line, many bars (60 are one shape) and a legend, as exported."""
    figures.style()
    fig, ax = plt.subplots()
    months = pd.period_range("2020-01", periods=request.param, freq="M")
    values = pd.Series(np.sin(np.arange(1.0, 1.0 + request.param)), months)
    charts.stacked_bars(ax, pd.DataFrame({"a": values}), {"a": ("A < B", figures.ORANGE)})
    figures.lines(ax, values.rename("balance"), {"balance": "Change"})
    ax.legend()
    figures.finish(fig, title="A title", unit="Billions", source="A source", alt="Alt")
    folder = tmp_path_factory.mktemp("svg")
    export.save(fig, folder / "figures", "x", pd.DataFrame({"a": values}))
    plt.close(fig)
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.rglob("*.svg")}


def test_title_unit_and_source_are_in_the_file_and_not_in_the_drawing(svg):
    assert sorted(svg) == ["x", "x-narrow", "x-wide"]
    for words in ("A title", "Billions", "A source"):
        assert words in svg["x"]
        assert words not in svg["x-wide"] + svg["x-narrow"]


@pytest.mark.parametrize(("words", "expected"), [("", ["x", "x-narrow", "x-wide"]), ("-0.1", ["x", "x-wide"])])
def test_a_heat_map_with_numbers_has_one_drawing_which_scrolls_on_a_phone(tmp_path, words, expected):
    fig, ax = plt.subplots()
    ax.imshow([[0.0, -0.1]])
    if words:
        ax.text(1, 0, words)
    figures.finish(fig, title="A title", unit="Billions", source="A source", alt="Alt")
    export.save(fig, tmp_path / "figures", "x", pd.DataFrame({"a": [0.0, -0.1]}))
    plt.close(fig)
    assert sorted(path.stem for path in tmp_path.rglob("*.svg")) == expected


@pytest.mark.parametrize("name", ["x-wide", "x-narrow"])
def test_a_drawing_takes_colours_and_font_from_the_page_and_has_ids_of_its_own(svg, name):
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


def test_bars_of_one_style_are_one_shape_and_none_is_lost(svg):
    paths = [re.sub(r"\s+", " ", d) for d in re.findall(r' d="([^"]*)"', inline(svg["x-wide"], "f", "x"))]
    corners = [(d.count("z"), d.count("l")) for d in paths]
    assert any(shapes >= 59 or (shapes == 0 and steps >= 2 * 60) for shapes, steps in corners)
    assert len(inline(svg["x-wide"], "f", "x")) < 0.6 * len(svg["x-wide"])


def test_relative_coordinates_lead_to_the_same_points_as_absolute_ones(svg):
    """In a path of steps in tenths, no point is more than half a tenth from its original position."""
    drawn = [d for d in re.findall(r' d="([^"]*)"', svg["x-wide"]) if d.count("L") > 50]
    kept = [
        d for d in re.findall(r' d="([^"]*)"', inline(svg["x-wide"], "f", "x")) if d.count("l") > 50 and "z" not in d
    ]
    assert len(drawn) == len(kept) >= 1
    for positions, moves in zip(drawn, kept, strict=True):
        there = np.array(re.findall(r"[ML]\s(-?[\d.]+)\s(-?[\d.]+)", positions), dtype=float)
        steps = np.array(re.findall(r"[Ml](-?[\d.]+) (-?[\d.]+)", moves), dtype=float)
        assert np.abs(steps.cumsum(axis=0) - there).max() <= 0.0501


def test_the_drawing_records_the_months_of_its_axis(svg):
    first, last = map(int, re.search(r'data-months="(\d+) (\d+)"', inline(svg["x-wide"], "f", "x")).groups())
    assert 0 < first < last < 10_000


@pytest.mark.parametrize("months", [12, 60])
def test_two_causes_are_stacked_to_the_change_that_is_their_sum(months):
    figures.style()
    index = pd.period_range("2020-01", periods=months, freq="M")
    causes = pd.DataFrame({"prices": 1.0, "volumes": -0.4}, index)
    fig, ax = plt.subplots()
    charts.two_causes(ax, causes, causes.sum(axis=1), "Change")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Prices", "Volumes"]
    assert len(ax.patches) == (2 * months if months < charts.LONG else 2)
    if months == charts.LONG:
        for patch in ax.patches:
            _, edges, _ = patch.get_data()
            middle = date2num(figures.dates(index)) - edges[:-1]
            assert patch.get_fill()
            assert 14 <= middle.min() <= middle.max() <= 17
    bars = [part.sizes.tolist() for part in export.drawn(fig) if part.kind == "bars"]
    assert bars == [[1.0] * months, [pytest.approx(-0.4)] * months]
    assert export.not_in(fig, causes.assign(total=causes.sum(axis=1))) == ""
    assert export.not_in(fig, causes.assign(total=causes.sum(axis=1), volumes=-0.5)) == "bars 'Volumes' draws -0.4"
    got = ax.lines[-1].get_ydata()
    assert got == pytest.approx([0.6] * months)
    assert "Change" in [text.get_text() for text in ax.texts]
    plt.close(fig)


def test_a_month_that_was_not_published_has_no_bar():
    months = pd.period_range("2015-01", periods=120, freq="M")
    fig, ax = plt.subplots()
    charts.stacked_bars(ax, pd.DataFrame({"a": 1.0}, months).drop(months[50:54]), {"a": ("A", figures.ORANGE)})
    heights, _, _ = ax.patches[0].get_data()
    plt.close(fig)
    assert np.flatnonzero(heights == 0).tolist() == [50, 51, 52, 53]


def test_numbers_that_a_reader_sees_keep_their_digits(tmp_path):
    figures.style()
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


def test_dates_under_the_bars_of_forty_months_do_not_overlap():
    figures.style()
    months = pd.period_range("2017-01", periods=40, freq="M")
    causes = pd.DataFrame({"prices": 1.0, "volumes": -2.0}, index=months)
    fig, ax = plt.subplots()
    charts.two_causes(ax, causes, causes.sum(axis=1), "Change")
    fig.canvas.draw()
    extents = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    plt.close(fig)
    assert len(extents) >= 2
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(extents))
