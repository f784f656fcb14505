"""What the database itself guarantees, the same on every engine."""
