"""What must hold at every committed state, checked."""
