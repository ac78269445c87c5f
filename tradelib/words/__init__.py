"""The release in words: numbers that remember their cells, sentences that know sign and number, the text checker."""
