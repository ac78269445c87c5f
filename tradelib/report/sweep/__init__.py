"""One notebook for many parameters: what to run, the runs that survive, and the table and page they leave."""

from tradelib.report.sweep.run import Sweep, kept, sweep
from tradelib.report.sweep.table import jobs_of, sweep_of

__all__ = ["Sweep", "jobs_of", "kept", "sweep", "sweep_of"]
