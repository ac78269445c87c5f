"""Engines of analysis: forecasts, trends and breaks, chained dollars, revisions."""
