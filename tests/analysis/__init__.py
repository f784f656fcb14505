"""The method without a database: rule by rule, and the fast modules against the slow reference."""
