"""The X-13 driver: known answers, defaults, bad input, and no files left behind."""

import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE
from hypothesis import given, settings, strategies as st
from scipy.stats import shapiro
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.statespace.sarimax import SARIMAX

import tradelib
from tradelib.quantity.errors import EngineError, EngineMissingError, ParameterError, SeriesError
from tradelib.seasonal.x13 import Spec, available, build, parse, run as engine_run, saved, x13, x13_batch
from tradelib.store.tables import thin_out

pytestmark = pytest.mark.skipif(not available(), reason="no X-13 program on this platform")
FIXED = {"transform": {"function": "log"}, "regression": None, "outlier": None}


@pytest.fixture(scope="module")
def textbook():
    """Return the airline model of Box and Jenkins, adjusted by X-11."""
    return x13(AIRLINE, "x11", **FIXED)


def test_estimates_are_the_published_ones(textbook):
    got = textbook.coefficients
    assert got["estimate"].to_list() == pytest.approx([0.40180795, 0.55694564], abs=5e-9)
    assert got["standard_error"].to_list() == pytest.approx([0.0789, 0.0763], abs=5e-5)
    assert (textbook.model, textbook.scale) == ("(0 1 1)(0 1 1)", "log")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("variance$mle", 0.00134810),
        ("loglikelihood", 244.6965),
        ("aicc", 987.3845),
        ("bic", 995.8211),
        ("f3.q", 0.26),
        ("f3.m07", 0.202),
        ("f2.fsd8", 190.714),
        ("f2.kw", 131.856),
        ("f2.msf", 2.874),
        ("qsori", 176.32932),
    ],
)
def test_diagnostics_are_the_published_ones(textbook, key, expected):
    printed = 5e-9 if key == "variance$mle" else 5.1e-5
    assert textbook.number(key) == pytest.approx(expected, abs=printed)
    assert np.isnan(textbook.number("no such key"))


PUBLISHED = """
Weekday           -0.0029497  0.0005232  -5.638
Easter[1]          0.0177674  0.0071580   2.482
AO1951.May         0.1001558  0.0204387   4.900
MA 1               0.1156204  0.0858588   1.347
MA 12              0.4973600  0.0774677   6.420
"""
"""Estimates, standard errors and z values. Sax and Eddelbuettel (2018), *Seasonal Adjustment by X-13ARIMA-SEATS in R*,
Journal of Statistical Software 87(11): the model that is chosen automatically for the airline series."""


def test_the_automatic_model_is_the_published_one_in_full():
    got = x13(AIRLINE, automdl={})
    estimates = pd.concat([got.regression[["estimate", "standard_error"]], got.coefficients])
    rows = [line.split() for line in PUBLISHED.replace("MA ", "MA_").strip().splitlines()]
    expected = {name.replace("_", " "): [float(word) for word in words] for name, *words in rows}
    assert list(estimates.index) == list(expected)
    for name, (estimate, error, z) in expected.items():
        assert estimates.loc[name, "estimate"] == pytest.approx(estimate, abs=5.1e-8)
        assert estimates.loc[name, "standard_error"] == pytest.approx(error, abs=5.1e-8)
        assert estimates.loc[name, "estimate"] / estimates.loc[name, "standard_error"] == pytest.approx(z, abs=5.1e-4)
    assert (got.engine, got.model, got.scale, len(got.components)) == ("seats", "(0 1 1)(0 1 1)", "log", 144)
    assert [round(got.number(key), 1) for key in ("aicc", "bic", "qssadj")] == [947.3, 963.9, 0.0]
    # The paper's residuals are of all months, with errors estimated before the first.
    errors = saved.by_month(got.saved["rsd"])["rsd"]
    assert float(acorr_ljungbox(errors, lags=[24])["lb_stat"].iloc[0]) == pytest.approx(26.65, abs=0.005)
    assert shapiro(errors).statistic == pytest.approx(0.9908, abs=5.1e-5)


@pytest.mark.parametrize(("model", "lost"), [("(0 1 1)(0 1 1)", 13), ("(1 1 2)", 1), ("(1 0 0)", 0), ("(3 1 0)", 1)])
def test_residuals_have_the_months_that_differences_leave(model, lost):
    got = x13(AIRLINE, None, **FIXED, arima={"model": model}).residuals
    assert got.index.equals(AIRLINE.index[lost:])
    earlier = x13(AIRLINE, None, **FIXED, arima={"model": model}, series={"modelspan": "(,1958.12)"}).residuals
    assert str(earlier.index[-1]) == "1958-12"


