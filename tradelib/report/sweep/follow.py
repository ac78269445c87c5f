"""What a person sees while a sweep runs."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.console import Console

    from tradelib.report.execution.jobs import Outcome


@contextmanager
def follow(
    console: Console, total: int, folder: Path
) -> Iterator[tuple[Callable[[Outcome], None], Callable[[int], None]]]:
    """Provide the two functions that ``sweep`` tells of its progress.

    A terminal shows one changing line; a log gets a line for every twentieth part. Each failure is told at once.
    """
    done = failed = skipped = 0
    begun = time.monotonic()
    with console.status(f"0 of {total} runs") as status:

        def skipping(count: int) -> None:
            nonlocal skipped
            skipped = count
            if count:
                console.print(f"{count} of {total} runs are there already (--force runs them anew).")

        def progress(outcome: Outcome) -> None:
            nonlocal done, failed
            done += 1
            if outcome.error:
                failed += 1
                place = folder / "failed" / outcome.job.place
                console.print(f"FAILED {_asked(outcome)}\n  {outcome.error[:500]}\n  see {place}", markup=False)
            line = _line(skipped + done, total, failed, (time.monotonic() - begun) / done * (total - skipped - done))
            status.update(line)
            if not console.is_terminal and (20 * done) // total != (20 * (done - 1)) // total:
                console.print(line, markup=False)

        yield progress, skipping


def _asked(outcome: Outcome) -> str:
    """Return what was asked of a run, without what was left to the notebook; long texts cut."""
    said = {name: repr(value) for name, value in outcome.job.values.items() if value is not None}
    return ", ".join(f"{name}={text if len(text) <= 80 else text[:80] + '...'}" for name, text in said.items())


def _line(done: int, total: int, failed: int, left: float) -> str:
    words = [f"{done} of {total} runs"]
    if failed:
        words.append(f"{failed} failed")
    if done < total:
        words.append(f"about {dt.timedelta(seconds=round(left))} left")
    return ", ".join(words)
