"""Contract kit against several processes behind a load balancer."""

from __future__ import annotations

from pathlib import Path

from support.kit_command import ringme_contract
from workers.balancer import balanced
from workers.redis_server import RedisServer
from workers.replicas import replicas


def test_all_rules_pass_behind_a_round_robin_load_balancer(
    redis: RedisServer, tmp_path: Path
) -> None:
    with (
        replicas(tmp_path, 3, "--state", redis.url, "--validate-responses") as found,
        balanced(tmp_path, found) as url,
    ):
        result = ringme_contract(
            "check", f"{url}/s/kit", "--profile", "smoke", "--time-budget", "1h"
        )
        assert result.exit_code == 0, result.output
        exports = [one.control("GET", "state?format=json", session="kit") for one in found]
        assert exports[0] == exports[1] == exports[2]