def test_residuals_are_those_that_statsmodels_finds_for_the_same_model(textbook):
    ma, seasonal = -textbook.coefficients["estimate"].to_numpy()
    model = SARIMAX(np.log(AIRLINE.to_numpy()), order=(0, 1, 1), seasonal_order=(0, 1, 1, 12))
    expected = model.filter([ma, seasonal, textbook.number("variance$mle")]).resid
    np.testing.assert_allclose(textbook.residuals.iloc[-48:], expected[-48:], atol=2e-3)


def test_qs_is_on_levels_if_requested():
    got = x13(AIRLINE, "x11", **FIXED, spectrum={"logqs": False})
    assert got.number("qsori") == 167.64858


def test_components_make_the_series(textbook):
    parts = textbook.components
    np.testing.assert_allclose(parts["adjusted"] * parts["factors"], AIRLINE, rtol=1e-8)
    np.testing.assert_allclose(parts["trend"] * parts["irregular"], parts["adjusted"], rtol=1e-8)
    assert parts.index.equals(AIRLINE.index)
    pd.testing.assert_series_equal(textbook.adjusted, parts["adjusted"])
    with pytest.raises(AttributeError, match="no level"):
        textbook.level  # noqa: B018


def test_a_deficit_is_adjusted_in_levels():
    got = x13(-AIRLINE)
    assert (got.scale, got.multiplicative) == ("level", False)
    np.testing.assert_allclose(got.adjusted + got.factors, -AIRLINE, rtol=1e-8)
    assert got.effects.abs().max() > 50


@pytest.mark.parametrize("transform", [{"function": "sqrt"}, {"power": "0.3"}])
def test_a_power_is_neither_logs_nor_levels(transform):
    got = x13(AIRLINE, spec=build("x11", transform=transform, arima={"model": "(0 1 1)(0 1 1)"}, x11={"mode": "add"}))
    assert (got.scale, got.multiplicative) == ("power", False)
    assert "adjusted by X-11, powers, ARIMA" in got.summary()


@pytest.mark.parametrize("engine", ["seats", "x11"])
def test_defaults_find_calendar_and_outlier(engine):
    got = x13(AIRLINE, engine)
    assert (got.scale, got.engine) == ("log", engine)
    assert list(got.regression.index) == ["Weekday", "Easter[1]", "AO1951.May"]
    assert got.outliers.index.astype(str).to_list() == ["1951-05"]
    assert got.outliers["type"].to_list() == ["AO"]
    assert "outliers: AO 1951-05 (+0.100)" in got.summary()
    assert got.effects.groupby(pd.PeriodIndex(got.effects.index).month).mean().idxmax() == 7


def test_forecasts_lie_inside_their_intervals(textbook):
    got = textbook.forecasts
    assert str(got.index[0]) == "1961-01"
    assert len(got) == len(textbook.factor_forecasts) == 12
    assert ((got["lower"] < got["forecast"]) & (got["forecast"] < got["upper"])).all()
    longer = x13(AIRLINE, "x11", **FIXED, forecast={"maxlead": 24})
    assert longer.forecasts.iloc[:12]["forecast"].to_list() == pytest.approx(got["forecast"].to_list())


@pytest.mark.parametrize("engine", ["seats", "x11"])
@pytest.mark.parametrize("coefficients", [False, True])
def test_static_reproduces_what_was_chosen(engine, coefficients):
    free = x13(AIRLINE, engine, automdl={})
    frozen = free.static(coefficients=coefficients)
    assert not {"automdl", "outlier"} & set(frozen.parts)
    assert "aictest" not in frozen.text()
    got = x13(AIRLINE, spec=frozen)
    tolerance = 1e-9 if coefficients else 2e-5
    np.testing.assert_allclose(got.adjusted, free.adjusted, rtol=tolerance)
    assert got.model == free.model


def test_a_spec_survives_writing_and_reading_as_spc_text():
    built = build("x11", **FIXED, x11={"seasonalma": "s3x5", "mode": "mult"})
    spec = parse(built.text())
    assert spec == built
    pd.testing.assert_series_equal(x13(AIRLINE, spec=spec).adjusted, x13(AIRLINE, spec=built).adjusted)


def test_a_foreign_spec_file_is_understood():
    text = """# made by hand
    Metadata { key = "An odd # name = odd"
        value = (112 118 -99999)  }
    arima { model = (0 1 1)(0 1 1) } regression{variables=(td ao2020.apr) aictest=(easter) }"""
    spec = parse(text)
    assert spec.parts["metadata"] == {"key": '"An odd # name = odd"', "value": "(112 118 -99999)"}
    assert spec.parts["regression"] == {"variables": "(td ao2020.apr)", "aictest": "(easter)"}


