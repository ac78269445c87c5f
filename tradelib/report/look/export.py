"""Export of a figure: picture, drawings and data; and its values read back, to compare with the data or describe."""

from __future__ import annotations

import re
import textwrap
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.dates import DateLocator, date2num
from matplotlib.patches import StepPatch
from matplotlib.text import Annotation, Text

from tradelib.report.look.figures import LABEL, NAME, time_axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NARROW = 3.75
"""Width in inches of the drawings for a phone."""
_DPI = 200
"""Dots per inch of a picture, and of images in a drawing."""
_LINE = 0.19
"""Height in inches of a line of text."""
FEWEST = 3
"""Fewest points of a line that shows data; shorter ones are marks, zero lines and rules."""
_DIGITS = 1e-6
"""Tolerance between a drawn value and the data: relative or, for values below one, absolute."""


def save(fig: Figure, folder: Path, name: str, data: pd.DataFrame, about: str = "") -> None:
    """Write a figure as PNG and SVG, and its data as CSV; the same input gives the same bytes.

    The page's drawings are written to ``drawings/``, beside the folder, without title, unit and source, which the page
    adds itself. The wide one is cut out of the SVG; the narrow one, for a phone, is laid out again. A heat map with
    numbers in its cells has only the wide one, which scrolls. The figure cannot be used afterwards. ``about``, the
    origin, is stored in PNG and SVG.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scrolls = any(ax.get_images() and ax.texts for ax in fig.axes)
    heads = {text for text in fig.texts if text.get_gid() in {"title", "unit", "source"}}
    for text in () if scrolls else set(fig.findobj(Text)) - heads:
        text.set_fontsize(max(text.get_fontsize(), LABEL))
    fig.set_dpi(_DPI)
    FigureCanvasAgg(fig).print_png(folder / f"{name}.png", metadata={"Software": None, "Description": about})
    _, foot, _, height = fig.get_layout_engine().get()["rect"]  # type: ignore[union-attr]
    svg = _drawing(fig, about)
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    data.to_csv(folder / f"{name}.csv", float_format="%.12g", lineterminator="\n")
    drawings = folder.with_name("drawings")
    drawings.mkdir(exist_ok=True)
    outside = re.compile(r'<g id="(?:patch_1|title|unit|source)">.*?</g>', re.DOTALL)  # the first is the background
    inside = outside.sub("", _with_months(svg, fig, data))
    wide, high = 72 * fig.get_size_inches()
    box = f'viewBox="0 {high * (1 - foot - height):.1f} {wide:.1f} {high * height:.1f}"'
    inside = re.sub(r'viewBox="[^"]*"', box, inside, count=1)
    (drawings / f"{name}-wide.svg").write_text(inside, encoding="utf-8")
    if not scrolls:
        for text in heads:
            text.remove()
        fig.set_layout_engine("constrained")
        _make_narrow(fig, high * height / 72)
        (drawings / f"{name}-narrow.svg").write_text(_with_months(_drawing(fig), fig, data), encoding="utf-8")


def _drawing(fig: Figure, about: str = "") -> str:
    """Return a figure as SVG, laid out as it is."""
    svg = StringIO()
    fig.set_layout_engine("none")
    fig.set_dpi(_DPI)  # for embedded images
    FigureCanvasSVG(fig).print_svg(svg, metadata={"Date": None, "Creator": None, "Description": about or None})
    return svg.getvalue()


def _with_months(svg: str, fig: Figure, data: pd.DataFrame) -> str:
    """Return a drawing that records the positions of its first and last month, in ten-thousandths of its width.

    The page needs them to show the values of the month under the pointer.
    """
    if isinstance(data.index, pd.PeriodIndex) and data.index.is_unique:
        ends = date2num([data.index[0].start_time, data.index[-1].start_time])
        for number, ax in enumerate(fig.axes, start=1):
            if isinstance(ax.xaxis.get_major_locator(), DateLocator):
                inside = ax.transData.transform([(end, 0) for end in ends])
                at = 1e4 * fig.transFigure.inverted().transform(inside)[:, 0]
                svg = svg.replace(f'id="axes_{number}"', f'id="months {at[0]:.0f} {at[1]:.0f}"')
    return svg


def _make_narrow(fig: Figure, height: float) -> None:
    """Lay out a figure again for a phone: panels one below the other, long names of bars wrapped."""
    drawn = [ax for ax in fig.axes if ax.get_subplotspec()]
    columns = max((ax.get_subplotspec().get_gridspec().ncols for ax in drawn), default=1)  # type: ignore[union-attr]
    if columns > 1:
        grid = fig.add_gridspec(len(drawn), 1)
        for row, ax in enumerate(drawn):
            ax.set_subplotspec(grid[row, 0])
    lines = 0
    for ax in drawn:
        names = [label.get_text() for label in ax.get_yticklabels()]
        if any(len(name) > 16 and name[0].isalpha() for name in names if name):
            names = [textwrap.fill(name, 22) for name in names]
            ax.set_yticks(ax.get_yticks(), names)
            lines += sum(max(2, name.count("\n") + 1) for name in names)
        if isinstance(ax.xaxis.get_major_locator(), DateLocator):
            time_axis(ax)
        if (legend := ax.get_legend()) and sum(len(text.get_text()) for text in legend.get_texts()) > 24:
            labels = [text.get_text() for text in legend.get_texts()]
            handles = [handle for handle in legend.legend_handles if handle]
            if len(drawn) == 1:
                legend.remove()
                fig.legend(handles, labels, loc="outside upper left", ncols=2)
            else:
                ax.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    shape = height * (1 if height > 3.4 else 0.85) * (0.8 * columns if columns > 1 else 1)
    fig.set_size_inches(NARROW, max(2.7, shape, _LINE * lines))
    _keep_apart(fig, drawn)


def _keep_apart(fig: Figure, axes: Sequence[Axes]) -> None:
    """Move overlapping names of lines apart, and hide other labels that would cover an earlier one."""
    fig.get_layout_engine().execute(fig)  # type: ignore[union-attr]
    for ax in axes:
        low, high = ax.get_ylim()
        line, at = (high - low) * 1.25 * LABEL / 72 / (ax.get_position().height * fig.get_size_inches()[1]), -np.inf
        names = [text for text in ax.texts if isinstance(text, Annotation) and text.get_gid() == NAME]
        for name in sorted(names, key=lambda name: name.xy[1]):
            at = max(name.xy[1], at + line)
            name.xy = (name.xy[0], at)
        kept = [label.get_window_extent() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
        for text in ax.texts:
            box = Text.get_window_extent(text)  # without the leader of a name
            text.set_visible(text.get_gid() == NAME or not any(box.overlaps(other) for other in kept))
            kept += [box] if text.get_visible() else []


class Drawn(NamedTuple):
    """Values as drawn by a line, bars, an area, dots or an image; ``along`` has the positions along a line."""

    kind: str
    label: str
    sizes: npt.NDArray[np.float64]
    along: npt.NDArray[np.float64]


def drawn(fig: Figure) -> Iterator[Drawn]:
    """Yield what the axes of a figure show, without marks and rules."""
    for kind, artist, *both in (part for ax in fig.axes for part in _parts(ax)):
        sizes, along = (values[np.isfinite(values)] for values in map(_numbers, both))
        if len(sizes) >= FEWEST or (kind == "bars" and len(sizes)):
            label = str(artist.get_label())
            yield Drawn(kind, "" if label.startswith("_") else label, sizes, along)


def _numbers(values: Any) -> npt.NDArray[np.float64]:
    numbers: npt.NDArray[np.float64] = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).ravel()
    return numbers


def _parts(ax: Axes) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield kind, artist, values and, for a line, the positions along it."""
    for line in ax.get_lines():
        yield "line", line, line.get_ydata(orig=False), line.get_xdata(orig=False)
    for bars in ax.containers:
        if (sizes := getattr(bars, "datavalues", None)) is not None:
            yield "bars", bars, sizes, ()
    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            ends, _, bottoms = patch.get_data()
            yield "bars", patch, ends - bottoms, ()
    for area in ax.collections:
        if isinstance(area, PathCollection):
            yield "dots", area, np.ma.asarray(area.get_offsets())[:, 1], ()
        elif isinstance(area, PolyCollection) and area.get_transform().contains_branch_seperately(ax.transData)[1]:
            corners = [np.asarray(path.vertices)[:, 1] for path in area.get_paths()]
            yield "area", area, np.concatenate(corners) if corners else (), ()
    for image in ax.get_images():
        yield "image", image, image.get_array(), ()


