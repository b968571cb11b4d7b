"""The schema's types, one file a noun. Each is built from a domain value by its `of`."""