WORDS = st.text("abcdefghij0123456789. ", min_size=1, max_size=200).map(lambda s: " ".join(s.split())).filter(bool)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["check", "transform", "x11"]),
        st.dictionaries(
            st.sampled_from(["print", "save", "savelog"]),
            WORDS.map(lambda w: w.replace(" ", "")) | WORDS.map(lambda w: f"({w})"),
            max_size=4,
        ),
    )
)
def test_any_spec_survives_the_round_trip(parts):
    spec = Spec(parts)
    text = spec.text()
    assert all(len(line) <= 133 for line in text.splitlines() if " " in line.strip())
    if parts:
        assert parse(text) == spec


@settings(max_examples=10, deadline=None)
@given(st.lists(st.floats(-1e12, 1e12).filter(lambda v: v != -99999), min_size=36, max_size=100))
def test_values_are_written_in_full_in_short_lines(values):
    series = pd.Series(values, pd.period_range("1999-11", periods=len(values), freq="M", name="period"), name="x")
    text = Spec().text(series)
    assert max(map(len, text.splitlines())) <= 133
    [data] = re.findall(r"data=\(([^)]*)\)", text)
    np.testing.assert_allclose([float(word) for word in data.split()], series, rtol=1e-14)
    assert "start=1999.11" in text


@pytest.mark.parametrize("months", [[3, 50], [140]])
def test_missing_months_are_estimated_and_named(months):
    holed = AIRLINE.copy()
    holed.iloc[months] = np.nan
    got = x13(holed)
    assert list(got.estimated) == list(AIRLINE.index[months])
    assert got.observed.isna().sum() == len(months)
    fitted = (got.adjusted * got.factors).iloc[months]
    np.testing.assert_allclose(fitted, AIRLINE.iloc[months], rtol=0.06)


def test_a_month_left_out_of_the_index_counts_as_missing():
    month = AIRLINE.index[40]
    got = x13(AIRLINE.drop(month))
    assert list(got.estimated) == [month]
    assert len(got.components) == 144


def months(count):
    return pd.period_range("1950-01", periods=count, freq="M")


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (AIRLINE.iloc[:35], "airline has 35 months; expected at least 36"),
        (AIRLINE * 0, "airline is 0 in all months"),
        (AIRLINE * 0 + 3, "airline is 3 in all months"),
        (pd.Series(range(60), pd.period_range("2000Q1", periods=60, freq="Q")), "expected a monthly PeriodIndex"),
        (pd.Series(np.arange(1000.0) % 7, months(1000)), "1000 months; X-13 takes at most 780"),
        (AIRLINE.iloc[::-1], "out of order"),
        (pd.concat([AIRLINE, AIRLINE.iloc[:1]]).sort_index(), "twice"),
        (AIRLINE.replace(112, np.inf), "infinite in 1949-01"),
        (AIRLINE.where(AIRLINE.index.month % 2 == 0), "too few"),
        (AIRLINE * np.nan, "no values"),
        (AIRLINE.astype(str) + "x", "expected numbers"),
        (AIRLINE * 1e15, "expected less than 1e15"),
        (list(AIRLINE), "expected a pandas Series"),
        (AIRLINE.to_frame().assign(other=1.0), "expected one column of values"),
    ],
)
def test_an_unsuitable_series_is_refused(series, message):
    with pytest.raises(SeriesError, match=message):
        x13(series)


def test_a_refusal_of_x13_is_raised_even_though_it_exits_with_0():
    with pytest.raises(EngineError, match="Differencing has annihilated the series"):
        x13(pd.Series(np.arange(1.0, 145), AIRLINE.index))
    with pytest.raises(EngineError, match="refused"):
        x13(AIRLINE, outlier={"types": "bogus"})


def test_the_longest_possible_series_is_accepted():
    noise = np.random.default_rng(4).normal(size=780)
    got = x13(pd.Series(100 + noise.cumsum() * 0.1, months(780)), "x11", **FIXED)
    assert len(got.components) == 780


@pytest.mark.parametrize("name", ["a \"quoted\" {braced} 'name' # \u00e9\n", "x" * 300, "", 7, None])
def test_a_series_may_have_any_name(name):
    got = x13(AIRLINE.rename(name), "x11", **FIXED)
    assert got.adjusted.notna().all()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"x12": {}}, "unknown X-13 spec 'x12'"),
        ({"composite": {}}, "unknown X-13 spec 'composite'"),
        ({"engine": "tramo"}, "unknown engine 'tramo'"),
        ({"series": {"file": "x"}}, "series.file: other files are not read"),
        ({"regression": {"file": "x"}}, "regression.file: other files are not read"),
        ({"arima": {"model": "(0 1 1)} x11{"}}, "without braces"),
    ],
)
def test_impossible_options_are_refused(asked, message):
    with pytest.raises(ParameterError, match=message):
        x13(AIRLINE, **asked)


