"""The figures that the agencies printed in words, typed as data: ``data/published/``.

A row says which release printed it, about which month, what is measured (``MEASURES``) of which series, and
to how many decimals. Signs are the project's: a deficit of 62.2 billion is a balance of -62.2, and a deficit
that grew by 0.7 is a change of -0.7.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.paths import data_folder
from tradelib.quantity.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

BILLIONS, PERCENT, PERCENT_OF_GDP = "billions of U.S. dollars", "percent", "percent of GDP"
COLUMNS = ("released", "statistical_month", "measure", "series", "value", "unit", "decimals", "source")

SPANS = {
    "": "the statistical month, against the month before",
    "year_to_date": "January to the statistical month, against the same months of the year before",
    "average": "the three months ending with the statistical month, against those ending a month earlier",
    "average_over_year": "the three months ending with the statistical month, against those ending a year earlier",
    "annual": "the year that ends with the statistical month, against the year before",
}
"""What is measured; the other side of every comparison is of the same release."""

KINDS = {
    "level": BILLIONS,
    "previous_level": BILLIONS,
    "change": BILLIONS,
    "percent_change": PERCENT,
    "percent_of_gdp": PERCENT_OF_GDP,
    "previous_percent_of_gdp": PERCENT_OF_GDP,
}

ITEMS = {
    "total", "goods", "services", "china",
    "foods", "industrial_supplies", "capital_goods", "automotive", "consumer_goods", "other_goods",
    "travel", "transport", "financial", "maintenance", "insurance", "intellectual_property", "telecommunications",
    "other_business", "personal", "government", "construction",
}  # fmt: skip
"""Items a release speaks of: ``foods`` is foods, feeds, and beverages; ``automotive``, vehicles, parts, and engines."""


@dataclass(frozen=True)
class Measure:
    """What a printed figure measures: ``average_change`` is the kind ``change`` over the span ``average``."""

    span: str
    kind: str

    @property
    def unit(self) -> str:
        """Unit of the figure."""
        return KINDS[self.kind]


MEASURES = {f"{span}_{kind}".lstrip("_"): Measure(span, kind) for span in SPANS for kind in KINDS}


def documents() -> dict[str, dict[str, Any]]:
    """Return the documents that the figures come from, by the name that the column ``source`` has."""
    return tomllib.loads((data_folder() / "published" / "documents.toml").read_text(encoding="utf-8"))


def read() -> pd.DataFrame:
    """Read the table of printed figures and check it.

    Returns
    -------
    pandas.DataFrame
        The columns ``COLUMNS``: ``released`` a ``datetime.date``, ``statistical_month`` a monthly ``Period``.

    Raises
    ------
    SourceError
        A row is not in the vocabulary, stands twice, or figures of one release contradict each other by more
        than rounding.
    """
    path = data_folder() / "published" / "figures.csv"
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    if tuple(raw.columns) != COLUMNS:
        raise SourceError(str(path), "line 1", found=", ".join(raw.columns), expected=", ".join(COLUMNS))
    known = documents()
    rows = []
    for line, row in enumerate(raw.to_dict("records"), start=2):
        try:
            rows.append(_row(row, known))
        except ValueError as error:
            raise SourceError(
                str(path), f"line {line}", found=str(error), expected="a row in the vocabulary of tradelib.published"
            ) from None
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    keys = ["released", "statistical_month", "measure", "series"]
    if (twice := table.duplicated(keys)).any():
        line, row = int(twice.idxmax()) + 2, table[twice].iloc[0]
        raise SourceError(
            str(path), f"line {line}", found=f"{row['measure']} of {row['series']} again", expected="once"
        )
    if broken := next(contradictions(table), None):
        raise SourceError(str(path), None, found=broken, expected="figures of one release that agree within rounding")
    return table


def _row(row: dict[str, str], known: dict[str, dict[str, Any]]) -> tuple[object, ...]:
    """Return a typed row; a ValueError says what is wrong with it."""
    released, month = dt.date.fromisoformat(row["released"]), pd.Period(row["statistical_month"], freq="M")
    if released <= month.end_time.date():
        raise ValueError(f"released {released} about {month}, before the month was over")
    measure = MEASURES.get(row["measure"])
    if measure is None:
        raise ValueError(f"measure {row['measure']!r}")
    if measure.span == "annual" and month.month != 12:
        raise ValueError(f"{row['measure']} about {month}, which ends no year")
    if row["unit"] != measure.unit:
        raise ValueError(f"unit {row['unit']!r} of {row['measure']}")
    if not _is_series(row["series"]):
        raise ValueError(f"series {row['series']!r}")
    if row["source"] not in known:
        raise ValueError(f"source {row['source']!r}, which documents.toml does not have")
    decimals = int(row["decimals"])
    if len(row["value"].partition(".")[2]) != decimals:
        raise ValueError(f"{row['value']!r} with {decimals} decimals")
    return released, month, row["measure"], row["series"], float(row["value"]), row["unit"], decimals, row["source"]


def _is_series(name: str) -> bool:
    """Tell whether a name says flow, item, basis and adjustment, and a price basis where not in current dollars."""
    flow, _, rest = name.partition("_")
    rest = rest.removesuffix("_chained2012").removesuffix("_chained2017")
    item, *ends = rest.rsplit("_", 2)
    return (
        flow in {"balance", "exports", "imports"}
        and item in ITEMS
        and len(ends) == 2
        and ends[0] in {"bop", "census"}
        and ends[1] in {"sa", "nsa"}
    )


def contradictions(table: pd.DataFrame) -> Iterator[str]:
    """Yield where figures of one release contradict each other by more than their rounding.

    Checked: level - previous level = change, 100 x change / previous level = percent change, balance =
    exports - imports and total = goods + services, each with half a unit of the last place for every part.
    """
    for (released, month), rows in table.groupby(["released", "statistical_month"]):
        printed = {(row.series, row.measure): row.value for row in rows.itertuples()}
        half = {(row.series, row.measure): 0.5 * 10.0**-row.decimals for row in rows.itertuples()}
        for what, gap, slack in _gaps(printed, half):
            if abs(gap) > slack + 1e-9:
                yield f"{what} off by {gap:.2f} in the release of {released} about {month}"


def _gaps(
    printed: dict[tuple[str, str], float], half: dict[tuple[str, str], float]
) -> Iterator[tuple[str, float, float]]:
    for (series, measure), value in printed.items():
        whole = (series, measure)
        flow, item, *rest = series.split("_")
        if measure.endswith("percent_change"):
            stem = measure.removesuffix("percent_change")
            level, change = (series, f"{stem}level"), (series, f"{stem}change")
            if level in printed and change in printed:
                base = printed[level] - printed[change]
                slack = half[whole] + 100 * (half[change] + abs(value) / 100 * 2 * half[level]) / abs(base)
                yield f"{measure} of {series}", value - 100 * printed[change] / base, slack
            continue
        if measure.endswith("change"):
            level, before = (series, measure[:-6] + "level"), (series, measure[:-6] + "previous_level")
            if level in printed and before in printed:
                gap = printed[level] - printed[before] - value
                yield f"{measure} of {series}", gap, half[level] + half[before] + half[whole]
        end = "_".join(rest)
        sums = []
        if flow == "balance":
            sums.append((f"exports_{item}_{end}", f"imports_{item}_{end}", -1))
        if item == "total":
            sums.append((f"{flow}_goods_{end}", f"{flow}_services_{end}", 1))
        for one, two, sign in sums:
            if (one, measure) in printed and (two, measure) in printed:
                gap = value - printed[one, measure] - sign * printed[two, measure]
                yield f"{measure} of {series}", gap, half[whole] + half[one, measure] + half[two, measure]
