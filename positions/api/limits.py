"""How much one request may ask of the API."""

MOST_AT_ONCE = 1000
