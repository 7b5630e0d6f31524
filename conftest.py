"""For all tests of the repository: the count of the rules that they cover."""

pytest_plugins = ["support.rule_count"]
