"""Size and power of the tests for residual seasonality, by simulation.

Series without seasonality are random walks with noise, with and without an abrupt fall as in 2020, and simulated
airline models that X-13 has adjusted, as published series are. Seasonal series have an annual wave added, measured in
standard deviations of the monthly change. Two methods that reject too often are shown for comparison.

Run as ``python benchmarks/size_and_power.py [series per row]``.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm

from tradelib.seasonal.residual import PRIMARY_YEARS, model_f, qs
from tradelib.seasonal.x13 import available, x13_batch

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 300
MONTHS = 384
INDEX = pd.period_range("1992-01", periods=MONTHS, freq="M")
PLAIN = {"transform": {"function": "log"}, "regression": None, "outlier": None}


def walk(rng: np.random.Generator, *, theta: float, shock: float = 0.0, wave: float = 0.0) -> pd.Series:
    """Return a series whose logarithms move by an MA(1) of 1 percent; ``shock``: fall and partial rebound in 2020."""
    noise = rng.normal(size=MONTHS + 1) / np.sqrt(1 + theta**2)
    level = (noise[1:] - theta * noise[:-1]).cumsum()
    level[INDEX >= "2020-04"] -= shock
    level[INDEX >= "2020-07"] += 0.8 * shock
    level += wave * np.cos(2 * np.pi * np.arange(MONTHS) / 12) / (2 * np.sin(np.pi / 12))
    return pd.Series(np.exp(5 + level / 100), INDEX)


def airline(rng: np.random.Generator) -> pd.Series:
    """Return a simulated airline model with a seasonal pattern of a few percent."""
    burn, noise = 60, rng.normal(size=MONTHS + 60 + 13) / 100
    shocks = noise[13:] - 0.4 * noise[12:-1] - 0.7 * noise[1:-12] + 0.28 * noise[:-13]
    values = np.zeros(MONTHS + burn)
    values[:13] = 0.05 * np.sin(2 * np.pi * np.arange(13) / 12)
    for t in range(13, MONTHS + burn):
        values[t] = values[t - 1] + values[t - 12] - values[t - 13] + shocks[t]
    return pd.Series(np.exp(5 + values[burn:]), INDEX)


def hac_dummies(changes: pd.Series) -> float:
    """Return the p-value of monthly dummies with HAC standard errors, one of the two methods left out."""
    dummies = pd.get_dummies(pd.PeriodIndex(changes.index).month, drop_first=True, dtype=float).to_numpy()
    fit = sm.OLS(changes.to_numpy(), sm.add_constant(dummies)).fit(cov_type="HAC", cov_kwds={"maxlags": 12})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(fit.f_test(np.eye(12)[1:]).pvalue)


def spectral_peaks(changes: pd.Series) -> bool:
    """Return whether any of five seasonal frequencies exceeds the 90 percent point of noise, the other method."""
    power = np.abs(np.fft.rfft((changes - changes.mean()).to_numpy()[-372:])) ** 2
    peaks = power[[31 * k for k in range(1, 6)]] / power[1:].mean()
    return bool((peaks > -np.log(0.1)).any())


def row(name: str, many: list[pd.Series]) -> dict[str, float | str]:
    alarms: dict[str, list[bool]] = {}
    with_model = available()
    for series in many:
        changes = np.log(series).diff().iloc[1:]
        alarms.setdefault("QS", []).append(np.exp(-qs(changes) / 2) < 0.05)
        if with_model:
            whole, recent = (model_f(series, years=years).p_value for years in (MONTHS // 12, PRIMARY_YEARS))
            alarms.setdefault("model F", []).append(whole < 0.05)
            alarms.setdefault(f"model F, {PRIMARY_YEARS} years", []).append(recent < 0.05)
            alarms.setdefault("verdict: present", []).append(recent < 0.01)
        alarms.setdefault("HAC dummies", []).append(hac_dummies(changes) < 0.05)
        alarms.setdefault("spectral peaks", []).append(spectral_peaks(changes))
    return {"series": name} | {test: round(100 * float(np.mean(found)), 1) for test, found in alarms.items()}


def main() -> None:
    rng = np.random.default_rng(2024)
    thetas = (0.0, 0.4, 0.8)
    rows = [row(f"size: walk, theta {theta}", [walk(rng, theta=theta) for _ in range(COUNT)]) for theta in thetas]
    rows.append(row("size: walk, fall of 20 % in 2020", [walk(rng, theta=0.4, shock=20) for _ in range(COUNT)]))
    if available():
        raw = {f"s{n}": airline(rng) for n in range(COUNT)}
        adjusted, _ = x13_batch(raw, "x11", **PLAIN)
        rows.append(row("size: airline, adjusted by X-11", [r.adjusted for r in adjusted.values()]))
    for wave in (0.25, 0.5, 1.0):
        rows.append(row(f"power: wave {wave}", [walk(rng, theta=0.4, wave=wave) for _ in range(COUNT)]))
        rows.append(row(f"power: {wave}, 2020", [walk(rng, theta=0.4, wave=wave, shock=20) for _ in range(COUNT)]))
    print(f"{COUNT} series of {MONTHS} months a row; percent of alarms at 5 percent")
    print(pd.DataFrame(rows).set_index("series").to_string())


if __name__ == "__main__":
    main()
