"""The API, version 1: one file a resource."""

from fastapi import APIRouter

from reelm.web.v1 import (
    access,
    accounts,
    comments,
    follows,
    likes,
    me,
    notifications,
    places,
    session,
    uploads,
    videos,
)

router = APIRouter(prefix="/api/v1")
for resource in (accounts, session, me, uploads, videos, likes, comments, follows, notifications, places, access):
    router.include_router(resource.router)

__all__ = ["router"]
