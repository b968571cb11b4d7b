"""What the gateway says of itself while its database cannot be written to, and after."""
