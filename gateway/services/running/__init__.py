"""What a running process needs: admission, health, upkeep."""
