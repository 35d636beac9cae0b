"""How is the web role put together?"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

import reelm
from reelm.bootstrap import open_cell
from reelm.infra.settings import Settings
from reelm.kernel.time import Clock
from reelm.videos import Clip
from reelm.web import hot, hot_schema, ledger_files, mdm, pages, problems, scim, signals, v1, well_known
from reelm.web.guard import Guard
from reelm.web.kept import Kept
from reelm.web.suspended import Suspended
from reelm.web.views.clips import VideoView
from reelm.web.views.data_map import show_data_map


def build_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The app of one realm; opens its cell when it starts."""

    def present(clip: Clip) -> bytes:
        return VideoView.of(clip, settings.realm).model_dump_json(exclude_none=False).encode()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with open_cell(settings, present, clock) as cell:
            app.state.cell = cell
            app.state.trust = Kept[bytes](keep_s=1.0)
            app.state.data_map = show_data_map().model_dump_json().encode()
            yield

    app = FastAPI(
        title="Reelm",
        version=reelm.__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.router.routes.extend(_list_routes())
    app.add_middleware(Suspended)
    problems.install(app)
    return app


@cache
def _list_routes() -> list[BaseRoute]:
    """The routes of every realm of this process: FastAPI works out each one's fields when it is first looked for."""
    router = APIRouter()
    router.routes.extend(hot.ROUTES)  # before their schema, so that they answer
    for one in (hot_schema, v1, v1.witness, well_known, ledger_files, scim, signals, mdm):
        router.include_router(one.router)
    router.include_router(pages.oembed)
    router.include_router(pages.router)
    return router.routes


def build_guarded(settings: Settings, clock: Clock | None = None) -> ASGIApp:
    """The app inside its guard: what a server runs."""
    return Guard(build_app(settings, clock))
