"""Log of the commands that made the state, so that the state survives a restart."""
