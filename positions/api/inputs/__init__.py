"""What each kind of record is written from: one module for each subject."""
