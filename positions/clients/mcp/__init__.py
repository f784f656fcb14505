"""A server of the Model Context Protocol: it reads the record for a language model, with a citation on every answer."""