def not_in(fig: Figure, data: pd.DataFrame) -> str:
    """Return in words the first drawn value that is not in the exported data; empty if all are.

    Parameters
    ----------
    fig : Figure
        The drawing.
    data : DataFrame
        The exported data. Zero need not be in it, because areas reach to it.
    """
    columns = data.reset_index().select_dtypes("number").to_numpy(dtype=float)
    known = np.unique(np.append(columns[np.isfinite(columns)], (0.0, -np.inf, np.inf)))
    for part in drawn(fig):
        missing = _missing(part.sizes, known)
        if missing.size and (part.kind != "line" or _missing(part.along, known).size or not part.along.size):
            return f"{part.kind} {part.label!r} draws {missing[0]:.6g}".replace(" ''", "")
    return ""


def _missing(values: npt.NDArray[np.float64], known: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the values that are not in ``known``, which is sorted and has infinity at both ends."""
    at = np.searchsorted(known, values)
    gaps = np.minimum(values - known[at - 1], known[at] - values)
    missing: npt.NDArray[np.float64] = values[gaps > _DIGITS * np.maximum(np.abs(values), 1)]
    return missing


def description(fig: Figure, data: pd.DataFrame) -> str:
    """Return a figure in words and numbers: its texts, and the values of every drawn part and exported column."""
    lines = [" ".join(text.get_text().split()) for text in fig.texts]
    lines += [f"{' '.join(filter(None, (part.kind, part.label)))}: {_in_numbers(part.sizes)}" for part in drawn(fig)]
    numbers = data.select_dtypes("number")
    lines += [f"data {name}: {_in_numbers(numbers[name].to_numpy(dtype=float))}" for name in numbers]
    return "\n".join(line for line in lines if line)


def _in_numbers(values: npt.NDArray[np.float64]) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return f"{len(values)} without a value"
    marks = {"first": finite[0], "last": finite[-1], "least": finite.min(), "most": finite.max()}
    return f"{finite.size} values, " + ", ".join(f"{word} {value:.4g}" for word, value in marks.items())
