"""English as the field writes it."""
