"""What a number means: docs/methodology.md in pure Python, without Django or a database."""
