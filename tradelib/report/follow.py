"""Progress on the console while notebooks run."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console

    from tradelib.report.execution.jobs import Job, Outcome

FEW = 40
"""Up to this many runs get a line each; of more, every twentieth part of them does, and every failure."""


@contextmanager
def follow(
    console: Console,
) -> Iterator[tuple[Callable[[Sequence[Job], dict[str, str]], None], Callable[[Outcome], None]]]:
    """Provide the ``begin`` and ``progress`` callbacks of ``report`` and ``sweep``.

    A terminal also shows a status line. Each failure is printed at once.
    """
    done = failed = total = 0
    why, begun, alike = dict[str, str](), 0.0, False
    with console.status("Checking the parameters") as status:

        def begin(jobs: Sequence[Job], reasons: dict[str, str]) -> None:
            nonlocal total, alike, begun
            total, alike, begun = len(jobs), len({job.notebook for job in jobs}) == 1 < len(jobs), time.monotonic()
            why.update(reasons)
            if existing := [_name(job, alike=alike) for job in jobs if job.place not in reasons]:
                names = f": {', '.join(sorted(existing))}" if len(existing) <= FEW else ""
                console.print(f"{len(existing)} of {total} runs are there already (--force runs them anew){names}")

        def progress(outcome: Outcome) -> None:
            nonlocal done, failed
            done += 1
            failed += bool(outcome.error)
            name, existing = _name(outcome.job, alike=alike), total - len(why)
            if outcome.error:
                console.print(f"FAILED {name}\n  {outcome.error[:500]}", markup=False)
            elif len(why) <= FEW:
                reason = why[outcome.job.place]
                console.print(f"[{done}/{len(why)}] {name} done, {reason} ({outcome.seconds:.0f} s)", markup=False)
            line = _line(existing + done, total, failed, (time.monotonic() - begun) / done * (len(why) - done))
            status.update(line)
            if len(why) > FEW and not console.is_terminal and (20 * done) // total != (20 * (done - 1)) // total:
                console.print(line, markup=False)

        yield begin, progress


def _name(job: Job, *, alike: bool) -> str:
    """Return the notebook's name or, if all jobs are of one notebook, the parameters; long values are cut."""
    texts = {name: repr(value) for name, value in job.values.items() if value is not None}
    values = ", ".join(f"{name}={text if len(text) <= 80 else text[:80] + '...'}" for name, text in texts.items())
    return values if alike else job.notebook


def _line(done: int, total: int, failed: int, left: float) -> str:
    wait = f"about {dt.timedelta(seconds=round(left))} left" if done < total else ""
    return ", ".join(filter(None, [f"{done} of {total} runs", f"{failed} failed" if failed else "", wait]))
