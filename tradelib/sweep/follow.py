"""What a person sees while a sweep runs."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from tradelib.report.jobs import Outcome


@contextmanager
def follow(console: Console, total: int) -> Iterator[tuple[Callable[[Outcome], None], Callable[[int], None]]]:
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
                console.print(f"FAILED {outcome.job.values}: {outcome.error[:500]}\n  see failed/{outcome.job.place}",
                              markup=False)  # fmt: skip
            line = _line(skipped + done, total, failed, (time.monotonic() - begun) / done * (total - skipped - done))
            status.update(line)
            if not console.is_terminal and (20 * done) // total != (20 * (done - 1)) // total:
                console.print(line, markup=False)

        yield progress, skipping


def _line(done: int, total: int, failed: int, left: float) -> str:
    words = [f"{done} of {total} runs"]
    if failed:
        words.append(f"{failed} failed")
    if done < total:
        words.append(f"about {dt.timedelta(seconds=round(left))} left")
    return ", ".join(words)
