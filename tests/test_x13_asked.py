"""Options of the driver, in the words of X-13 and others, and what it must not change or lose."""

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE

import tradelib
from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.seasonal.x13 import Spec, available, build, parse, x13

pytestmark = pytest.mark.skipif(not available(), reason="no X-13 program for this machine")
LOG = {"transform": {"function": "log"}}
PLAIN = LOG | {"regression": None, "outlier": None}


@pytest.fixture(scope="module")
def exports():
    return tradelib.load("exports_goods_census_nsa", start="2005-01").iloc[:, 0]


def gapped(series, *months):
    return series.where(~series.index.isin(pd.PeriodIndex(months, freq="M")))


# Months


@pytest.mark.parametrize("engine", ["seats", "x11", None])
def test_only_the_span_is_adjusted_and_every_value_has_its_month(exports, engine):
    got = x13(exports, engine, **PLAIN, series={"span": "(2006.1,2024.2)"})
    alone = x13(exports["2006-01":"2024-02"], engine, **PLAIN)
    pd.testing.assert_frame_equal(got.components, alone.components)
    assert (str(got.components.index[0]), str(got.components.index[-1])) == ("2006-01", "2024-02")
    assert str(got.forecasts.index[0]) == "2024-03"
    if engine:
        assert str(got.factor_forecasts.index[0]) == "2024-03"


def test_backcasts_shift_nothing(exports):
    got = x13(exports, "x11", **PLAIN, x11={"appendbcst": True}, forecast={"maxback": 6})
    np.testing.assert_allclose(got.adjusted * got.factors, exports, rtol=1e-8)


def test_a_gap_does_not_decide_between_logs_and_levels():
    got = x13(gapped(AIRLINE, "1952-05", "1955-07"))
    assert got.scale == "log"
    np.testing.assert_allclose(got.adjusted, x13(AIRLINE).adjusted, rtol=0.02)


def test_a_missing_month_is_not_reported_as_outlier_or_calendar_effect():
    got = x13(gapped(AIRLINE, "1952-05"), **LOG)
    assert list(got.estimated.astype(str)) == ["1952-05"]
    assert "1952-05" not in got.outliers.index.astype(str)
    assert not [name for name in got.calendar.index if name.startswith("MV")]
    assert "MV" not in got.summary()


def test_outliers_are_recognized_however_their_months_are_written(exports):
    variables = ("td", "ls2008.9", "ao2020.apr", "tc2020.5", "tl2015.1-2016.1")
    got = x13(exports, None, **LOG, regression={"variables": variables}, outlier=None)
    assert got.outliers["type"].to_dict() == {
        pd.Period("2008-09", "M"): "LS", pd.Period("2015-01", "M"): "TL",
        pd.Period("2020-04", "M"): "AO", pd.Period("2020-05", "M"): "TC",
    }  # fmt: skip
    assert set(got.calendar["group"]) == {"Trading Day"}


def test_a_value_equal_to_the_missing_code_is_kept():
    values = AIRLINE - AIRLINE.mean()
    values.iloc[50] = -99999.0
    got = x13(values, None, transform={"function": "none"}, regression=None, outlier=None)
    assert not len(got.estimated)
    assert "MV" not in got.saved["est"]


# Frozen


@pytest.mark.parametrize("engine", ["seats", "x11"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"transform": {"function": "none"}},
        {"transform": {"function": "none"}, "regression": {"aictest": ("td1coef", "easter")}},
        LOG | {"regression": {"variables": "td", "b": "(0.001f 0 0 0 0 0)"}},
        LOG | {"arima": {"model": "(0 1 2)(0 1 1)", "ma": "(0.4f,,0.6)"}},
        LOG | {"outlier": {"types": "all", "tcrate": 0.5, "critical": 3}},
        LOG | {"regression": {"variables": ("td", "ao2020.4"), "noapply": "td"}},
    ],
)
def test_coefficients_and_choices_frozen_give_the_same_result(exports, engine, asked):
    free = x13(exports, engine, **asked)
    for coefficients, tolerance in ((True, 1e-8), (False, 2e-4)):
        got = x13(exports, spec=free.static(coefficients=coefficients))
        np.testing.assert_allclose(got.adjusted, free.adjusted, rtol=tolerance)


