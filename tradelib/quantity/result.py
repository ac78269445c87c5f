"""The common interface of results: a summary in words, a table, a figure."""

from __future__ import annotations

import base64
import html
import io
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.figure import Figure

_ROWS = 12
"""Rows of its table that the display of a result shows."""


class Result(ABC):
    """Base class of what public functions return: ``summary()`` in words, ``table``, ``plot()``.

    A subclass defines ``summary`` and ``table``; ``tradelib.plot`` draws it. In a notebook, a result with ``is_drawn``
    set also shows its figure.
    """

    is_drawn: ClassVar[bool] = False

    find_verb: ClassVar[Callable[[str], Any]]
    """Returns a verb by its name. ``tradelib/__init__.py`` sets it, because this package must not import drawing."""

    if TYPE_CHECKING:

        @property
        def table(self) -> pd.DataFrame:
            """The result as a table."""

    @abstractmethod
    def summary(self) -> str:
        """Return the result in a few lines."""

    def plot(self, **options: Any) -> Figure:
        """Return the figure that ``tradelib.plot`` draws of the result."""
        figure: Figure = Result.find_verb("plot")(self, **options)
        return figure

    def __repr__(self) -> str:
        table: str = self.table.to_string(max_rows=_ROWS, max_cols=8, line_width=120)
        return f"{self.summary()}\n\n{table}"

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in self.summary().splitlines())
        drawing = ""
        if self.is_drawn:
            self.plot().savefig(file := io.BytesIO(), dpi=100)
            drawing = f'<img alt="" src="data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}">'
        return f"{lines}{drawing}{self.table.to_html(max_rows=_ROWS, max_cols=8, border=0)}"
