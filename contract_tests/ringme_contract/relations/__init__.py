"""Relations between answers that hold whatever the data are."""
