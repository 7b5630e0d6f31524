"""Log of the commands that made the state of a mock, so that it survives a restart."""
