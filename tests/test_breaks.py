import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings, strategies as st

from tradelib import load
from tradelib.analysis import break_tests, breaks
from tradelib.quantity.errors import ParameterError, SeriesError


def months(values, start="1992-01"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), name="x", dtype=float)


@pytest.fixture(scope="module")
def nile():
    """Return the annual flow of the Nile, 1871 to 1970, on a monthly index: dates do not matter here."""
    return months(sm.datasets.nile.load_pandas().data["volume"].to_numpy())


@pytest.fixture(scope="module")
def balance():
    return load("BOPGSTB", vintage="2024-04-04", unit="billions")["balance_total_bop_sa"]


def noise(n, rho=0.0, seed=0):
    shocks = np.random.default_rng(seed).normal(size=n)
    out = np.zeros(n)
    for t in range(1, n):
        out[t] = rho * out[t - 1] + shocks[t]
    return out


def test_the_nile_broke_after_1898(nile):
    got = breaks.search(nile, trim=0.15, most=5)
    expected = [2835157, 1597457, 1552924, 1538097, 1507888, 1659994]
    assert [round(rss) for rss in got.rss] == expected
    assert got.starts[1] == (28,)
    assert breaks.criteria(got)["bic"].idxmin() == 1


def test_the_interval_of_the_nile_break_spans_a_few_years(nile):
    got = breaks.date_intervals(breaks.search(nile, trim=0.15), 1).iloc[0]
    low, high = ((got[end] - nile.index[0]).n for end in ("low", "high"))
    assert 28 - 8 <= low < 28 < high <= 28 + 8
    assert got["jump"] == pytest.approx(850.0 - 1097.75, abs=0.5)


def test_the_interval_of_the_nile_break_is_that_of_strucchange(nile):
    """R: ``confint(breakpoints(Nile ~ 1))`` prints 1895, 1898 and 1902, the last years of the regime before."""
    before, after = np.split(nile.to_numpy(), [28])
    unit, ratio = before.var() / (after.mean() - before.mean()) ** 2, after.var() / before.var()
    low, high = (28 - unit * breaks.date_quantile(p, ratio) for p in (0.975, 0.025))
    assert (1870 + np.floor(low), 1870 + np.ceil(high)) == (1895, 1902)
    ours = breaks.date_intervals(breaks.search(nile, trim=0.15), 1).iloc[0]  # persistence can only widen it
    ends = [(ours[end] - nile.index[0]).n for end in ("low", "high")]
    assert ends[0] <= low < high <= ends[1]


def test_the_total_balance_has_four_breaks(balance):
    got = [str(month) for month in breaks.search(balance).months(4)]
    assert got == ["1999-06", "2004-03", "2008-11", "2020-07"]


def test_the_search_is_exact():
    data = months(np.r_[noise(14, seed=1), 1 + noise(15, seed=2)])
    got = breaks.search(data, trim=0.15, most=2)
    for count in (1, 2):
        partitions = itertools.combinations(range(4, 26), count)
        sizes = [
            sum(((piece - piece.mean()) ** 2).sum() for piece in np.split(data.to_numpy(), cut))
            for cut in partitions
            if (np.diff([0, *cut, 29]) >= 4).all()
        ]
        assert got.rss[count] == pytest.approx(min(sizes))


def test_the_search_for_breaks_in_trend_is_exact():
    at = np.arange(40.0)
    data = months(np.where(at < 22, at, 60 - 2 * at) + noise(40, seed=3))
    got = breaks.search(data, model="trend", trim=0.15, most=1)

    def rss(piece):
        return np.polyfit(np.arange(len(piece)), piece, 1, full=True)[1].sum()

    sizes = {cut: sum(map(rss, np.split(data.to_numpy(), [cut]))) for cut in range(6, 35)}
    assert got.starts[1] == (min(sizes, key=sizes.get),)
    assert got.rss[1] == pytest.approx(min(sizes.values()))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(-100, 100), st.floats(0.01, 100))
def test_breaks_do_not_depend_on_unit_or_origin(seed, origin, scale):
    data = noise(60, seed=seed)
    got = breaks.search(months(origin + scale * data), trim=0.15, most=2)
    assert got.starts == breaks.search(months(data), trim=0.15, most=2).starts


def test_quantiles_of_a_break_date_are_the_published_ones():
    assert breaks.date_quantile(0.95) == pytest.approx(7.69, abs=0.005)
    assert breaks.date_quantile(0.975) == pytest.approx(11.03, abs=0.005)
    assert breaks.date_quantile(0.025) == pytest.approx(-11.03, abs=0.005)


@pytest.mark.parametrize("ratio", [0.4, 1.0, 2.5])
def test_the_distribution_of_a_break_date_is_that_of_the_simulated_maximum(ratio):
    rng, step, length = np.random.default_rng(0), 0.05, 1600
    drift = step * np.arange(1, length + 1) / 2
    before = np.cumsum(rng.normal(0, step**0.5, (1500, length)), axis=1) - drift
    after = np.cumsum(rng.normal(0, (ratio * step) ** 0.5, (1500, length)), axis=1) - drift
    peak = np.where(before.max(1) > after.max(1), -step * before.argmax(1), step * after.argmax(1))
    for x in (-6.0, -1.5, 1.5, 6.0):
        assert breaks.date_cdf(x, ratio) == pytest.approx((peak <= x).mean(), abs=0.05)


@given(st.floats(-300, 300), st.floats(-300, 300), st.floats(0.05, 20))
def test_the_distribution_rises_from_0_to_1(x, y, ratio):
    low, high = sorted([breaks.date_cdf(x, ratio), breaks.date_cdf(y, ratio)])
    assert (low, high) == tuple(breaks.date_cdf(z, ratio) for z in sorted([x, y])) or high - low < 1e-9
    assert -1e-9 <= low <= high <= 1 + 1e-9


