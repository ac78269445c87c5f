"""Load series by name: from which release, as known on which day, and for which span."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from tradelib.quantity import Origins, Quantity, require_addable
from tradelib.quantity.errors import ParameterError, nearest
from tradelib.store.periods import Month, month_of
from tradelib.store.reading import FT900, Release, Vintage, day_named, known_on
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
"""As ``start``: the earliest month, from the release that has most months."""


class StoreWarning(UserWarning):
    """The loaded figures are not what the caller might expect, such as older ones or of several releases."""


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
        has all of them; if no release has all, each comes from the newest that has it. A balance of a partner or a
        category is derived as exports minus imports if the release prints only these; its ``attrs`` have the
        ``formula``.
    start, end : str, datetime.date, pandas.Period or None
        First and last period, both included. A day means its month; None means everything in the newest release.
        Quarters (``"2024Q1"``) and years (``"2024"``) may be given if ``freq`` is quarterly or annual. Exhibits print
        only two or three years: if ``start`` is earlier, the series come from the release with most months since then
        (of several, the newest); with ``"first"``, from the release with most months.
    vintage : str, datetime.date or None
        None for the newest release; a day for what was known on that day; a month for the release about it.
    unit : {"millions", "billions"}
        Unit of series in millions of dollars. ``"billions"`` also converts amounts in dollars and thousands of dollars;
        all other series keep their unit.
    freq : {"monthly", "quarterly", "annual", "ytd"}
        Frequency; ``"ytd"`` is the year to date.

    Returns
    -------
    pandas.DataFrame
        Gap-free ``PeriodIndex`` named ``period``; one column per series, in the order given. ``attrs["series"]`` holds,
        by column, label, unit, source, day of release (``vintage``), exhibit and cell of the newest figure, and the
        fields of the quantity. ``attrs["notes"]`` holds the texts of the warnings.

    Raises
    ------
    ParameterError
        A series, vintage or unit is unknown, or the span is impossible; the message offers close matches.
    ComparabilityError
        A balance would have to be derived from figures that do not add up, such as chained dollars.

    Warns
    -----
    StoreWarning
        Unless ``start`` is ``"first"``: series of one publisher come from several releases; a newer release has only
        some of the series, or fewer months; or the newest trade release with the series came out more than 45 days
        before the requested vintage.

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
    letter = next((letter for name, (_, letter) in FREQUENCIES.items() if name == freq), "M")
    since = start if start is None or start == FIRST else month_of(start, "start", letter)
    chosen = choose(names, known, freq, since)
    loaded = {name: _loaded(release, name, freq) for name, release in chosen.items()}
    frame = pd.DataFrame({name: values for name, (values, _) in loaded.items()})
    frame = _cut(frame, None if since == FIRST else since, None if end is None else month_of(end, "end", letter))
    notes = _notes_on(chosen, known, freq, vintage)
    frame.attrs = {"series": Origins({name: about for name, (_, about) in loaded.items()}), "notes": notes}
    frame = in_unit(frame, unit)
    for note in notes if since != FIRST else ():  # a caller who asks for most months expects this
        warnings.warn(note, StoreWarning, stacklevel=2)
    return frame


def in_unit(frame: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """Return a loaded frame in a unit: amounts in dollars are converted to billions, prices and indexes are not.

    Raises
    ------
    ParameterError
        The unit is unknown.
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
    """Return names and patterns as a list; refuse anything but a string or strings."""
    words = [series] if isinstance(series, str) else list(series) if pd.api.types.is_list_like(series) else []
    if not words or not all(isinstance(word, str) for word in words):
        raise ParameterError(f"found the series {series!r}; expected one name or several")
    return words


def quantities_of(words: Sequence[str], known: Releases, freq: str = "") -> list[Quantity]:
    """Return the quantities of names, mnemonics and patterns, in order, each once; patterns match one frequency."""
    quantities: dict[str, Quantity] = {}
    for word in words:
        if any(sign in word for sign in "*?["):
            everything = {
                name: q for release in known for name, q in release.quantities.items() if release.has(name, freq)
            }
            # Patterns match chained dollars only if they name them, so that they are not mixed in by accident.
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
    """Return a hint for an unknown name: the first release that has it, or else similar names."""
    if days := [release.released for release in known_on() if release.find(word) or _flows(release, word)]:
        return f"the first release that has it is that of {min(days)}"
    names = (name for release in known for name in (*release.quantities, *release.figures.aliases))
    return nearest(word, dict.fromkeys(names))


def choose(names: Sequence[str], known: Releases, freq: str, since: Month = None) -> dict[str, Release]:
    """Return the release of each series, by name: one release for all series of a publisher, if one has them all."""
    chosen = {name: first for name in names if (first := _having(known, [name], freq, since) or _having(known, [name]))}
    for publisher, group in _by_publisher(chosen).items() if len(chosen) > 1 else ():
        if common := _having([release for release in known if release.publisher == publisher], group, freq, since):
            chosen |= dict.fromkeys(group, common)
    return chosen


def _by_publisher(chosen: Mapping[str, Release]) -> dict[str, list[str]]:
    """Return the names of the series by publisher."""
    publishers = dict.fromkeys(release.publisher for release in chosen.values())
    return {each: [name for name, release in chosen.items() if release.publisher == each] for each in publishers}


