"""The whole product as a newcomer meets it: real processes, a real browser, nothing replaced."""
