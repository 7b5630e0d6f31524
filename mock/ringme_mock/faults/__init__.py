"""What goes wrong on purpose: answers, delays and broken connections."""
