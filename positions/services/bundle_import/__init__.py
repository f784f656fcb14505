"""Bringing a bundle into the record: everything is checked first, then written in one go."""
