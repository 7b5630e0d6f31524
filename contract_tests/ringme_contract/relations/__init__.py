"""Relations between responses that hold whatever the data are."""
