"""`python -m ringme_mock`, the same as the command `ringme-mock`."""

from ringme_mock.cli import main

if __name__ == "__main__":
    main(prog_name="ringme-mock")
