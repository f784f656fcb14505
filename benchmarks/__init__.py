"""Measurements against bare SQL in the same run; ``make bench`` prints them."""
