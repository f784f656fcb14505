"""One module per file format read or written; none of them writes to the database."""
