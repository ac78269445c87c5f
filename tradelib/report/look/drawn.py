"""What a figure shows, read back from its axes: for the check against its data, and as text that a test compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.collections import PathCollection, PolyCollection

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST = 3
"""Points from which a line shows data; shorter ones are marks, zero lines and rules."""

_DIGITS = 1e-6
_SHOWN = 4


class Drawn(NamedTuple):
    """Values as they are drawn: by a line, bars, an area, dots or an image; ``along`` is their other coordinate."""

    kind: str
    label: str
    sizes: npt.NDArray[np.float64]
    along: npt.NDArray[np.float64]


def drawn(fig: Figure) -> Iterator[Drawn]:
    """Yield what the axes of a figure show, without marks and rules."""
    for ax in fig.axes:
        for part in _parts(ax):
            kept = np.isfinite(part.sizes)
            if kept.sum() >= FEWEST or (part.kind == "bars" and kept.any()):
                yield part._replace(sizes=part.sizes[kept])


def _parts(ax: Axes) -> Iterator[Drawn]:
    for line in ax.get_lines():
        x, y = (np.asarray(side, dtype=float) for side in (line.get_xdata(orig=False), line.get_ydata(orig=False)))
        yield Drawn("line", _label(line), y, x)
    for bars in ax.containers:
        sizes = getattr(bars, "datavalues", None)
        if sizes is not None:
            yield Drawn("bars", _label(bars), np.asarray(sizes, dtype=float), np.array([]))
    for area in ax.collections:
        if isinstance(area, PathCollection):
            points = np.ma.getdata(area.get_offsets())
            yield Drawn("dots", _label(area), points[:, 1].astype(float), points[:, 0].astype(float))
        elif isinstance(area, PolyCollection) and area.get_transform().contains_branch_seperately(ax.transData)[1]:
            corners = np.concatenate([path.vertices for path in area.get_paths()] or [np.empty((0, 2))])
            yield Drawn("area", _label(area), corners[:, 1], np.array([]))
    for image in ax.get_images():
        yield Drawn(
            "image", "", np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), np.nan).ravel(), np.array([])
        )


def _label(artist: object) -> str:
    label = str(artist.get_label())  # type: ignore[attr-defined]
    return "" if label.startswith("_") else label


def not_in(fig: Figure, data: pd.DataFrame) -> str:
    """Return the first drawn value that the exported data do not have, in words; empty when all are there.

    Parameters
    ----------
    fig : Figure
        The drawing.
    data : DataFrame
        What is exported as its data. An area may reach to zero.
    """
    columns = data.reset_index().select_dtypes("number")
    known = np.unique(np.append(columns.to_numpy(dtype=float), 0.0))
    known = known[np.isfinite(known)]
    for part in drawn(fig):
        missing = _missing(part.sizes, known)
        if missing.size and (part.kind != "line" or _missing(part.along, known).size or not part.along.size):
            return f"{part.kind} {part.label!r} draws {missing[0]:.6g}".replace(" ''", "")
    return ""


def _missing(values: npt.NDArray[np.float64], known: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    at = np.searchsorted(known, values)
    gaps = [np.abs(values - known[np.clip(at + step, 0, len(known) - 1)]) for step in (-1, 0)]
    missing: npt.NDArray[np.float64] = values[np.minimum(*gaps) > _DIGITS * np.maximum(np.abs(values), 1)]
    return missing


def description(fig: Figure, data: pd.DataFrame) -> str:
    """Return what a figure says and shows: its texts, every drawn part and every exported column in numbers."""
    lines = [" ".join(text.get_text().split()) for text in fig.texts]
    lines += [f"{' '.join(filter(None, (part.kind, part.label)))}: {_in_numbers(part.sizes)}" for part in drawn(fig)]
    numbers = data.select_dtypes("number")
    lines += [f"data {name}: {_in_numbers(numbers[name].to_numpy(dtype=float))}" for name in numbers]
    return "\n".join(line for line in lines if line)


def _in_numbers(values: npt.NDArray[np.float64]) -> str:
    there = values[np.isfinite(values)]
    if not there.size:
        return f"{len(values)} without a value"
    marks = {"first": there[0], "last": there[-1], "least": there.min(), "most": there.max()}
    return f"{there.size} values, " + ", ".join(f"{word} {value:.{_SHOWN}g}" for word, value in marks.items())
