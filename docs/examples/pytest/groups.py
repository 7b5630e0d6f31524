"""Stands for your application: it lists the groups, and retries once after a 503."""

import httpx


def group_names(url: str, token: str) -> list[str]:
    """Name the groups that a user sees."""

    def ask() -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{url}/api/ver1.0/client/@me/extension_group/", headers=headers)

    response = ask()
    if response.status_code == 503:
        response = ask()
    response.raise_for_status()
    return [group["name"] for group in response.json()]
