"""`python -m ringme_contract` is the command ringme-contract."""

from ringme_contract.cli import main

main()
