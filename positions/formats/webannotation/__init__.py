"""Annotations of the W3C's model, and those of Hypothesis: written, and read as what a bundle needs."""

from positions.formats.webannotation.marks import Mark, Marks, Target
from positions.formats.webannotation.reading import read_annotations

__all__ = ["Mark", "Marks", "Target", "read_annotations"]
