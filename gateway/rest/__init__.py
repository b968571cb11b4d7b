"""The REST door, exactly as the integration guide documents it. It translates; every decision is made in services."""
