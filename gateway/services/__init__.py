"""What the gateway does: use cases. The only layer where a transaction opens; entry points call it and translate."""
