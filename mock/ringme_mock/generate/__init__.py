"""Generated entries that look real, one for a number or many at once, as the YAML files define."""

from ringme_mock.generate.arrive import arrive
from ringme_mock.generate.bulk import make_bulk

__all__ = ["arrive", "make_bulk"]
