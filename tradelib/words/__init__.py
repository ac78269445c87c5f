"""The release in words: sentences whose numbers link to their cells, and the checker of texts."""
