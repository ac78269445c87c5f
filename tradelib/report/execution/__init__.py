"""Notebooks executed: what to run, the kernels that run it, and the folder that appears when all is done."""

import sys

# jsonschema, which nbformat loads, would compile a grammar of web addresses for a second and a half of processor time;
# no notebook has an address to be checked.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from tradelib.report.execution.jobs import Job, Outcome, threads  # noqa: E402
from tradelib.report.execution.plan import plan, planned  # noqa: E402

__all__ = ["Job", "Outcome", "plan", "planned", "threads"]
