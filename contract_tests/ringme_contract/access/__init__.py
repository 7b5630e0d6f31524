"""Access: identity by operation by object."""
