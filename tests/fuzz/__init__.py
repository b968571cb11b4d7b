"""What anonymous clients may send, in bulk: webhooks, documents, WebSocket frames, and schemathesis' own cases.

Each module runs alone, `python -m tests.fuzz.<name> --cases 20000 --seed N`, and small in the suite.
"""
