"""Reads: what each reader gets, and at what cost."""
