"""One run of the notebooks: what to run, who runs it, and the folder and page it leaves."""

from tradelib.report.jobs import Job, Outcome, left_out, plan, threads
from tradelib.report.run import Report, ReportError, report

__all__ = ["Job", "Outcome", "Report", "ReportError", "left_out", "plan", "report", "threads"]