@pytest.mark.parametrize("trim", [0.05, 0.10, 0.15])
def test_simulated_critical_values_agree_with_the_published_ones(trim):
    rng, length, draws = np.random.default_rng(1), 200, 400
    statistics = []
    for _ in range(draws):
        data = rng.normal(size=length)
        rss = breaks.partitions(months(data), "level", int(trim * length), 5).rss
        statistics.append([(rss[0] - rss[m]) / m / (rss[m] / (length - m - 1)) for m in range(1, 6)])
    sample = np.array(statistics)
    for percent in (10, 5):
        got = np.quantile(sample, 1 - percent / 100, axis=0)
        np.testing.assert_allclose(got, break_tests.SUP_F[trim][percent][:5], rtol=0.12)
        assert np.quantile(sample.max(1), 1 - percent / 100) == pytest.approx(
            break_tests.UD_MAX[trim][percent], rel=0.12
        )
        assert break_tests.SEQUENTIAL[trim][percent][0] == break_tests.SUP_F[trim][percent][0]


def test_critical_values_are_in_order():
    for trim, sizes in break_tests.SUP_F.items():
        for values in sizes.values():
            assert list(values) == sorted(values, reverse=True)
        for values in break_tests.SEQUENTIAL[trim].values():
            assert list(values) == sorted(values)
        for table in (sizes, break_tests.SEQUENTIAL[trim]):
            assert all(a < b < c for a, b, c in zip(table[10], table[5], table[1], strict=True))


def test_a_clear_break_is_found_by_all_criteria_and_is_significant():
    got = break_tests.weigh(months(np.r_[np.zeros(80), np.full(80, 5.0)] + noise(160)))
    assert got.counts == {"bic": 1, "lwz": 1, "sequential": 1}
    assert got.ud_max > 50 > got.ud_critical
    assert got.dates.index[0] == pd.Period("1998-09", "M")
    assert not got.near_unit_root


def test_white_noise_has_no_break():
    got = break_tests.weigh(months(noise(200)))
    assert got.counts == {"bic": 0, "lwz": 0, "sequential": 0}
    assert got.dates.empty


def test_a_random_walk_is_not_taken_for_breaks_and_its_changes_have_none():
    walk = months(np.cumsum(noise(386, seed=5)))
    got = break_tests.weigh(walk)
    assert got.counts["lwz"] >= 3
    assert got.near_unit_root
    assert break_tests.weigh(walk.diff().iloc[1:]).counts["lwz"] == 0
    walks = [months(np.cumsum(noise(386, seed=seed))) for seed in range(20)]
    counts = [breaks.criteria(breaks.search(walk))["lwz"].idxmin() for walk in walks]
    assert sum(count >= 3 for count in counts) > 16


def test_growth_of_exports_does_not_break_although_their_level_does():
    exports = load("BOPTEXP", vintage="2024-04-04")["exports_total_bop_sa"]
    assert break_tests.weigh(exports).counts["lwz"] == 5
    assert break_tests.weigh(exports.pct_change().iloc[1:]).counts["lwz"] == 0


def test_persistence_widens_the_interval_of_a_date():
    steps = np.r_[np.zeros(150), np.full(150, 3.0)]

    def width(rho):
        search = breaks.search(months(steps + noise(300, rho) * np.sqrt(1 - rho**2)), most=1)
        row = breaks.date_intervals(search, 1).iloc[0]
        return (row["high"] - row["low"]).n

    assert width(0.8) > 2 * width(0.0)


def test_date_intervals_cover_the_true_date():
    covered = 0
    for seed in range(60):
        search = breaks.search(months(np.r_[np.zeros(60), np.ones(60)] + noise(120, seed=seed)), most=1)
        row = breaks.date_intervals(search, 1, level=0.9).iloc[0]
        covered += row["low"] <= search.series.index[60] <= row["high"]
    assert 0.8 <= covered / 60 <= 1


@pytest.mark.parametrize("model", ["level", "trend"])
def test_an_exact_step_is_found_without_a_warning(model):
    got = break_tests.weigh(months([1.0] * 30 + [5.0] * 30), model=model)
    assert got.counts["lwz"] == 1
    assert str(got.dates.index[0]) == "1994-07"


@pytest.mark.parametrize("model", ["level", "trend"])
def test_24_months_are_enough_and_may_change_sign(model):
    got = break_tests.weigh(months(np.r_[-np.ones(12), np.ones(12)] + 0.1 * noise(24)), model=model)
    assert got.counts["bic"] >= 1
    assert pd.Period("1993-01", "M") in got.dates.index


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0] * 40, "1 in all months"),
        ([np.nan] * 40, "no values"),
        ([1.0, 2.0, np.nan, 4.0] * 10, "missing in"),
        ([1.0, 2.0] * 11, "22 months; expected at least 24"),
    ],
)
def test_unsuitable_series_are_refused(values, said):
    for use in (breaks.search, break_tests.weigh):
        with pytest.raises(SeriesError, match=said):
            use(months(values))


def test_impossible_options_are_refused():
    series = months(noise(60))
    with pytest.raises(ParameterError, match="possible: level, trend"):
        breaks.search(series, model="mean")
    with pytest.raises(ParameterError, match="expected a share"):
        breaks.search(series, trim=0.7)
    with pytest.raises(ParameterError, match=r"possible: 0.05, 0.1, 0.15"):
        break_tests.weigh(series, trim=0.2)
    with pytest.raises(ParameterError, match="possible: 1, 5, 10"):
        break_tests.weigh(series, percent=2)
