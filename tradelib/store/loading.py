"""Series by name: which release each comes from, what was known on a day, and the span that was asked for."""

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
        is derived as exports minus imports where the release prints only these; its ``attrs`` have the ``formula``.
    start, end : str, datetime.date, pandas.Period or None
        First and last period, both included; a day stands for its month, None for all that the newest release has.
        Quarters and years may be given as such (``"2024Q1"``, ``"2024"``), for these frequencies. Exhibits print two
        or three years: with an earlier ``start`` the series come from the release that has most months from there on,
        the newest of equals; with ``"first"`` from the one that has most months of them.
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
        Unless ``start`` is ``"first"``: series of one publisher come from releases of several days; a newer release has
        only some of them, or fewer months; or the store has no trade release with them of the last days, so that theirs
        came out more than 45 days before the vintage asked for.

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
    for note in notes if since != FIRST else ():  # it asks for the release with most months, whichever that is
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


def choose(names: Sequence[str], known: Releases, freq: str, since: Month = None) -> dict[str, Release]:
    """Return by name the release that each series comes from: those of one publisher from one, where one has all."""
    chosen = {name: there for name in names if (there := _having(known, [name], freq, since) or _having(known, [name]))}
    for publisher, own in _by_publisher(chosen).items() if len(chosen) > 1 else ():
        if whole := _having([release for release in known if release.publisher == publisher], own, freq, since):
            chosen |= dict.fromkeys(own, whole)
    return chosen


def _by_publisher(chosen: Mapping[str, Release]) -> dict[str, list[str]]:
    """Return, publisher by publisher, the names of its series."""
    publishers = dict.fromkeys(release.publisher for release in chosen.values())
    return {each: [name for name, release in chosen.items() if release.publisher == each] for each in publishers}


def _having(known: Releases, names: Sequence[str], freq: str = "", since: Month = None) -> Release | None:
    """Return the newest release that has all of some series, or since a period most of their figures.

    No more releases are opened than needed; None where none has all series.
    """
    fitting = (release for release in known if all(_parts(release, name, freq) for name in names))
    chosen = next(fitting, None)
    most = np.inf if since is None or chosen is None else _figures_since(chosen, names, freq, since)
    while most < np.inf and (release := next(fitting, None)):
        if (many := _figures_since(release, names, freq, since)) > most:
            chosen, most = release, many
    return chosen


def _figures_since(release: Release, names: Sequence[str], freq: str, since: pd.Period | str) -> float:
    """Return how many figures of some series a release has from a period on, infinity where it lacks none.

    Less than zero where it has not all of them there: by so many months it begins too late, or it has ended before.
    """
    parts = (part for name in names for part in _parts(release, name, freq))
    last_months = release.figures.facts["last"].array.asi8
    months = [last_months[release.places(part, freq)] for part in parts]
    if isinstance(since, str):
        return sum(map(len, months))
    first, last = (since.asfreq("M", how).ordinal for how in ("start", "end"))
    there, late = [own[own >= first] for own in months], max(own[0] for own in months) - last
    if late > 0 or not all(map(len, there)):
        return -late if all(map(len, there)) else -np.inf
    is_whole = all((FREQUENCIES[freq][0] or 12) * len(own) == own[-1] - first + 1 for own in there)
    return np.inf if is_whole else sum(map(len, there))


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


def _cut(frame: pd.DataFrame, start: pd.Period | None, end: pd.Period | None) -> pd.DataFrame:
    """Return the periods from start to end, gap-free; refuse a span that reaches beyond the data."""
    first, last = frame.index.min(), frame.index.max()
    begin, stop = start or first, end or last
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
        newer = (release for release in known if release.publisher == publisher and release.released > max(days))
        if passed := next((r for r in newer if any(_parts(r, name, freq) for name in own)), None):
            there = [part for name in own for part in _parts(passed, name, freq)]
            spans = [[month.asfreq(FREQUENCIES[freq][1]) for month in passed.span(part, freq)] for part in there]
            notes.append(
                f"from the release of {max(days)}, the newest that has all of these series and months; that of "
                f"{passed.released} has only {', '.join(there)} ({min(spans)[0]} to {max(last for _, last in spans)})"
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
    values, facts, last = release.values(name, freq), release.figures.facts, release.places(name, freq)[-1]
    exhibit, file, cell = (facts[column].array[last] for column in ("exhibit", "file", "cell"))
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
    return values.set_axis(values.index.asfreq(FREQUENCIES[freq][1])), about
