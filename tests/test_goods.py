"""The chosen specification of goods trade and its distance from the agency's series."""

import numpy as np
import pytest

import tradelib
from tradelib.parameters import Seasonal, check
from tradelib.quantity.errors import ComparabilityError, ParameterError
from tradelib.seasonal.x13 import available, goods, run as engine_run, x13

pytestmark = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")
FLOWS = ("exports", "imports")
MODEL = "arima{model=(0 1 1)(0 1 1)} "


GOODS = [f"{flow}_goods_census_{a}" for flow in ("exports", "imports") for a in ("sa", "nsa")]


@pytest.fixture(scope="module")
def data():
    return tradelib.load(GOODS, start="1989-01", unit="billions")


@pytest.fixture(scope="module")
def compared(data):
    unadjusted = {flow: data[f"{flow}_goods_census_nsa"] for flow in FLOWS}
    methods = {
        "chosen": {f: goods.adjust_goods(s, "seats").components["adjusted"] for f, s in unadjusted.items()},
        "windows": {f: goods.adjust_in_windows(s, goods.goods_spec("seats")) for f, s in unadjusted.items()},
        "textbook": {f: x13(s.loc["2005-01":], **goods.FIRST_TRY).adjusted for f, s in unadjusted.items()},
        "STL": {f: goods.adjust_goods(s, "stl").components["adjusted"] for f, s in unadjusted.items()},
    }
    return goods.compare_with_agency(methods, {flow: data[f"{flow}_goods_census_sa"] for flow in FLOWS})


@pytest.mark.parametrize(("flow", "first_try"), [("exports", 0.65), ("imports", 0.52)])
def test_nearer_to_the_agency_than_the_first_try(compared, flow, first_try):
    got = compared.loc[(flow, "all")]
    assert got.loc["chosen", "mean_absolute"] < first_try
    assert got.loc["windows", "mean_absolute"] < first_try
    assert got.loc["windows", "correlation"] > 0.94


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("months", goods.MONTHS)
def test_windows_are_nearer_than_textbook_and_stl_in_all_years(compared, flow, months):
    distance = compared.loc[(flow, months), "mean_absolute"]
    assert distance["windows"] < distance["textbook"] < distance["STL"]


def test_the_table_says_flow_months_and_method(compared):
    assert compared.index.names == ["flow", "months", "method"]
    assert len(compared) == 2 * 3 * 4
    assert list(dict.fromkeys(compared.index.get_level_values("months"))) == list(goods.MONTHS)


def test_parts_below_two_years_are_left_out(data):
    short = data.loc["2018-01":"2020-12"]
    got = goods.compare_with_agency(
        {"agency": {"exports": short["exports_goods_census_sa"]}}, {"exports": data["exports_goods_census_sa"]}
    )
    assert list(got.index.get_level_values("months")) == ["all", "earlier"]
    assert set(got["mean_absolute"]) == {0}


def test_windows_cover_every_month_once(data):
    series = data["imports_goods_census_nsa"].iloc[:250]
    got = goods.adjust_in_windows(series, goods.goods_spec("x11"))
    assert got.index.equals(series.index)
    expected = x13(series.iloc[-180:], spec=goods.goods_spec("x11")).adjusted.iloc[-60:]
    np.testing.assert_allclose(got.iloc[-60:], expected)
    first = x13(series.iloc[:180], spec=goods.goods_spec("x11")).adjusted
    np.testing.assert_allclose(got.iloc[:130], first.iloc[:130])
    short = series.iloc[:100]
    np.testing.assert_allclose(
        goods.adjust_in_windows(short, goods.goods_spec("x11")), x13(short, spec=goods.goods_spec("x11")).adjusted
    )


def test_other_months_of_the_agency_are_refused(data):
    ours = data["exports_goods_census_sa"]
    with pytest.raises((ComparabilityError, KeyError)):
        goods.compare_with_agency({"us": {"exports": ours}}, {"exports": ours.loc["2010-01":]})


def test_without_a_program_stl_takes_its_place(monkeypatch):
    assert [goods.possible(way) for way in ("seats", "x11", "stl")] == ["seats", "x11", "stl"]
    monkeypatch.setenv("TRADELIB_X13", "nowhere")
    assert not engine_run.available()
    assert goods.possible("seats") == "stl"


def test_a_spec_text_may_leave_the_engine_open():
    text = "transform{function=none} regression{variables=(td)}"
    assert set(goods.goods_spec("x11", text).parts) == {"transform", "regression", "x11"}
    assert goods.goods_spec("seats", text + " seats{noadmiss=yes}").parts["seats"] == {"noadmiss": "yes"}


def test_a_balance_is_adjusted_by_the_spec_of_its_sides_in_levels(data):
    text = "transform{function=log power=0} regression{variables=(td) b=(1 2)} arima{model=(0 1 1)} x11{mode=mult}"
    got = goods.balance_spec("x11", text).parts
    model = {"regression": {"variables": "(td)"}, "arima": {"model": "(0 1 1)"}}
    assert got == {"transform": {"function": "none"}, **model, "x11": {}}
    balance = data["exports_goods_census_nsa"] - data["imports_goods_census_nsa"]
    assert not x13(balance, spec=goods.balance_spec("x11")).multiplicative


@pytest.mark.parametrize(("years", "kept"), [(5, 8), (15, 0), (15, -1), (15, 2.5), (0, 0)])
def test_windows_that_would_leave_months_out_are_refused(data, years, kept):
    with pytest.raises(ParameterError, match="1 <= kept <= years"):
        goods.adjust_in_windows(data["imports_goods_census_nsa"], goods.goods_spec("x11"), years=years, kept=kept)


def test_windows_may_be_kept_whole(data):
    series = data["imports_goods_census_nsa"].iloc[:130]
    got = goods.adjust_in_windows(series, goods.goods_spec("x11"), years=5, kept=5)
    assert got.index.equals(series.index)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"engine": "x12"}, "'seats', 'x11' or 'stl'"),
        ({"spec": "nonsense"}, "expected name { ... } blocks"),
        ({"spec": "series{start=2000.1 data=(1 2 3)} x11{}"}, "expected specs without data"),
        ({"spec": MODEL + "x11{}"}, r"found x11\{\} with engine 'seats'; expected seats\{\} or neither"),
        ({"spec": MODEL + "seats{}", "engine": "x11"}, r"found seats\{\} with engine 'x11'"),
        ({"spec": MODEL, "engine": "stl"}, "engine 'stl', which takes none"),
        ({"spec": "arima{modle=(0 1 1)}"}, "no argument 'modle' in spec 'arima'"),
        ({"spec": MODEL + "forecast{maxlead=6}", "engine": "x11"}, "factors of 6 months to come; expected 12"),
        (
            {"spec": MODEL + "transform{function=log} regression{variables=(ls2020.Mar)}"},
            "windows of 15 years, each of which must hold all dated regressors: X-13 refused: Not within series",
        ),
    ],
)
def test_the_notebook_refuses_what_is_no_spec(asked, told):
    with pytest.raises(ParameterError, match=told):
        check(Seasonal, asked)


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("x11", "x11{mode=add}"),
        ("seats", "regression{variables=(td) aictest=(easter)}"),
        ("seats", "transform{function=log} seats{}"),
    ],
)
def test_the_notebook_takes_what_runs(engine, text):
    asked = {"engine": engine, "spec": MODEL + text, "start": "2008-01"}
    assert check(Seasonal, asked).spec == asked["spec"]