@pytest.mark.parametrize("text", ["", "arima model", "series{file='x.dat'}", "arima{model=(0 1 1)"])
def test_an_invalid_spec_file_is_refused(text):
    with pytest.raises(ParameterError):
        parse(text)


def program(folder, body):
    path = folder / "fake"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for the program")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("kill -9 $$", "was ended by SIGKILL"),
        ("echo boom >&2; exit 3", "ended with exit code 3; its last words: boom"),
        ("exit 0", "ended without results"),
        ("sleep 5", "time limit of 0.3 seconds"),
    ],
)
def test_a_crash_of_the_program_is_raised(tmp_path, monkeypatch, body, message):
    monkeypatch.setenv(
        "TRADELIB_X13", program(tmp_path, f"exec 1>&2; {body}" if "sleep" not in body else f"exec {body}")
    )
    with pytest.raises(EngineError, match=message):
        x13(AIRLINE, time_limit=0.3 if "sleep" in body else 20)


def test_a_missing_or_invalid_program_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_X13", str(tmp_path / "nothing"))
    with pytest.raises(EngineMissingError, match="there is no program"):
        x13(AIRLINE)
    (tmp_path / "nothing").write_text("text")
    with pytest.raises(EngineError, match="could not be started"):
        x13(AIRLINE)


def test_without_any_package_stl_is_offered(monkeypatch):
    monkeypatch.delenv("TRADELIB_X13", raising=False)
    monkeypatch.setattr(engine_run, "_ASCII_BUILD", ("no_such_package", "x"))
    monkeypatch.setattr(engine_run, "_HTML_BUILD", ("no_such_package", "x"))
    engine_run._bundled.cache_clear()
    assert not available()
    with pytest.raises(EngineMissingError, match="use STL"):
        x13(AIRLINE)
    engine_run._bundled.cache_clear()


def test_messages_are_read_from_both_builds():
    text = " ERROR:  First\n    line.\n\n WARNING: <b>Look</b>&nbsp;here.\n NOTE: That.\n ERROR:  First\n    line.\n"
    got = engine_run.messages(text)
    assert got == (("First line.",), ("Look here.", "That."))


def test_a_crash_is_raised_with_the_printed_error(tmp_path, monkeypatch):
    program = tmp_path / "x13"
    program.write_text("#!/bin/sh\necho ' ERROR: Matrix is singular.'\nkill -SEGV $$\n")
    program.chmod(0o755)
    monkeypatch.setenv("TRADELIB_X13", str(program))
    with pytest.raises(EngineError, match=r"Matrix is singular\."):
        x13(AIRLINE)


def test_nothing_is_left_on_disk(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    engine_run._memory.cache_clear()
    monkeypatch.chdir(tmp_path)
    x13(AIRLINE)
    with pytest.raises(EngineError):
        x13(AIRLINE, outlier={"types": "bogus"})
    with pytest.raises(EngineError):
        x13(AIRLINE.iloc[1:], time_limit=0.001)
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the program")
def test_the_answer_of_the_same_program_is_cached(tmp_path, monkeypatch):
    runs = tmp_path / "runs"
    counting = program(tmp_path, f'echo >> {runs}; exec {engine_run.binary()} "$@"')
    monkeypatch.setenv("TRADELIB_X13", counting)
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path / "cache"))

    def count(**specs):
        result = x13(AIRLINE, **specs)
        return result, len(runs.read_text())

    (first, _), (second, number) = count(), count()
    assert number == 1
    pd.testing.assert_frame_equal(first.components, second.components)
    assert first.diagnostics == second.diagnostics
    assert count(outlier=None)[1] == 2
    os.utime(counting, (0, 0))  # another version of the program
    assert count()[1] == 3
    kept = list((tmp_path / "cache" / "x13").iterdir())
    assert len(kept) == 3
    assert not [file for file in kept if file.name.startswith(".")]
    for file in kept:
        file.write_bytes(b"cut short")
    assert count()[1] == 4
    fixed = {"regression": None, "outlier": None, "transform": {"function": "log"}}
    assert [count(**fixed)[1] for _ in range(2)] == [5, 6]  # cheaper to run again than to cache


