"""The stored records as lists and single addresses: one module for each subject."""
