"""Many series at once: all cores, progress, and no stop at a series that fails."""

from __future__ import annotations

import os
import sys
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tradelib.quantity.errors import ParameterError, TradelibError
from tradelib.seasonal.x13 import Adjustment, x13

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tradelib.seasonal.x13.spec import Engine


@dataclass(frozen=True)
class Batch:
    """Many adjustments.

    Attributes
    ----------
    results : dict of str to Adjustment
        The series that could be adjusted, in the order given.
    failures : dict of str to Exception
        The others, with what was wrong.
    """

    results: dict[str, Adjustment]
    failures: dict[str, Exception]

    def summary(self) -> str:
        """Return how many were adjusted, and what was wrong with each of the others."""
        lines = [f"{name}: {_told(error)}" for name, error in self.failures.items()]
        return "\n".join([f"{len(self.results)} adjusted, {len(self.failures)} failed", *lines])


def x13_batch(
    series: Mapping[str, pd.Series] | pd.DataFrame,
    engine: Engine | Literal["as specified"] | None = "as specified",
    *,
    workers: int | None = None,
    progress: bool | None = None,
    **asked: Any,
) -> Batch:
    """Adjust many series.

    Parameters
    ----------
    series : DataFrame or mapping of str to Series
        As ``x13`` takes them, each name once; missing months at the ends of a column are left out.
    engine : {"seats", "x11"} or None
        As ``x13`` takes it.
    workers : int, optional
        How many run at once; by default one more than there are cores, so that none is idle while a result is read.
        Threads are enough: the work is in the programs they start.
    progress : bool, optional
        Show a bar on standard error; by default when that is a terminal.
    **asked
        Passed on to ``x13``.

    Returns
    -------
    Batch
        A series that fails, for whatever reason, is reported there and does not stop the others.

    Raises
    ------
    ParameterError
        Two series have one name, also as text: 1 and "1".
    """
    names = [str(name) for name in series.keys()]  # noqa: SIM118 - a DataFrame has columns
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ParameterError(f"found more than one series named {', '.join(twice)}; expected each name once")
    shown = sys.stderr.isatty() if progress is None else progress
    outcomes: dict[str, Adjustment | Exception] = {}
    with _bar(len(series), shown=shown) as advance, ThreadPoolExecutor(workers or (os.cpu_count() or 1) + 1) as pool:
        waiting: dict[Future[Adjustment], str] = {
            pool.submit(_adjust, str(name), column, engine, asked): str(name) for name, column in series.items()
        }
        try:
            for one in as_completed(waiting):
                outcomes[waiting[one]] = _outcome(one)
                advance()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    results = {name: got for name in names if isinstance(got := outcomes[name], Adjustment)}
    failures = {name: got for name in names if isinstance(got := outcomes[name], Exception)}
    return Batch(results, failures)


def _adjust(
    name: str, column: Any, engine: Engine | Literal["as specified"] | None, asked: Mapping[str, Any]
) -> Adjustment:
    return x13(column.rename(name) if isinstance(column, pd.Series) else column, engine, **asked)


def _outcome(one: Future[Adjustment]) -> Adjustment | Exception:
    try:
        return one.result()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other series go on and the person is told
        return error


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, TradelibError) else f"{type(error).__name__}: {error}"


@contextmanager
def _bar(total: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    """Yield what advances a progress bar by one, or does nothing."""
    if not shown:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("X-13", total=total)
        yield lambda: progress.advance(task)