def test_of_too_many_cached_answers_the_newest_are_kept(tmp_path):
    for number in range(9):
        (tmp_path / str(number)).touch()
        os.utime(tmp_path / str(number), (number, number))
    thin_out(tmp_path, 9)
    assert len(list(tmp_path.iterdir())) == 9
    thin_out(tmp_path, 8)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["5", "6", "7", "8"]


def test_files_of_a_run_are_in_memory_unless_a_folder_is_given(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_run, "_SHARED_MEMORY", str(tmp_path))
    monkeypatch.delenv("TMPDIR", raising=False)
    engine_run._memory.cache_clear()
    assert engine_run._memory() == str(tmp_path)
    monkeypatch.setenv("TMPDIR", "elsewhere")
    engine_run._memory.cache_clear()
    assert engine_run._memory() is None
    engine_run._memory.cache_clear()


@pytest.mark.parametrize(
    ("stable", "moving", "ranks", "expected"),
    [
        ("190.7 0.00", "2.9 0.22", "131.9 0.00", "present"),
        ("2.0 2.50", "1.0 40.0", "20.0 4.0", "not present"),
        ("8.0 0.00", "9.0 0.10", "60.0 0.00", "not present"),
        ("6.0 0.00", "0.5 90.0", "60.0 0.00", "probably not present"),
        ("9.0 0.00", "0.5 90.0", "20.0 4.00", "probably not present"),
    ],
)
def test_seasonality_has_three_states(textbook, stable, moving, ranks, expected):
    diagnostics = textbook.diagnostics | {"f2.fsd8": stable, "f2.msf": moving, "f2.kw": ranks}
    got = replace(textbook, diagnostics=diagnostics)
    assert got.identifiable == expected


def test_a_batch_goes_on_past_failures():
    frame = pd.DataFrame({"good": AIRLINE, "flat": 1.0, "better": AIRLINE * 2})
    results, failures = x13_batch(frame, "x11", **FIXED)
    assert list(results) == ["good", "better"]
    assert list(failures) == ["flat"]
    np.testing.assert_allclose(results["better"].adjusted, 2 * results["good"].adjusted, rtol=1e-7)
    assert str(failures["flat"]).startswith("seasonal adjustment: flat is 1 in all months")


@pytest.mark.parametrize(
    "series",
    [
        pd.concat([AIRLINE, 2 * AIRLINE], axis=1, keys=["a", "a"]),
        {1: AIRLINE, "1": 2 * AIRLINE},
    ],
    ids=["twice", "twice as text"],
)
def test_a_batch_refuses_a_name_for_two_series(series):
    with pytest.raises(ParameterError, match=r"more than one series named [a1]; expected each name once"):
        x13_batch(series, "x11", **FIXED)


def test_a_batch_goes_on_past_values_that_are_no_series():
    results, failures = x13_batch({"list": [1, 2], "good": AIRLINE}, "x11", **FIXED)
    assert list(results) == ["good"]
    assert str(failures["list"]).startswith("found a list; expected a pandas Series")


def test_a_batch_goes_on_past_an_unforeseen_error(monkeypatch):
    def broken(series, *args, **asked):
        if series.name == "odd":
            raise ZeroDivisionError("by chance")
        return x13(series, *args, **asked)

    monkeypatch.setattr("tradelib.seasonal.x13.x13", broken)
    results, failures = x13_batch({"odd": AIRLINE, "good": AIRLINE}, "x11", **FIXED)
    assert list(results) == ["good"]
    assert repr(failures["odd"]) == "ZeroDivisionError('by chance')"


def test_seats_says_when_it_cannot_split_the_model():
    imports = tradelib.load("imports_goods_census_nsa", "2000-01", "2020-02")["imports_goods_census_nsa"]
    specs = {
        "transform": {"function": "log"},
        "regression": {"variables": ("td",)},
        "arima": {"model": "(2 1 0)(0 1 1)"},
    }
    with pytest.raises(EngineError, match="could not split imports_goods_census_nsa into components"):
        x13(imports, **specs, seats={"noadmiss": False})
    got = x13(imports, **specs)
    assert abs(got.adjusted / imports - 1).max() < 0.25


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("+0.438413962239109-123", 0.438413962239109e-123),
        ("-0.5E-02", -0.005),
        ("+0.112000000000000E+03", 112.0),
        ("0.25+101", 0.25e101),
        ("-3", -3.0),
    ],
)
def test_numbers_are_read_as_fortran_writes_them(word, expected):
    text = f"date\tseries\n------\t------\n200501\t{word}\n"
    assert saved.by_month(text).to_numpy().tolist() == [[expected]]
