"""Execution of notebooks: what to run, the kernels that run it, and the folder that is published at the end."""

from tradelib.report.execution.jobs import Job, Outcome, threads
from tradelib.report.execution.plan import planned

__all__ = ["Job", "Outcome", "planned", "threads"]
