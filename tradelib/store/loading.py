"""Series by name: which release each comes from, what was known on a day, and the span that was asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from itertools import chain
from typing import Literal, TypeAlias

import pandas as pd

from tradelib.quantity import Quantity, require_addable
from tradelib.quantity.errors import ParameterError, nearest
from tradelib.store.reading import FT900, Month, Release, Vintage, day_named, known_on, month_of
from tradelib.store.tables import FREQUENCIES

Releases: TypeAlias = "Sequence[Release]"
Unit = Literal["millions", "billions"]
HEADLINE = tuple(
    Quantity(flow, item).name for flow in ("balance", "exports", "imports") for item in ("total", "goods", "services")
)
"""The nine series of Exhibit 1."""
BALANCE = HEADLINE[0]
"""The balance on goods and services."""

LATE = 45
"""Days after a release by which the next one is due."""

FIRST = "first"
"""A start before all others: the release that has most months."""


class StoreWarning(UserWarning):
    """What was loaded is not what a reader might take it for."""


def load(
    series: str | Iterable[str] = HEADLINE,
    start: Month = None,
    end: Month = None,
    vintage: Vintage = None,
    unit: Unit = "millions",
    freq: str = "monthly",
) -> pd.DataFrame:
    """Load series into one wide frame.

    Parameters
    ----------
    series : str or iterable of str
        Names, mnemonics (``"BOPGSTB"``) or shell patterns (``"exports_goods_*_census_sa"``), as ``tradelib series``
        lists them; by default the nine of Exhibit 1. Series of one publisher come from one release, the newest that
        has all of them; where none has, each comes from the newest that has it. A balance of a partner or a category
        is derived as exports minus imports where no release prints it, or none from ``start`` on; its ``attrs`` have
        the ``formula``.
    start, end : str, datetime.date, pandas.Period or None
        First and last period, both included; a day stands for its month, None for all that the newest release has.
        Exhibits print two or three years: with an earlier ``start`` the series come from the newest release that
        reaches back to it, with ``"first"`` from the one that has most months of them.
    vintage : str, datetime.date or None
        None for the newest release; a day for what was known on that day; a month for the release about it.
    unit : {"millions", "billions"}
        Unit of series in millions of dollars; others keep their own, but for amounts in dollars or thousands of them,
        which come in billions where these are asked for.
    freq : {"monthly", "quarterly", "annual", "ytd"}
        Which spans.

    Returns
    -------
    pandas.DataFrame
        Gap-free ``PeriodIndex`` named ``period``; one column a series, in the order asked. ``attrs["series"]`` holds,
        by column, label, unit, source, day of release (``vintage``), exhibit and cell of the newest figure, and all
        that the quantity is. ``attrs["notes"]`` holds what was warned of.

    Raises
    ------
    ParameterError
        Unknown series, vintage, unit or an impossible span; the message offers what is near.
    ComparabilityError
        A balance would have to be derived from what does not add up, such as chained dollars.

    Warns
    -----
    StoreWarning
        Where no ``start`` is given: series of one publisher come from releases of several days; a newer release has
        only some of them; or the store has no trade release with them of the last days, so that theirs came out more
        than 45 days before the vintage asked for.

    Examples
    --------
    >>> tradelib.load("BOPGSTB", start="2025-02", vintage="2025-03", unit="billions").round(1)
             balance_total_bop_sa
    period
    2025-02                -123.2
    2025-03                -140.5
    """
    known = known_on(vintage)
    names = [quantity.name for quantity in quantities_of(words_of(series), known, freq)]
    chosen = choose(names, known, freq, None if start is None else "" if start == FIRST else str(start))
    loaded = {name: _loaded(release, name, freq) for name, release in chosen.items()}
    frame = pd.DataFrame({name: values for name, (values, _) in loaded.items()})
    frame = _cut(frame, None if start == FIRST else start, end)
    notes = _notes_on(chosen, known, freq, vintage)
    frame.attrs = {"series": {name: about for name, (_, about) in loaded.items()}, "notes": notes}
    frame = in_unit(frame, unit)
    for note in notes if start is None else ():  # who says where to start has asked for another release
        warnings.warn(note, StoreWarning, stacklevel=2)
    return frame


def in_unit(frame: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """Return a loaded frame in the unit asked for: amounts in dollars change to billions, prices and indexes do not.

    Raises
    ------
    ParameterError
        Unknown unit.
    """
    if unit not in ("millions", "billions"):
        raise ParameterError(f"unknown unit {unit!r}; possible: billions, millions")
    for name, about in frame.attrs["series"].items() if unit == "billions" else ():
        size, _, what = about["unit"].rpartition(" of ")
        if size == "millions" or what == "dollars":
            frame[name] /= {"": 1e9, "thousands": 1e6, "millions": 1e3, "billions": 1}[size]
            about["unit"] = f"billions of {what}"
    return frame


def words_of(series: str | Iterable[str]) -> list[str]:
    """Return names and patterns as a list; refuse what is neither one text nor several."""
    words = [series] if isinstance(series, str) else list(series) if pd.api.types.is_list_like(series) else []
    if not words or not all(isinstance(word, str) for word in words):
        raise ParameterError(f"found the series {series!r}; expected one name or several")
    return words


def quantities_of(words: Sequence[str], known: Releases, freq: str = "") -> list[Quantity]:
    """Return the quantities that words stand for, in the order asked, each once; a pattern for those of a frequency."""
    quantities: dict[str, Quantity] = {}
    for word in words:
        if any(sign in word for sign in "*?["):
            everything = {
                name: q for release in known for name, q in release.quantities.items() if release.has(name, freq)
            }
            # Chained dollars only where the pattern names them, so that none mixes them in.
            hits = [n for n in everything if fnmatchcase(n, word) and ("chained" in word or "_chained" not in n)]
            if not hits:
                derived = "; a balance that no release prints is derived by its full name" * word.startswith("balance_")
                raise ParameterError(f"no series fits {word!r}; {_hint(word.strip('*_'), known)}{derived}")
            quantities |= {name: everything[name] for name in hits}
        elif quantity := next((quantity for release in known if (quantity := release.find(word))), None):
            quantities[quantity.name] = quantity
        elif flows := next(filter(None, (_flows(release, word) for release in known)), []):
            require_addable(flows)
            balance = replace(flows[0], flow="balance")
            quantities[balance.name] = balance
        else:
            raise ParameterError(f"unknown series {word!r}; {_hint(word, known)}")
    return list(quantities.values())


def _hint(word: str, known: Releases) -> str:
    """Return since when the store has what it did not have on the day asked for, or what is written like it."""
    if days := [release.released for release in known_on() if release.find(word) or _flows(release, word)]:
        return f"the first release that has it is that of {min(days)}"
    names = (name for release in known for name in (*release.quantities, *release.figures.aliases))
    return nearest(word, dict.fromkeys(names))


def choose(names: Sequence[str], known: Releases, freq: str, since: str | None = None) -> dict[str, Release]:
    """Return by name the release that each series comes from: those of one publisher from one, where one has all."""
    newest = {name: _having(known, [name], freq) or _having(known, [name], "") for name in names}
    chosen = {name: release for name, release in newest.items() if release}
    for publisher, own in _by_publisher(chosen).items():
        if whole := _having([release for release in known if release.publisher == publisher], own, freq, since):
            chosen |= dict.fromkeys(own, whole)
    return chosen


def _by_publisher(chosen: Mapping[str, Release]) -> dict[str, list[str]]:
    """Return, publisher by publisher, the names of its series."""
    publishers = dict.fromkeys(release.publisher for release in chosen.values())
    return {each: [name for name, release in chosen.items() if release.publisher == each] for each in publishers}


def _having(known: Releases, names: Sequence[str], freq: str, since: str | None = None) -> Release | None:
    """Return the newest release that has all of some series from a month on, else that with most of their months.

    One that prints them is preferred to one of which a balance is derived. No more releases are opened than needed;
    None where none has them.
    """
    fitting = []
    printing = (release for release in known if all(release.has(name, freq) for name in names))
    deriving = (release for release in known if all(_parts(release, name, freq) for name in names))
    for release in chain(printing, deriving):
        if since is None or _first(release, names, freq) <= since:
            return release
        fitting.append(release)
    return max(
        fitting, key=lambda its: min(len(its.rows(p, freq)) for n in names for p in _parts(its, n, freq)), default=None
    )


def _first(release: Release, names: Sequence[str], freq: str) -> str:
    """Return the first month that all of some series have; one that is not monthly has all months."""
    parts = (part for name in names for part in _parts(release, name, freq))
    return max((str(release.span(part)[0]) for part in parts if release.has(part)), default="")


def _flows(release: Release, name: str, freq: str = "") -> list[Quantity]:
    """Return exports and imports of a balance, where a release has both; nothing of any other series."""
    if not name.startswith("balance_"):
        return []
    names = [f"{flow}_{name.removeprefix('balance_')}" for flow in ("exports", "imports")]
    flows = [quantity for own in names if release.has(own, freq) and (quantity := release.find(own))]
    return flows if len(flows) == 2 else []


def _parts(release: Release, name: str, freq: str) -> list[str]:
    """Return what a release has a series as: itself, exports and imports of a balance to be derived, or nothing."""
    if release.has(name, freq):
        return [name]
    return [flow.name for flow in _flows(release, name, freq) if flow.is_additive]


def _period(value: Month, default: pd.Period, name: str) -> pd.Period:
    if value is None or getattr(value, "freq", None) == default.freq:
        return default if value is None else value
    return month_of(value, name).asfreq(default.freq)


def _cut(frame: pd.DataFrame, start: Month, end: Month) -> pd.DataFrame:
    """Return the periods from start to end, gap-free; refuse a span that reaches beyond the data."""
    first, last = frame.index.min(), frame.index.max()
    begin, stop = _period(start, first, "start"), _period(end, last, "end")
    for name, month in (("start", begin), ("end", stop)):
        if not first <= month <= last:
            raise ParameterError(f"{name} {month} is outside the data, which span {first} to {last}")
    if begin > stop:
        raise ParameterError(f"start {begin} is after end {stop}; the data span {first} to {last}")
    return frame.reindex(pd.period_range(begin, stop, freq=first.freq, name="period"))


def _notes_on(chosen: dict[str, Release], known: Releases, freq: str, vintage: Vintage) -> list[str]:
    """Return what a reader might not expect: several days, newer releases passed over, one older than the day asked."""
    notes, day = [], day_named(vintage)
    for publisher, own in _by_publisher(chosen).items():
        days = {chosen[name].released: name for name in own}
        if len(days) > 1:
            listed = ", ".join(f"{name} of {day}" for day, name in sorted(days.items()))
            notes.append(f"no release has all of these series; they come from several: {listed}")
        parts = [part for name in own for part in _parts(chosen[name], name, freq)]
        newer = (release for release in known if release.publisher == publisher and release.released > max(days))
        if passed := next((r for r in newer if any(r.has(part, freq) for part in parts)), None):
            notes.append(
                f"from the release of {max(days)}, the newest that has all of these series and months; that of "
                f"{passed.released} has less, but reaches to {passed.month}: "
                f"{', '.join(part for part in parts if passed.has(part, freq))}"
            )
        elif vintage and publisher == FT900 and (day - max(days)).days > LATE:
            notes.append(
                f"from the release of {max(days)}; of later ones, until {day}, the store has none with these series"
            )
    return notes


def _loaded(release: Release, name: str, freq: str) -> tuple[pd.Series, dict[str, str]]:
    """Return the values of a series by period, what it is, and where its newest figure stands."""
    parts = _parts(release, name, freq) or _parts(release, name, "")
    if parts != [name]:
        (exports, about), (imports, other) = (_loaded(release, part, freq) for part in parts)
        label = replace(release.quantities[parts[0]], flow="balance").label()
        return exports - imports, about | {
            "flow": "balance", "label": f"{label}, derived", "formula": " - ".join(parts),
            "cell": f"{about['cell']}; {other['cell']}",
        }  # fmt: skip
    rows = release.rows(name, freq)
    newest = rows.iloc[-1]
    entry = release.contents["tables"][newest["exhibit"]]
    about = asdict(release.quantities[name]) | {
        "label": release.figures.catalog["label"][name],
        "compilation": entry["compilation"],
        "freq": freq,
        "publisher": release.publisher,
        "source": release.source,
        "vintage": release.released.isoformat(),
        "statistical_month": str(release.month),
        "sha256": entry["sha256"],
        "exhibit": str(newest["exhibit"]),
        "cell": f"{newest['file']}, {newest['cell']}",
    }
    return rows["value"].set_axis(rows.index.asfreq(FREQUENCIES[freq][1])), about
