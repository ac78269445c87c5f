"""Draw the picture of README and start page from the bundled release about March 2025."""

from __future__ import annotations

from pathlib import Path

from matplotlib import pyplot as plt

import tradelib
from tradelib.report.look import charts, figures

balance = tradelib.load("BOPGSTB", vintage="2025-03", unit="billions")["balance_total_bop_sa"]
newest, month = balance.iloc[-1], balance.index[-1]
record = " a record" if newest == balance.min() else ""
title = f"The U.S. trade deficit was{record} ${-newest:.1f} billion in {month:%B %Y}"
unit = "Balance on goods and services, billions of dollars a month, seasonally adjusted"
source = "U.S. Census Bureau and U.S. Bureau of Economic Analysis, FT-900 of May 6, 2025"

figures.style()
fig, ax = plt.subplots(figsize=(8.2, 3.4))
charts.filled_balance(ax, balance)
figures.finish(fig, title=title, unit=unit, source=source, alt=title)
fig.savefig(Path(__file__).with_suffix(".svg"), facecolor="white", metadata={"Date": None, "Creator": None})
