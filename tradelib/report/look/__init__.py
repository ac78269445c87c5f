"""The look of figures, and what leaves the notebook with them."""
