"""How a result shows itself: in a few words, as a small table, as a figure, under the same names everywhere."""

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
"""Rows of a table that a result shows of itself."""


class Result(ABC):
    """What a public function returns: ``summary()`` in words, ``table``, ``plot()``.

    A subclass has its own ``summary`` and ``table``; ``tradelib.plot`` knows how to draw it. One whose point is a
    figure (``is_drawn``) shows that, too, in a notebook.
    """

    is_drawn: ClassVar[bool] = False

    find_verb: ClassVar[Callable[[str], Any]]
    """Finds a verb by its name; the front door of the package sets it, for drawing lies in a room above this one."""

    if TYPE_CHECKING:

        @property
        def table(self) -> pd.DataFrame:
            """The result as a table."""

    @abstractmethod
    def summary(self) -> str:
        """Return the result in a few lines."""

    def plot(self, **options: Any) -> Figure:
        """Return the result drawn in the house style, as ``tradelib.plot`` does."""
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
