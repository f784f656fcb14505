"""Files of the program Discourse Network Analyzer, version 3: read, and said as a bundle."""

from positions.formats.dna.bundle import DnaNames, dna_bundle, new_issue, new_party
from positions.formats.dna.project import DnaProject, DnaRoles
from positions.formats.dna.reading import read_dna

__all__ = ["DnaNames", "DnaProject", "DnaRoles", "dna_bundle", "new_issue", "new_party", "read_dna"]