@pytest.mark.parametrize("function", ["log", "none"])
def test_a_frozen_spec_fits_a_series_with_gaps(function):
    series = gapped(AIRLINE, "1952-05", "1955-07")
    free = x13(series, transform={"function": function})
    got = x13(series, spec=free.static(coefficients=True))
    np.testing.assert_allclose(got.adjusted, free.adjusted, rtol=1e-8)


@pytest.mark.parametrize("transform", [{"function": "sqrt"}, {"power": 0.3}])
def test_a_chosen_transformation_stays_when_frozen(exports, transform):
    free = x13(exports, "x11", transform=transform, regression=None)
    got = x13(exports, spec=free.static(coefficients=True))
    np.testing.assert_allclose(got.adjusted, free.adjusted, rtol=1e-8)


def test_a_model_that_x13_would_read_back_differently_is_not_frozen(exports):
    free = x13(exports, "x11", transform={"power": 0.3}, regression={"aictest": "td"})
    with pytest.raises(ParameterError, match="name tdnolpyear instead"):
        free.static()


# Tables


def test_forced_years_add_up_to_those_of_the_series(exports):
    got = x13(exports, "x11", **PLAIN, force={"type": "denton"})
    years = slice("2006-01", "2024-12")
    parts = got.components.loc[years].groupby(got.components.loc[years].index.year).sum()
    np.testing.assert_allclose(parts["forced"], parts["observed"], rtol=1e-8)
    assert (parts["adjusted"] / parts["observed"] - 1).abs().max() > 1e-4


def test_requested_tables_are_returned(exports):
    got = x13(exports, "x11", **PLAIN, x11={"save": "(d8 d9)"}, check={"save": "acf"})
    ratios = got.saved_table("d8")
    assert list(ratios.columns) == ["d8"]
    np.testing.assert_allclose(ratios.loc[exports.index, "d8"], exports / got.trend, rtol=0.2)
    assert "acf" in got.saved
    with pytest.raises(ParameterError, match="no table 'd99'"):
        got.saved_table("d99")
    with pytest.raises(ParameterError, match="'acf' is not a table by month"):
        got.saved_table("acf")


# Scales and engines


def test_pseudo_additive_effects_are_in_percent(exports):
    got = x13(exports, "x11", **PLAIN, x11={"mode": "pseudoadd"})
    assert got.multiplicative
    assert got.effects.abs().max() < 50


@pytest.mark.parametrize("transform", [{"function": "sqrt"}, {"function": "inverse"}, {"power": 0.5}])
def test_seats_accepts_only_logs_and_levels(transform):
    with pytest.raises(ParameterError, match="SEATS splits logs or levels"):
        x13(AIRLINE, transform=transform)


def test_logs_of_a_deficit_are_refused_in_few_words():
    with pytest.raises(SeriesError, match="not above zero in 1949-01, 1949-02, 1949-03 and 141 more months") as refusal:
        x13(-AIRLINE, **LOG)
    assert len(str(refusal.value)) < 150


def test_x11_needs_no_model():
    spec = parse("x11{}")
    got = x13(AIRLINE, spec=spec)
    assert got.engine == "x11"
    assert got.regression.empty
    assert got.forecasts.empty
    assert got.residuals.empty
    assert got.static().parts == spec.parts
    assert "none" in got.summary()


def test_the_engine_and_the_spec_must_agree():
    assert x13(AIRLINE, spec=build("x11", **PLAIN)).engine == "x11"
    assert x13(AIRLINE, "x11", spec=build(None, **PLAIN)).engine == "x11"
    with pytest.raises(ParameterError, match="engine 'x11' contradicts the spec, which has seats"):
        x13(AIRLINE, "x11", spec=build("seats"))
    with pytest.raises(ParameterError, match="engine None contradicts the spec, which has seats"):
        x13(AIRLINE, None, spec=build("seats"))


