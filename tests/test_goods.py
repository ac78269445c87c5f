"""The chosen specification of goods trade and its distance from the agency's series."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE
from page import names_after

import tradelib
from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters import asked
from tradelib.seasonal import goods
from tradelib.seasonal.agency import agreement, force_years
from tradelib.seasonal.pattern import stl_pattern
from tradelib.seasonal.x13 import Spec, available, run as engine_run, x13

pytestmark = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")
FLOWS = ("exports", "imports")
MODEL = "arima{model=(0 1 1)(0 1 1)} "


GOODS = [f"{flow}_goods_census_{a}" for flow in ("exports", "imports") for a in ("sa", "nsa")]


@pytest.fixture(scope="module")
def data():
    return tradelib.load(GOODS, start="1989-01", vintage="2025-04-03", unit="billions")


@pytest.fixture(scope="module")
def compared(data):
    """Return the distance from the agency by flow, months and method, before and after the last month of the choice."""
    rows = {}
    for flow in FLOWS:
        raw, agency = data[f"{flow}_goods_census_nsa"], data[f"{flow}_goods_census_sa"]
        methods = {
            "ours": goods.adjust_in_windows(raw, goods.goods_spec("seats")),
            "defaults": x13(raw.loc["2005-01":]).adjusted,
            "STL": stl_pattern(raw).components["adjusted"],
        }
        for months in (slice("2005-01", "2020-02"), slice(goods.CUT, None)):
            rows |= {(flow, months.start, m): agreement(a.loc[months], agency.loc[months]) for m, a in methods.items()}
    return rows


def test_methods_are_compared_over_their_common_months():
    """The sum of end uses ends before the others, and each method begins with a month that counts."""
    months = pd.period_range("2020-01", periods=30, freq="M", name="period")
    values = pd.DataFrame({flow: np.arange(100.0, 130.0) for flow in FLOWS}, months)
    methods = {"ours": values, "sum of end uses": values.iloc[:-2], "one run": values.mask(values == 103)}
    names = {"chosen": SimpleNamespace(load_agency=lambda: values), "record": SimpleNamespace(note=lambda table: table)}
    space = names_after(
        "29_own_adjustment", "published = ", methods=methods, unadjusted=values, flows=FLOWS, goods=goods, **names
    )
    assert [str(space["later"][place]) for place in (0, -1)] == ["2020-03", "2022-04"]
    assert "2020-04" not in space["later"].astype(str)
    none = {"chosen": SimpleNamespace(load_agency=lambda: None)}
    space = names_after(
        "29_own_adjustment",
        "published = ",
        methods=methods,
        unadjusted=values,
        flows=FLOWS,
        goods=goods,
        **names | none,
    )
    assert (len(space["later"]), space["compares"]) == (0, False)


def test_the_total_is_adjusted_by_the_factor_of_its_detail_and_forced_to_its_years():
    months = pd.period_range("2001-01", periods=18, freq="M", name="period")
    rising = pd.Series(np.arange(1.0, 19.0), months)
    parts = pd.concat({"exports": pd.DataFrame({"10000": rising, "40000": 20 - rising})}, axis=1)
    unadjusted = pd.DataFrame({"exports": 3 * rising})
    halved = np.where(months.month < 7, 0.5, 1.0)
    space = names_after(
        "29_own_adjustment", "def end_uses", parts=parts, SPEC=None,
        indirect=lambda table, spec: SimpleNamespace(total=table.sum(axis=1) * halved),  # noqa: ARG005
    )  # fmt: skip
    sums = [space["end_uses"]("exports", digits) for digits in ("1", "3456")]
    assert sums[0].to_list() == pytest.approx((rising * halved).to_list())
    known = {"unadjusted": unadjusted, "mean": unadjusted, "adjusted": unadjusted.copy(), "force_years": force_years}
    space = names_after(
        "29_own_adjustment", "detailed = {}", parts=parts, months=months, sums={"exports": sum(sums)}, **known
    )
    got = space["detailed"]["exports"]
    assert got.iloc[:12].sum() == pytest.approx(unadjusted["exports"].iloc[:12].sum())
    assert got.iloc[0] / got.iloc[6] == pytest.approx(0.5 * 1 / 7)  # the factor is that of the detail
    assert got.iloc[12:].to_list() == pytest.approx((0.5 * unadjusted["exports"].iloc[12:]).to_list())
    assert space["adjusted"]["exports"].to_list() == pytest.approx(((got + unadjusted["exports"]) / 2).to_list())


@pytest.mark.parametrize(("flow", "most"), [("exports", 0.71), ("imports", 0.475)])
def test_our_adjustment_is_near_the_agency_on_months_not_used_to_choose_it(compared, flow, most):
    got = compared[flow, goods.CUT, "ours"]
    assert got.mean_absolute < most
    assert got.correlation > 0.97


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("months", ["2005-01", goods.CUT])
def test_our_adjustment_is_nearer_than_the_defaults_and_stl_over_all_years(compared, flow, months):
    ours, defaults, stl = (compared[flow, months, method].mean_absolute for method in ("ours", "defaults", "STL"))
    assert ours < defaults < stl


def test_whole_years_add_up_to_the_unadjusted_ones(data):
    raw = data["exports_goods_census_nsa"].loc["2000-01":"2019-06"]
    got = goods.adjust_in_windows(raw, goods.goods_spec("x11"))
    years = (got.groupby(got.index.year).sum() / raw.groupby(raw.index.year).sum() - 1).abs()
    assert years.loc[:2018].max() < 1e-12
    assert years[2019] > 1e-4


def test_an_engine_is_judged_by_its_first_adjustments():
    space = names_after("29_own_adjustment", "def try_engine", unadjusted={"airline": AIRLINE}, goods=goods, x13=x13)
    got = {way: space["try_engine"]("airline", way) for way in ("seats", "x11")}
    assert all(trial["qs_p"] > 0.9 and 0 < trial["revision"] < 3 for trial in got.values())


def test_a_first_adjustment_uses_only_data_up_to_its_month():
    spec = x13(AIRLINE, "x11", regression=None, outlier=None).static()
    got = goods.first_adjustments(AIRLINE, spec, 36)
    assert (got.index[0], got.index[-1]) == (AIRLINE.index[-36], AIRLINE.index[-2])
    known = x13(AIRLINE.loc[: got.index[5]], spec=spec).adjusted
    assert got["first"].iloc[5] == pytest.approx(known.iloc[-1], rel=1e-6)
    assert got["first_before"].iloc[5] == pytest.approx(known.iloc[-2], rel=1e-6)
    final = x13(AIRLINE, spec=spec).adjusted
    assert got["final"].to_list() == pytest.approx(final.loc[got.index].to_list(), rel=1e-6)
    assert got["final_before"].to_list() == pytest.approx(final.loc[got.index - 1].to_list(), rel=1e-6)


def test_windows_cover_every_month_once(data):
    series = data["imports_goods_census_nsa"].iloc[:250]
    got = goods.adjust_in_windows(series, goods.goods_spec("x11"))
    assert got.index.equals(series.index)
    last = x13(series.iloc[-180:], spec=goods.goods_spec("x11")).adjusted.iloc[-60:]
    first = x13(series.iloc[:180], spec=goods.goods_spec("x11")).adjusted.iloc[:130]
    pieces = [first, x13(series.iloc[10:190], spec=goods.goods_spec("x11")).adjusted.iloc[-60:], last]
    np.testing.assert_allclose(got, force_years(pd.concat(pieces), series))
    short = series.iloc[:100]
    once = x13(short, spec=goods.goods_spec("x11")).adjusted
    np.testing.assert_allclose(goods.adjust_in_windows(short, goods.goods_spec("x11")), force_years(once, short))


def test_without_x13_stl_is_used(monkeypatch):
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
    in_levels = names_after("29_own_adjustment", "def in_levels", Spec=Spec)["in_levels"]
    got = in_levels(goods.goods_spec("x11", text)).parts
    model = {"regression": {"variables": "(td)"}, "arima": {"model": "(0 1 1)"}}
    assert got == {"transform": {"function": "none"}, **model, "x11": {}}
    balance = data["exports_goods_census_nsa"] - data["imports_goods_census_nsa"]
    assert not x13(balance, spec=in_levels(goods.goods_spec("x11"))).multiplicative


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"engine": "x12"}, "'rule', 'seats', 'x11' or 'stl'"),
        ({"spec": "nonsense"}, "expected name { ... } blocks"),
        ({"spec": "series{start=2000.1 data=(1 2 3)} x11{}"}, "expected specs without data"),
        ({"spec": MODEL + "x11{}"}, r"found x11\{\} with engine 'seats'; expected seats\{\} or neither"),
        ({"spec": MODEL + "seats{}", "engine": "x11"}, r"found seats\{\} with engine 'x11'"),
        ({"series": "exports_goods_census_sa"}, "found Census basis, seasonally adjusted; expected goods that end in"),
        ({"start": "2021-06"}, "2021-06 to 2025-02 are 45 months; the tests need 72"),
        ({"spec": MODEL, "engine": "rule"}, "engine 'rule', which takes none"),
        ({"spec": MODEL, "engine": "stl"}, "engine 'stl', which takes none"),
        ({"spec": "arima{modle=(0 1 1)}"}, "no argument 'modle' in spec 'arima'"),
        (
            {"spec": MODEL + "forecast{maxlead=6}", "engine": "x11"},
            "found forecast{maxlead=6}; expected 12 months or more",
        ),
        (
            {"spec": MODEL + "forecast{maxlead=year}", "engine": "x11"},
            "found forecast{maxlead=year}; expected 12 months",
        ),
    ],
)
def test_the_notebook_refuses_an_invalid_spec(values, message):
    with pytest.raises(ParameterError, match=message):
        asked("29_own_adjustment", **{"engine": "seats"} | values)


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("x11", "x11{mode=add}"),
        ("seats", "regression{variables=(td) aictest=(easter)}"),
        ("seats", "transform{function=log} seats{}"),
    ],
)
def test_the_notebook_accepts_a_valid_spec(engine, text):
    parameters = {"engine": engine, "spec": MODEL + text, "start": "2008-01"}
    assert asked("29_own_adjustment", **parameters).spec == parameters["spec"]


def test_a_partner_is_adjusted_by_name_and_a_short_history_is_used_completely():
    chosen = asked("29_own_adjustment", series="imports_goods_china_census_nsa")
    flows = chosen.load_flows()
    assert list(flows) == ["exports_goods_china_census_nsa", "imports_goods_china_census_nsa"]
    assert (str(flows.index[0]), str(flows.index[-1])) == ("1992-01", "2025-02")
    agency = chosen.load_agency()
    assert list(agency) == ["exports_goods_china_census_sa", "imports_goods_china_census_sa"]
    assert agency.index.isin(flows.index).all()
    late = asked("29_own_adjustment", series="imports_goods_cafta_dr_census_nsa")
    assert str(late.load_flows().index[0]) == "2005-01"
