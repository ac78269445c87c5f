"""Analyses: forecasts, trends, breaks and revisions."""
