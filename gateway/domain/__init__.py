"""What a payment is: pure rules, no I/O, no clock, the standard library alone."""
