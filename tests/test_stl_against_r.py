"""statsmodels' STL with the settings of R gives R's results: to all of fifteen digits, and to those that R printed.

The run with fifteen digits is ``mstl`` of R's package forecast on hourly electricity demand of Victoria, published
with statsmodels. ``mstl`` calls R's ``stl`` (two inner iterations, no outer one) for one period after the other; the
last call, for the week of 168 hours, gets the data without the daily season, and all of its result can be checked.

The printed run of R is from statsmodels issue 7212 (2020-12-16): ``trendcycle(stl(co2, s.window = 7))[1:5]`` on
R's data set ``co2`` (Mauna Loa, monthly, parts per million; Keeling and Whorf 1997). Only its first twenty years are
kept here, because the first months of the trend do not depend on later ones.
"""

from importlib.resources import files

import numpy as np
import pytest
from statsmodels.tsa.seasonal import STL

_CO2 = """
315.42 316.31 316.50 317.56 318.13 318.00 316.39 314.65 313.68 313.18 314.66 315.43
316.27 316.81 317.42 318.87 319.87 319.43 318.01 315.74 314.00 313.68 314.84 316.03
316.73 317.54 318.38 319.31 320.42 319.61 318.42 316.63 314.83 315.16 315.94 316.85
317.78 318.40 319.53 320.42 320.85 320.45 319.45 317.25 316.11 315.27 316.53 317.53
318.58 318.92 319.70 321.22 322.08 321.31 319.58 317.61 316.05 315.83 316.91 318.20
319.41 320.07 320.74 321.40 322.06 321.73 320.27 318.54 316.54 316.71 317.53 318.55
319.27 320.28 320.73 321.97 322.00 321.71 321.05 318.71 317.66 317.14 318.70 319.25
320.46 321.43 322.23 323.54 323.91 323.59 322.24 320.20 318.48 317.94 319.63 320.87
322.17 322.34 322.88 324.25 324.83 323.93 322.38 320.76 319.10 319.24 320.56 321.80
322.40 322.99 323.73 324.86 325.40 325.20 323.98 321.95 320.18 320.09 321.16 322.74
323.83 324.26 325.47 326.50 327.21 326.54 325.72 323.50 322.22 321.62 322.69 323.95
324.89 325.82 326.77 327.97 327.91 327.50 326.18 324.53 322.93 322.90 323.85 324.96
326.01 326.51 327.01 327.62 328.76 328.40 327.20 325.27 323.20 323.40 324.63 325.85
326.60 327.47 327.58 329.56 329.90 328.92 327.88 326.16 324.68 325.04 326.34 327.39
328.37 329.40 330.14 331.33 332.31 331.90 330.70 329.15 327.35 327.02 327.99 328.48
329.18 330.55 331.32 332.48 332.92 332.08 331.01 329.23 327.27 327.21 328.29 329.41
330.23 331.25 331.87 333.14 333.80 333.43 331.73 329.90 328.40 328.17 329.32 330.59
331.58 332.39 333.33 334.41 334.71 334.17 332.89 330.77 329.14 328.78 330.14 331.52
332.75 333.24 334.53 335.90 336.57 336.10 334.76 332.59 331.42 330.98 332.24 333.68
334.80 335.22 336.47 337.59 337.84 337.72 336.37 334.51 332.60 332.38 333.75 334.78
"""
CO2 = np.array([float(figure) for figure in _CO2.split()])
R_PRINTED = [315.3221, 315.4107, 315.4993, 315.5880, 315.6770]
AS_R = {"period": 12, "seasonal": 7, "trend": 23, "low_pass": 13, "seasonal_deg": 0,
        "seasonal_jump": 1, "trend_jump": 3, "low_pass_jump": 2}  # fmt: skip


def test_every_digit_of_a_run_of_r():
    folder = files("statsmodels.tsa.stl.tests") / "results"
    rows = np.genfromtxt(folder / "mstl_test_results.csv", delimiter=",", skip_header=1)
    assert rows.shape == (3600, 5)
    data, trend, day, week, _ = rows.T
    settings = {
        "period": 168,
        "seasonal": 15,
        "seasonal_deg": 0,
        "seasonal_jump": 1,
        "trend_jump": 1,
        "low_pass_jump": 1,
    }
    got = STL(data - day, **settings).fit(inner_iter=2, outer_iter=0)
    np.testing.assert_allclose(got.trend, trend, rtol=1e-13)
    np.testing.assert_allclose(got.seasonal, week, rtol=0, atol=1e-13 * data.mean())
    once = STL(data - day, **settings).fit(inner_iter=1, outer_iter=0)
    assert np.abs(once.seasonal - week).max() > 1


def test_two_inner_iterations_and_no_outer_one_are_the_settings_of_r():
    got = STL(CO2, **AS_R).fit(inner_iter=2, outer_iter=0).trend[:5]
    assert got == pytest.approx(R_PRINTED, abs=5.1e-5)


def test_later_years_do_not_change_the_first_months_of_the_trend():
    expected = STL(CO2, **AS_R).fit(inner_iter=2, outer_iter=0).trend[:5]
    got = STL(CO2[:216], **AS_R).fit(inner_iter=2, outer_iter=0).trend[:5]
    assert got == pytest.approx(expected, abs=1e-13 * 316)


def test_the_defaults_of_statsmodels_differ_from_those_of_r():
    got = STL(CO2, period=12, seasonal=7).fit().trend[:5]
    assert np.abs(got - R_PRINTED).min() > 0.005


def test_all_digits_agree_with_the_routine_behind_that_of_r():
    """R prints few digits, but its ``stl`` is the netlib Fortran of Cleveland et al. (1990) with two inner iterations.

    statsmodels ships a run of that routine (``stlez``) on all 348 months of ``co2`` with every digit. Both parts agree
    within 1e-13 of the level of the series.
    """
    folder = files("statsmodels.tsa.stl.tests") / "results"
    series = np.loadtxt(folder / "stl_co2.csv")
    lines = (folder / "stl_test_results.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines if line.strip().startswith("stlez,") or line.strip().startswith("stlez ")]
    expected = np.array([[float(cell) for cell in row[2:4]] for row in sorted(rows, key=lambda row: int(row[1]))])
    assert expected.shape == (348, 2)
    as_stlez = AS_R | {"seasonal": 35, "seasonal_deg": 1, "trend": 19, "seasonal_jump": 4, "trend_jump": 2}
    got = STL(series, **as_stlez).fit(inner_iter=2, outer_iter=0)
    np.testing.assert_allclose(got.seasonal, expected[:, 0], rtol=0, atol=1e-13 * series.mean())
    np.testing.assert_allclose(got.trend, expected[:, 1], rtol=0, atol=1e-13 * series.mean())
