"""Readers of the official files: from what the agencies publish to facts with their cells, checked."""
