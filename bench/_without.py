"""The web role without the layer that refuses whom a decision suspends it for: what `refuse` compares with."""

import asyncio
from typing import Any

import reelm.web.app
from reelm.infra.settings import load_settings
from reelm.web.server import serve_web

_build = reelm.web.app.build_app


def _build_without(*arguments: Any) -> Any:
    app = _build(*arguments)
    app.user_middleware.clear()
    return app


if __name__ == "__main__":
    reelm.web.app.build_app = _build_without
    asyncio.run(serve_web(load_settings()))
