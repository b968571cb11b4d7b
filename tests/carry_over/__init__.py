"""A database that an earlier commit made with its own code, carried over to this one: `python -m tests.carry_over`."""
