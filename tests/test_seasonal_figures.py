"""Drawings by calendar month show every value they are given."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from tradelib.seasonal import figures as seasonal_figures
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


def test_dots_draw_all_years_and_count_what_lies_outside(ax, by_year):
    outside = seasonal_figures.dots_by_month(ax, by_year)
    drawn = np.concatenate([line.get_ydata() for line in ax.lines if line.get_marker() == "."])
    assert sorted(drawn) == sorted(by_year.to_numpy().ravel())
    assert outside == int((by_year.abs() > ax.get_ylim()[1]).sum().sum()) >= 1


def test_ends_are_drawn_where_they_are(ax, by_year):
    ends = pd.DataFrame({"first": by_year.iloc[0], "last": by_year.iloc[-1]})
    seasonal_figures.moved_by_month(ax, ends, "black")
    assert [label.get_text() for label in ax.get_xticklabels()] == list(MONTHS)
    assert list(ax.lines[-1].get_ydata()) == list(ends["last"])


def test_heat_covers_the_years(ax, by_year):
    got = seasonal_figures.heat_by_month(ax, by_year, 5.0)
    assert got.get_clim() == (-5, 5)
    assert list(got.get_extent()) == [-0.5, 11.5, 2019.5, 2009.5]
