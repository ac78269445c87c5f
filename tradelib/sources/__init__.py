"""Readers of the official files: they return checked facts, each with the cell that it comes from."""
