"""Reads: load rows the reader may see, hand them to the analysis, return results."""
