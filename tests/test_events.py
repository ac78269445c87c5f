"""Recessions and dated events in figures of long spans: at their dates, not overlapping, and never before known."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.dates import num2date
from matplotlib.text import Text

from tradelib.report.look import charts, export, figures


def drawn(last, months):
    """Return the axes of a balance over a span, with recessions and events."""
    figures.style()
    index = pd.period_range(end=last, periods=months, freq="M")
    fig, ax = plt.subplots(figsize=(7.2, 3.68))
    charts.filled_balance(ax, pd.Series(-50 - np.arange(months) / months, index, name="balance"))
    figures.finish(fig, title="A title", unit="Billions", source="A source", alt="Alt")
    return ax


def names(ax):
    return {text.get_text(): text for text in ax.texts if text.get_visible() and text.get_text()[0].isalpha()}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_every_event_has_a_day_a_few_words_and_an_official_source():
    for row in charts.events():
        assert isinstance(row["date"], dt.date)
        assert row["date"] <= row.get("until", row["date"]) <= row.get("known", dt.date.max)
        assert len(row["label"]) <= 20
        assert len(row["about"].split()) >= 5
        assert row["source"]
        assert row["url"].startswith(
            (
                "https://www.federalregister.gov/",
                "https://www.census.gov/",
                "https://www.congress.gov/",
                "https://www.wto.org/",
                "https://www.nber.org/",
            )
        )


@pytest.mark.parametrize(
    ("last", "months", "expected"),
    [
        ("2025-03", 123, {"First China tariffs": "2018-07", "Recession": "2020-02", "Gold inflow": "2025-01"}),
        ("2020-05", 123, {"First China tariffs": "2018-07", "Pandemic": "2020-03"}),
        ("2010-12", 216, {"Recession": "2007-12", "NAFTA": "1994-01", "China joins the WTO": "2001-12"}),
        ("2009-12", 120, {"China joins the WTO": "2001-12"}),
        ("2025-03", 59, {}),
        ("2025-02", 61, {"Recession": "2020-02"}),
    ],
)  # fmt: skip
def test_events_are_at_their_month_and_later_ones_are_not_shown(last, months, expected):
    ax = drawn(last, months)
    got = {name: text.xy[0] for name, text in names(ax).items()}
    assert {name: f"{at:%Y-%m}" for name, at in got.items()} == expected


def bands(ax):
    """Return first and last day of each shaded recession."""
    shaded = [bar for bar in ax.patches if to_hex(bar.get_facecolor()) == figures.BAND]
    return [tuple(f"{num2date(x):%Y-%m-%d}" for x in (bar.get_x(), bar.get_x() + bar.get_width())) for bar in shaded]


def test_a_recession_is_shaded_from_peak_to_trough_once_it_was_dated():
    assert bands(drawn("2025-03", 123)) == [("2020-02-01", "2020-04-30")]
    assert bands(drawn("2021-06", 123)) == []
    assert bands(drawn("2021-07", 123)) == [("2020-02-01", "2020-04-30")]
    assert bands(drawn("2025-02", 60))[0] == ("2020-03-01", "2020-04-30")


def test_events_of_a_quarterly_path_are_at_the_same_place():
    index = pd.PeriodIndex(pd.period_range("2015-03", "2024-12", freq="M")[::3])
    _, ax = plt.subplots()
    charts.history(ax, pd.Series(-3.0, index))
    assert {name: f"{text.xy[0]:%Y-%m}" for name, text in names(ax).items()} == {
        "Recession": "2020-02", "First China tariffs": "2018-07",
    }  # fmt: skip


@pytest.mark.parametrize("width", [7.2, export.NARROW])
@pytest.mark.parametrize("months", [60, 90, 123, 200, 399])
@pytest.mark.parametrize("last", ["2009-06", "2020-12", "2025-03", "2025-12"])
def test_names_do_not_overlap_each_other_the_title_or_the_edge(last, months, width):
    """Measured in the drawings of both widths; the label of the last value counts, too."""
    ax = drawn(last, months)
    ax.figure.set_size_inches(width, 3)
    if width == export.NARROW:
        export._keep_apart(ax.figure, [ax])
    ax.figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in ax.texts if text.get_visible()]
    assert not [pair for n, box in enumerate(boxes) for pair in boxes[n + 1 :] if box.overlaps(pair)]
    above = sorted((Text.get_window_extent(text) for text in names(ax).values()), key=lambda box: box.x0)
    assert all(left.x1 < right.x0 for left, right in pairwise(above))
    for box in above:
        assert box.y0 >= ax.get_window_extent().y1
        assert ax.figure.bbox.x0 <= box.x0
        assert box.x1 <= ax.figure.bbox.x1
