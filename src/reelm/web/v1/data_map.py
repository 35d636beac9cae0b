"""`/data-map`: what a realm keeps, why, how long and who receives it."""

from typing import cast

from fastapi import APIRouter, Request, Response

from reelm.web.views.data_map import DataMapView

router = APIRouter(tags=["trust"])


@router.get("/data-map", response_model=DataMapView)
async def get_data_map(request: Request) -> Response:
    """Every column of every table, with its kind of data and what may leave the realm. Nobody's data is in it."""
    body = cast("bytes", request.app.state.data_map)
    return Response(body, headers={"Cache-Control": "public, max-age=300"}, media_type="application/json")
