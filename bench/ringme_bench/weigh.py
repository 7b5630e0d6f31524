"""How much memory items take: `python -m ringme_bench.weigh records 100000` prints bytes an item.

A process of its own, whose memory holds nothing that is free to be used again.
"""

from __future__ import annotations

import gc
import subprocess
import sys

from ringme_bench.growth_data import with_groups, with_records
from ringme_bench.process import BENCH, own_memory
from ringme_mock.store.fixtures import load_store
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC

_FILL = {"records": with_records, "groups": with_groups}


def weigh(what: str, count: int) -> int:
    """Bytes that each of so many items takes."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, what, str(count)],
        capture_output=True,
        text=True,
        cwd=BENCH,
        check=True,
    )
    return round(float(done.stdout))


def _main() -> None:
    what, count = sys.argv[1], int(sys.argv[2])
    seed = load_store(Contract(read_yaml(SPEC)), FIXTURES)
    gc.collect()
    before = own_memory()
    filled = _FILL[what](seed, count)
    gc.collect()
    print((own_memory() - before) / count)
    del filled


if __name__ == "__main__":
    _main()
