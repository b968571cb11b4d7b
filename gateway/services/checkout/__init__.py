"""Creating and canceling a checkout session."""
