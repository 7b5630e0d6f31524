"""`python bench`, which `make bench` runs."""

from ringme_bench.command_line import main

if __name__ == "__main__":
    main(prog_name="python bench")
