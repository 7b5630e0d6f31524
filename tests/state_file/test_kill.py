"""kill -9 under load: acknowledged changes survive."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import httpx

from cli.command import serving

# Values of --sync.
ROUNDS = ("normal", "always", "normal", "always", "normal")
LIST = "/api/ver1.0/client/@me/extension_group/"


class Writer(threading.Thread):
    """Client that creates groups until the server is gone, and records the acknowledged ones."""

    def __init__(self, url: str, token: str, name: str) -> None:
        super().__init__(daemon=True)
        self._url, self._token, self._name = url, token, name
        self.acknowledged: dict[int, str] = {}

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        with httpx.Client(base_url=self._url, headers=headers, trust_env=False) as http:
            for number in range(10_000):
                name = f"{self._name} {number}"
                try:
                    response = http.post(LIST, json={"name": name})
                except httpx.TransportError:
                    return
                assert response.status_code == 201, response.text
                self.acknowledged[response.json()["id"]] = name


def test_acknowledged_writes_survive_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    known: dict[int, str] = {}
    token = ""
    for number, sync in enumerate(ROUNDS):
        with serving("--state", str(path), "--sync", sync) as command:
            url = command.url
            if not token:
                body = {"login": "client-admin"}
                made = httpx.post(f"{url}/__mock__/tokens", json=body, trust_env=False)
                token = made.json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            found = httpx.get(f"{url}{LIST}", headers=headers, trust_env=False).json()
            names = {one["id"]: one["name"] for one in found}
            assert {key: names.get(key) for key in known} == known
            writers = [Writer(url, token, f"round {number} writer {one}") for one in range(2)]
            for writer in writers:
                writer.start()
            while not all(len(writer.acknowledged) > 5 * number for writer in writers):
                time.sleep(0.01)
                assert all(writer.is_alive() for writer in writers)
            command.process.kill()
            for writer in writers:
                writer.join(10)
                known.update(writer.acknowledged)
    with serving("--state", str(path)) as command:
        command.end(signal.SIGTERM)
    # Everything is in one file, which only its owner may read.
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o077 == 0
