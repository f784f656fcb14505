"""How dates and numbers are written, where a language leaves it open."""
