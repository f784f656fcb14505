"""File formats, read without a database."""
