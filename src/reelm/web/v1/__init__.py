"""The API, version 1: one file a resource."""

from fastapi import APIRouter

from reelm.web.v1 import (
    access,
    accounts,
    audits,
    blocks,
    comments,
    data_map,
    decisions,
    device,
    devices,
    directory,
    feed_parameters,
    follows,
    holds,
    incidents,
    likes,
    me,
    me_feed,
    me_ledger,
    me_move,
    me_passkeys,
    me_rights,
    me_sessions,
    notifications,
    organisations,
    places,
    realms,
    register,
    session,
    signals,
    transfers,
    trust,
    uploads,
    videos,
    witness,
)

router = APIRouter(prefix="/api/v1")
for resource in (accounts, session, me, uploads, videos, likes, comments, follows, notifications, places, realms):
    router.include_router(resource.router)
for resource in (
    blocks,
    feed_parameters,
    me_feed,
    access,
    data_map,
    me_ledger,
    me_move,
    me_passkeys,
    me_rights,
    me_sessions,
):
    router.include_router(resource.router)
router.include_router(me_rights.staff)
for resource in (trust, transfers, incidents, holds):
    router.include_router(resource.router)
for resource in (register, organisations, decisions, devices, directory, device, signals, audits):
    router.include_router(resource.router)

__all__ = ["router", "witness"]