def _having(known: Releases, names: Sequence[str], freq: str = "", since: Month = None) -> Release | None:
    """Return the newest release that has all of some series, or the one with most of their figures since a period.

    Return None if no release has all of them. Releases are opened only as needed, newest first.
    """
    fitting = (release for release in known if all(_parts(release, name, freq) for name in names))
    chosen = next(fitting, None)
    most = np.inf if since is None or chosen is None else _figures_since(chosen, names, freq, since)
    while most < np.inf and (release := next(fitting, None)):
        if (many := _figures_since(release, names, freq, since)) > most:
            chosen, most = release, many
    return chosen


def _figures_since(release: Release, names: Sequence[str], freq: str, since: pd.Period | str) -> float:
    """Return the number of figures of some series that a release has since a period; infinity if none is missing.

    The result is negative if a series begins after the period (minus the number of months), or has no figures since.
    """
    parts = (part for name in names for part in _parts(release, name, freq))
    last_months = release.figures.facts["last"].array.asi8
    months = [last_months[release.places(part, freq)] for part in parts]
    if isinstance(since, str):
        return sum(map(len, months))
    first, last = (since.asfreq("M", how).ordinal for how in ("start", "end"))
    kept, late = [lasts[lasts >= first] for lasts in months], max(lasts[0] for lasts in months) - last
    if late > 0 or not all(map(len, kept)):
        return -late if all(map(len, kept)) else -np.inf
    is_complete = all((FREQUENCIES[freq][0] or 12) * len(lasts) == lasts[-1] - first + 1 for lasts in kept)
    return np.inf if is_complete else sum(map(len, kept))


def _flows(release: Release, name: str, freq: str = "") -> list[Quantity]:
    """Return the exports and imports of a balance if a release has both, else an empty list."""
    if not name.startswith("balance_"):
        return []
    names = [f"{flow}_{name.removeprefix('balance_')}" for flow in ("exports", "imports")]
    flows = [quantity for flow in names if release.has(flow, freq) and (quantity := release.find(flow))]
    return flows if len(flows) == 2 else []


def _parts(release: Release, name: str, freq: str) -> list[str]:
    """Return the names that give a series in a release: itself, exports and imports for a derived balance, or none."""
    if release.has(name, freq):
        return [name]
    return [flow.name for flow in _flows(release, name, freq) if flow.is_additive]


def _cut(frame: pd.DataFrame, start: pd.Period | None, end: pd.Period | None) -> pd.DataFrame:
    """Return the periods from start to end, without gaps; refuse a span that reaches beyond the data."""
    first, last = frame.index.min(), frame.index.max()
    begin, stop = start or first, end or last
    for name, month in (("start", begin), ("end", stop)):
        if not first <= month <= last:
            raise ParameterError(f"{name} {month} is outside the data, which span {first} to {last}")
    if begin > stop:
        raise ParameterError(f"start {begin} is after end {stop}; the data span {first} to {last}")
    return frame.reindex(pd.period_range(begin, stop, freq=first.freq, name="period"))


def _notes_on(chosen: dict[str, Release], known: Releases, freq: str, vintage: Vintage) -> list[str]:
    """Return notes on unexpected releases: several days, a newer release passed over, or one older than requested."""
    notes, day = [], day_named(vintage)
    for publisher, group in _by_publisher(chosen).items():
        days = {chosen[name].released: name for name in group}
        if len(days) > 1:
            listed = ", ".join(f"{name} of {day}" for day, name in sorted(days.items()))
            notes.append(f"no release has all of these series; they come from several: {listed}")
        newer = (release for release in known if release.publisher == publisher and release.released > max(days))
        if passed := next((r for r in newer if any(_parts(r, name, freq) for name in group)), None):
            parts = [part for name in group for part in _parts(passed, name, freq)]
            spans = [[month.asfreq(FREQUENCIES[freq][1]) for month in passed.span(part, freq)] for part in parts]
            notes.append(
                f"from the release of {max(days)}, the newest that has all of these series and months; that of "
                f"{passed.released} has only {', '.join(parts)} ({min(spans)[0]} to {max(last for _, last in spans)})"
            )
        elif vintage and publisher == FT900 and (day - max(days)).days > LATE:
            notes.append(f"from the release of {max(days)}; the store has no later one, up to {day}, with these series")
    return notes


def _loaded(release: Release, name: str, freq: str) -> tuple[pd.Series, dict[str, str]]:
    """Return the values of a series by period, and its description with the cell of its newest figure."""
    parts = _parts(release, name, freq) or _parts(release, name, "")
    if parts != [name]:
        (exports, about), (imports, other) = (_loaded(release, part, freq) for part in parts)
        label = replace(release.quantities[parts[0]], flow="balance").label()
        return exports - imports, about | {
            "flow": "balance", "label": f"{label}, derived", "formula": " - ".join(parts),
            "cell": f"{about['cell']}; {other['cell']}",
        }  # fmt: skip
    facts, at = release.figures.facts, release.places(name, freq)
    exhibit, file, cell = (facts[column].array[at[-1]] for column in ("exhibit", "file", "cell"))
    entry = release.contents["tables"][exhibit]
    about = asdict(release.quantities[name]) | {
        "label": release.figures.catalog["label"][name],
        "compilation": entry["compilation"],
        "freq": freq,
        "publisher": release.publisher,
        "source": release.source,
        "vintage": release.released.isoformat(),
        "statistical_month": str(release.month),
        "sha256": entry["sha256"],
        "exhibit": exhibit,
        "cell": f"{file}, {cell}",
    }
    periods = facts["last"].array[at].asfreq(FREQUENCIES[freq][1])
    return pd.Series(facts["value"].array[at], pd.PeriodIndex(periods, name="period")), about
