"""The engines: each turns a resolved scenario into the same record."""
