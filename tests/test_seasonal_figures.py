"""Drawings by calendar month show every value of their data."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from page import names_after

from tradelib.quantity.rounding import printed
from tradelib.report.look import charts, figures
from tradelib.seasonal.pattern import MONTHS


@pytest.fixture
def ax():
    _, ax = plt.subplots()
    yield ax
    plt.close("all")


@pytest.fixture
def by_year():
    values = np.random.default_rng(2).normal(size=(10, 12))
    values[4, 6] = 50
    return pd.DataFrame(values, index=range(2010, 2020), columns=list(MONTHS))


def test_all_years_are_drawn_as_dots_and_those_outside_are_counted(ax, by_year):
    by_year.iloc[0, 3] = np.nan
    cells = ("limit = 1.35", "def draw_years", "def draw_averages")
    names = {"figures": figures, "by_year": by_year, "mean": by_year.mean(), "label": "", "unit": ""}
    page = names_after("22_seasonal", *cells, **names)
    page["draw_years"](ax)
    page["draw_averages"](ax)
    drawn = np.concatenate([line.get_ydata() for line in ax.lines if line.get_marker() == "."])
    assert sorted(drawn) == sorted(by_year.melt()["value"].dropna())
    assert page["outside"] == int((by_year.abs() > ax.get_ylim()[1]).sum().sum()) >= 1
    assert page["beyond"].endswith(f"larger, not drawn: {page['outside']}")


def test_first_and_last_years_are_drawn_at_their_values(ax, by_year):
    ends = pd.DataFrame({"first": by_year.iloc[0], "last": by_year.iloc[-1]})
    cells = ("def draw_ends", "def draw_moves")
    page = names_after("22_seasonal", *cells, figures=figures, charts=charts)
    page["draw_moves"](ax, ends, "exports")
    assert [label.get_text() for label in ax.get_xticklabels()] == [month[0] for month in MONTHS]
    assert list(ax.lines[-2].get_ydata()) == list(ends["first"])
    assert list(ax.lines[-1].get_ydata()) == list(ends["last"])


def test_a_heat_map_covers_all_years(ax, by_year):
    got = charts.heat_by_month(ax, by_year, "exports", limit=5.0)
    assert got.get_clim() == (-5, 5)
    assert list(got.get_extent()) == [-0.5, 11.5, 9.5, -0.5]
    assert [label.get_text() for label in ax.get_yticklabels()] == [str(year) for year in range(2010, 2020)]


def test_long_tables_name_every_third_row(ax, by_year):
    charts.heat_by_month(ax, pd.concat([by_year] * 3).set_axis(range(1990, 2020)), "exports", limit=5.0)
    assert [label.get_text() for label in ax.get_yticklabels()] == [str(year) for year in range(1990, 2020, 3)]


def test_the_first_method_is_on_top_even_if_panels_share_the_axis():
    distances = {flow: pd.Series({"a": 1.0, "b": 0.5, "c": 2.0, "d": 0.25}) for flow in ("exports", "imports")}
    page = names_after("28_agency_way", "def draw_distances", figures=figures, printed=printed)
    fig = charts.panels(page["draw_distances"], distances, height=3)
    assert fig.axes[0].get_ylim() == (3.5, -0.5)
    assert [text.get_text() for text in fig.axes[1].texts] == ["1.00", "0.50", "2.00", "0.25"]
    assert [ax.get_title(loc="left") or ax.get_title() for ax in fig.axes] == ["Exports", "Imports"]
    plt.close("all")


def test_panels_of_heat_maps_share_one_colour_bar(by_year):
    shades = {"exports": by_year, "imports": by_year}
    fig = charts.panels(charts.heat_by_month, shades, height=4, share=False, limit=5.0)
    assert len(fig.axes) == 3
    plt.close("all")


def test_rows_run_from_the_first_distance_to_the_second(ax):
    distances = pd.DataFrame({"as such": [2.0, 1.0], "detail": [1.0, 3.0]}, index=["a", "b"])
    names_after("28_agency_way", "def draw_nearer", figures=figures)["draw_nearer"](ax, distances, "exports")
    assert [list(line.get_xdata()) for line in ax.lines] == [[2, 1], [1, 3]]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_two_lines_have_a_zero_line_only_if_they_are_differences(ax):
    values = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": 0.0}, pd.period_range("2020-01", periods=3, freq="M"))
    charts.two_lines(ax, values, "exports", zero=False)
    assert len(ax.lines) == 2
    charts.two_lines(ax, values, "exports")
    assert len(ax.lines) == 5
