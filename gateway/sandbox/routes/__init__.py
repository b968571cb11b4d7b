"""The `/v1` paths, one file a family.

A route reads parameters, calls the verb, and shows the object; it holds no rule.
"""
