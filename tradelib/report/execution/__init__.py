"""Notebooks executed: what to run, the kernels that run it, and the folder that appears when all is done."""

from tradelib.report.execution.jobs import Job, Outcome, left_out, plan, threads

__all__ = ["Job", "Outcome", "left_out", "plan", "threads"]
