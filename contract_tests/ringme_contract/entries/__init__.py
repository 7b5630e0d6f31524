"""Entries of the target: what to send to make one, whose it is, and its removal."""
