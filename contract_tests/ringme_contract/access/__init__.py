"""Who may do what: identity by operation by object."""
