"""What each resource looks like to outsiders: one module for each subject."""