@pytest.mark.parametrize("limit", [None, 0, float("inf"), float("nan"), "60"])
def test_a_time_limit_always_applies(limit):
    with pytest.raises(ParameterError, match="expected a positive number of seconds"):
        x13(AIRLINE, time_limit=limit)


def test_a_relative_path_to_the_program_is_found(monkeypatch, tmp_path):
    from tradelib.seasonal.x13.run import binary

    (tmp_path / "here").symlink_to(binary())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADELIB_X13", "here")
    assert len(x13(AIRLINE, None, **PLAIN).forecasts) == 12


# Text


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"outlier": True}, "spec 'outlier' is True; expected a mapping"),
        ({"x11": "yes"}, "spec 'x11' is 'yes'; expected a mapping"),
        ({"regression": {"FILE": "x.dat"}}, "regression.file: other files are not read"),
        ({"x11regression": {"umfile": "x.dat"}}, "x11regression.umfile: other files are not read"),
        ({"regression": {"file ": "x.dat"}}, "regression.file : other files are not read"),
        ({"x11": {"seasonalna": "s3x5"}}, "no argument 'seasonalna' in spec 'x11'; did you mean seasonalma"),
        ({"estimate": {"tol 1 file": "x"}}, "no argument 'tol 1 file' in spec 'estimate'"),
        ({"x11regression": {"variables": "td umfile='x.dat'"}}, "one value"),
        ({"metadata": {"key": "'"}}, "one value"),
        ({"series": {"missingcode": -1}}, "'missingcode' of spec 'series'"),
        ({"metadata": {"key": '"' + "a b " * 40 + '"'}}, "a quoted text is too long"),
    ],
)
def test_impossible_options_are_refused_by_name(asked, message):
    with pytest.raises(ParameterError, match=message):
        build("seats", **asked)
    with pytest.raises(ParameterError, match=message):
        Spec().with_(**asked)


def test_a_spec_made_by_hand_cannot_open_a_file():
    with pytest.raises(ParameterError, match="other files are not read"):
        x13(AIRLINE, spec=Spec({"x11regression": {"variables": "td", "umfile": "x.dat"}}))


def test_a_spec_given_as_text_is_refused():
    with pytest.raises(ParameterError, match="spec is a str; expected a Spec"):
        x13(AIRLINE, spec="x11{}")


def test_values_are_written_as_x13_reads_them():
    spec = build("x11", **PLAIN, history={"START": "2020.10"}, x11={"sigmalim": (1.1, 2.3), "excludefcst": np.True_})
    assert spec.parts["history"] == {"start": "2020.10"}
    assert spec.parts["x11"] == {"sigmalim": "(1.1 2.3)", "excludefcst": "yes"}


def test_no_line_breaks_inside_quotes():
    words = " ".join(f'"w{n} {"x" * 40}"' for n in range(9))
    text = Spec({"metadata": {"key": f"({words})"}}).text()
    assert all(line.count('"') % 2 == 0 for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 132
    assert parse(text).parts["metadata"]["key"] == f"({words})"


def test_a_comment_sign_inside_quotes_is_kept():
    spec = parse('metadata{key="Series #5"} # the agency\'s\nx11{}')
    assert spec.parts == {"metadata": {"key": '"Series #5"'}, "x11": {}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("series{start=2000.1 data=(1 2)}", "expected specs without data"),
        ("series{file='x.dat'}", "other files are not read"),
        ("series{data=(1 2 }", "found 'data=.1 2'; expected argument = value, with its parentheses"),
        ("series{data=1 2) }", "found '2.'; expected argument = value, with its parentheses"),
        ("x11{} x11{mode=add}", "found spec 'x11' 2 times"),
        ("x11{ s3x3 }", "found 's3x3'"),
        ("x11{ junk seasonalma=s3x3 }", "found 'junk seasonalma=s3x3'"),
        ("x11{ seasonalma=s3x3 junk }", "found 'junk'"),
    ],
)
def test_invalid_spec_text_is_refused(text, message):
    with pytest.raises(ParameterError, match=message):
        parse(text)
