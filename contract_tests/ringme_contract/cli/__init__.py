"""The commands of ringme-contract."""
