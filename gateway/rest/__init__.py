"""The REST entry point, exactly as the integration guide documents it. It translates; services decide."""
