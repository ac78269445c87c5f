"""The style of figures, the charts that notebooks share, and the export of figures with their data."""
