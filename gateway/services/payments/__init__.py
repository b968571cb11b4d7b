"""Reading and watching a payment."""
