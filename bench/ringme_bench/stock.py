"""Stock Connexion: its AsyncApp on the mock's document, with functions that answer constants."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from ringme_bench.material import Material

warnings.simplefilter("ignore")
os.environ["TOKENINFO_FUNC"] = "ringme_bench.stock.token_info"


def token_info(token: str) -> dict[str, Any]:
    """Any token is good for everything."""
    return {"sub": token, "scope": ["all", "call_api"]}


def build(spec: Path, material: Material) -> Any:
    """The application."""
    # Only now: Connexion looks for the function above when it reads the document.
    import yaml
    from connexion import AsyncApp
    from connexion.resolver import Resolution, Resolver

    logging.getLogger("connexion").setLevel(logging.ERROR)
    extension, extensions, group = material.extension, material.extensions, material.group

    async def get_extension(client_id: str, extension_id: int) -> Any:
        return extension

    async def list_extensions(client_id: str, page: int = 1, per_page: int = 30) -> Any:
        return extensions[(page - 1) * per_page : page * per_page]

    async def create_group(client_id: str, body: dict[str, Any]) -> Any:
        return group, 201

    async def nothing() -> Any:
        return {}

    functions = {
        "getExtension": get_extension,
        "listExtensions": list_extensions,
        "createExtensionGroup": create_group,
    }

    class Constants(Resolver):  # type: ignore[misc]
        """The function of an operation, by its id."""

        def resolve(self, operation: Any) -> Any:
            name = operation.operation_id
            return Resolution(functions.get(name, nothing), name)

    app = AsyncApp("stock")
    # As a mapping: a file would be rendered as a Jinja template.
    app.add_api(yaml.load(spec.read_text("utf-8"), yaml.CSafeLoader), resolver=Constants())
    return app


if __name__ == "__main__":
    from ringme_bench.floor import serve

    material = Material.read(Path(sys.argv[2]))
    serve(build(Path(sys.argv[3]), material), int(sys.argv[1]), lifespan=True)
