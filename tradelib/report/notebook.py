"""What a notebook shows and records: parameters, sources, figures with their readings, tables, checks, results."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from IPython.core.pylabtools import print_figure
from IPython.display import Markdown, display
from matplotlib import pyplot as plt
from threadpoolctl import threadpool_limits

from tradelib import __version__
from tradelib.quantity.errors import TradelibError
from tradelib.quantity.labels import WORDS
from tradelib.quantity.rounding import printed
from tradelib.report.look import export, figures
from tradelib.report.parameters import in_words
from tradelib.words import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from tradelib.store import Release


class CheckFailed(TradelibError):  # noqa: N818 - it reads as what happened
    """Something that must hold does not: a claim, or that a figure draws only its data."""


class Record:
    """The record of one run of a notebook; ``finish()`` writes it if an output folder is given.

    Parameters
    ----------
    parameters : Parameters or Chapter
        Checked parameters, as ``asked`` returns them.
    title, question : str
        The notebook's title and the question it answers.
    """

    def __init__(self, parameters: Any, *, title: str, question: str) -> None:
        self.parameters = parameters
        self._folder = Path(parameters.output) if parameters.output else None
        values = parameters.model_dump(exclude={"output"})
        self._recorded: dict[str, Any] = {
            "notebook": parameters.notebook, "title": title, "question": question, "parameters": values,
            "sources": {}, "items": [], "results": {}, "checks": [], "proofs": [],
        }  # fmt: skip
        if "OPENBLAS_NUM_THREADS" not in os.environ:  # a value that is set takes precedence
            threadpool_limits(1, user_api="blas")  # on small matrices, several threads are slower than one
        figures.style()
        sentences.clear()
        words = [f"`{name}` = {in_words(name, value)}" for name, value in values.items()]
        _say("**Parameters:** " + " · ".join(words))

    def load(self, series: str | Sequence[str], **kwargs: Any) -> pd.DataFrame:
        """Load series as ``Parameters.load`` does, and show where they come from.

        Returns
        -------
        pandas.DataFrame
            Billions of dollars (indexes in their own unit), monthly ``PeriodIndex``.
        """
        return self.note(self.parameters.load(series, **kwargs))

    def release(self) -> Release:
        """Return the release that a chapter is about, and show which one it is."""
        release: Release = self.parameters.read()
        self.cite(release)
        return release

    def cite(self, release: Release) -> None:
        """Show and record the release that figures come from, if they are not read by ``load``."""
        self._recorded["sources"][f"release {release.released}"] = {
            "source": release.source, "vintage": release.released.isoformat(), "compilation": release.publisher,
            "unit": "as published", "statistical_month": str(release.month), "adjustment": "", "basis": "",
            "first": str(release.month), "last": str(release.month),
            "sha256": hashlib.sha256((release.folder / "release.toml").read_bytes()).hexdigest(),
        }  # fmt: skip
        _say(f"- {release.summary()}")

    def note(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Show and record the sources of a frame's columns, from its ``attrs["series"]``, and return the frame."""
        echo: dict[str, list[str]] = {}
        for name, about in frame.attrs["series"].items():
            span = frame[name].dropna().index
            self._recorded["sources"][name] = about | {"first": str(span[0]), "last": str(span[-1])}
            line = f"{about['source']}; {about['unit']}; {span[0]} to {span[-1]}; sha256 {about['sha256'][:12]}"
            echo.setdefault(line, []).append(f"`{name}`")
        lines = [f"- {', '.join(names)}: {line}" for line, names in echo.items()]
        _say("\n".join([*lines, *(f"- {note}" for note in frame.attrs.get("notes", ()))]))
        return frame

    def _origin(self) -> dict[str, Any]:
        """Return the parameters that reproduce this run, even after a newer release."""
        return {**self._recorded["parameters"], "vintage": self.parameters.day.isoformat()}

    @property
    def source(self) -> str:
        """The sources loaded so far, for the foot of a figure."""
        return "; ".join(dict.fromkeys(about["source"] for about in self._recorded["sources"].values()))

    def unit(self, name: str) -> str:
        """Return unit, adjustment and basis of a series loaded before, as printed under a figure's title."""
        about = self._recorded["sources"][name]
        unit = about["unit"].replace("billions of dollars", "billions of dollars a month")
        basis = {"bop": ", BOP basis", "census": ", Census basis"}.get(about["basis"], "")
        return f"{unit[0].upper()}{unit[1:]}, {WORDS['adjustment'][about['adjustment']]}{basis}"

    def figure(self, fig: Figure, name: str, data: pd.DataFrame | pd.Series, **words: str) -> None:
        """Show a figure and export it with the data behind it.

        The plain text of the output describes the picture in numbers, so that a comparison of outputs notices more
        than the presence of a picture.

        Parameters
        ----------
        fig : Figure
            The drawing.
        name : str
            Name of its files, without suffix.
        data : DataFrame or Series
            All values that it draws.
        **words : str
            ``title``, ``unit`` and ``alt``, as ``figures.finish`` takes them, and ``source``, by default that of all
            series loaded.

        Raises
        ------
        CheckFailed
            The figure draws a value that is not in its data.
        """
        figures.finish(fig, **{"source": self.source} | words)
        for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) if not axis.get_label_text()):
            axis.set_label_coords(0.5, 0.5)  # else the layout computes it, a third of the total time
        texts = {key: words[key] for key in ("title", "unit", "alt")}
        self._recorded["items"].append({"kind": "figure", "name": name, **texts, "reading": ""})
        table = pd.DataFrame(data)
        if wrong := export.not_in(fig, table):
            raise CheckFailed(f"figure {name!r}: {wrong}, which is not in the data that are exported with it")
        numbers = export.description(fig, table)
        seen: dict[str, Any] = {"alt": words["alt"]}
        if self._folder:
            seen["width"] = round(fig.get_figwidth() * fig.dpi)
            origin = {"tradelib": __version__, "notebook": self._recorded["notebook"], "parameters": self._origin()}
            origin["data"] = sorted({source["sha256"][:12] for source in self._recorded["sources"].values()})
            text = json.dumps(origin | {"source": self.source})
            export.save(fig, self._folder / "figures", name, table, text)
            # Drawn only once: the saved picture is shown, at the size that it has in a notebook without files.
            picture = (self._folder / "figures" / f"{name}.png").read_bytes()
        else:
            picture = print_figure(fig)
        shown = {"image/png": b64encode(picture).decode("ascii"), "text/plain": numbers}
        display(shown, raw=True, metadata={"image/png": seen})
        plt.close(fig)

    def table(self, frame: pd.DataFrame, name: str, title: str, decimals: int = 1) -> None:
        """Show a table, rounded for print only, and export it unrounded; figures of a release keep their proofs."""
        numbers = [column for column in frame if _all_numbers(frame[column])]
        shown, proofs = frame.copy(), pd.DataFrame("", frame.index, frame.columns)
        for column in numbers:
            values = frame[column].tolist()
            texts = ["" if pd.isna(value) else printed(value, decimals) for value in values]
            shown[column], proofs[column] = texts, list(map(sentences.prove, texts, values))
        stubs = [pd.api.types.is_numeric_dtype(frame.index.get_level_values(at)) for at in range(frame.index.nlevels)]
        rows = shown.reset_index().astype(str)
        item: dict[str, Any] = {"kind": "table", "name": name, "title": title, "reading": ""}
        item["columns"] = list(map(str, rows.columns))
        item["numeric"] = [*stubs, *(column in numbers for column in frame)]
        item["rows"] = rows.to_numpy().tolist()
        item["proofs"] = [[""] * len(stubs) + row for row in proofs.to_numpy().tolist()]
        self._recorded["items"].append(item)
        if self._folder:
            (self._folder / "tables").mkdir(parents=True, exist_ok=True)
            unrounded = frame.astype(dict.fromkeys(numbers, float))
            unrounded.to_csv(self._folder / "tables" / f"{name}.csv", float_format="%.12g", lineterminator="\n")
        _say(f"**{title}**")
        display(shown)

    def tiles(self, *tiles: tuple[str, str, str, str]) -> None:
        """Show the key figures of the first screen, each with a label, a value, its change, and a line below."""
        rows = [[_linked(text) for text in tile] for tile in tiles]
        self._recorded["items"].append({"kind": "tiles", "name": "tiles", "title": "", "reading": "", "rows": rows})
        _say("\n".join(f"- {tile[0]}: **{tile[1]}**; {tile[2]}; {tile[3]}" for tile in tiles))

    def text(self, name: str, title: str, paragraphs: Sequence[str]) -> None:
        """Show a text under its title and record it as an item; the recorded text is Markdown."""
        body = "\n\n".join(paragraphs)
        item = {"kind": "text", "name": name, "title": sentences.plain(title), "reading": _linked(body)}
        self._recorded["items"].append(item)
        _say(f"**{title}**\n\n{body}")

    def reading(self, text: str) -> None:
        """Say in words, computed from the results, what the last figure or table shows; dollar signs mean money."""
        if self._recorded["items"]:
            item = self._recorded["items"][-1]
            item["reading"] = "\n\n".join(filter(None, [item["reading"], _linked(text)]))
        _say(text)

    def result(self, **values: float | str | bool | None) -> None:
        """Record key results, unrounded, by name."""
        self._recorded["results"] |= {k: None if isinstance(v, float) and pd.isna(v) else v for k, v in values.items()}

    def check(
        self, claim: str, got: Any, *, expected: Any = None, within: float = 0.0, at_most: float | None = None,
    ) -> None:  # fmt: skip
        """Check that a value is as expected; both are printed, so that a comparison of outputs covers both.

        Parameters
        ----------
        claim : str
            What must hold, in words.
        got : object
            The computed value; a number if ``at_most`` or ``within`` is given.
        expected : object, optional
            The value that it must have.
        within : float
            Tolerance: the largest absolute difference from ``expected``.
        at_most : float, optional
            Upper limit of a number, instead of ``expected``.
        """
        if at_most is not None:
            holds, wanted = got <= at_most, f"at most {at_most:g}"
        elif within:
            holds, wanted = abs(got - expected) <= within, f"{_in_words(expected, within)} within {within:g}"
        else:
            holds, wanted = got == expected, _in_words(expected, 0)
        outcome = f"got {_in_words(got, within or at_most or 0)}, expected {wanted}"
        self._recorded["checks"].append({"claim": claim, "holds": bool(holds), "found": outcome})
        print(f"{'ok  ' if holds else 'FAIL'} {claim}: {outcome}")  # noqa: T201

    def finish(self) -> None:
        """Write ``results.json`` if there is an output folder; then raise if a check failed.

        Raises
        ------
        CheckFailed
            A check failed; the message names every claim that does not hold.
        """
        self._recorded |= {"proofs": sentences.proofs(), "origin": self._origin()}
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(self._recorded, indent=2, ensure_ascii=False, allow_nan=False, default=_plain)
            partial = self._folder / ".results.json"
            partial.write_text(text + "\n", encoding="utf-8")
            partial.replace(self._folder / "results.json")  # atomic: a killed kernel leaves no partial file
        failed = [check["claim"] for check in self._recorded["checks"] if not check["holds"]]
        if failed:
            raise CheckFailed("does not hold: " + "; ".join(failed))
        print(f"{len(self._recorded['checks'])} checks hold.")  # noqa: T201


def _say(text: str) -> None:
    """Display Markdown in which dollar signs are money.

    JupyterLab takes the text between two dollar signs for mathematics, even if they are escaped, but not if they are
    in different elements.
    """
    display(Markdown(sentences.plain(text).replace("$", r"<span>\$</span>")))


def _linked(text: str) -> str:
    """Return a text with the links of its numbers in Markdown instead of HTML."""
    return html.unescape(re.sub(r'<a class="n" href="(#\w+)">(.*?)</a>', r"[\2](\1)", text))


def _all_numbers(column: pd.Series) -> bool:
    """Return whether a column holds only numbers, figures of a release or missing values; booleans do not count."""
    if column.dtype == object:
        return column.notna().any() and all(isinstance(value, float) or value is None for value in column)
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold: the Python number of a NumPy scalar, or a text."""
    return value.item() if hasattr(value, "item") else str(value)


def _in_words(value: Any, scale: float) -> str:
    """Return a value as text; numbers are rounded to a hundredth of ``scale``, so that all platforms print the same."""
    if isinstance(value, (list, tuple, set)):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, (int, float, np.number)) and scale and np.isfinite(value):
        return f"{round(float(value) / scale * 100) * scale / 100:.6g}"
    return str(value)
