"""A kit that tests any implementation of the API against its contract."""
