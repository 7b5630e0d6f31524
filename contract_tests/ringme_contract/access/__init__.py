"""Access: every identity, operation and object."""
