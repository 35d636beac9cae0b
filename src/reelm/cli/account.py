"""`reelm account create`: an account made by the operator, such as the first moderator's."""

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

from reelm import accounts
from reelm.bootstrap import open_atlas
from reelm.cli.cell import find_settings
from reelm.infra.db import Database
from reelm.kernel.errors import Problem


@dataclass(eq=False)
class BirthDateNotUnderstood(Problem):
    """Not written as YYYY-MM-DD."""

    status: ClassVar[int] = 422


def run_create(arguments: argparse.Namespace) -> int:
    """Create the account and print its id, handle and realm."""
    settings = find_settings(arguments.data)
    try:
        born = date.fromisoformat(arguments.birth_date)
    except ValueError:
        raise BirthDateNotUnderstood from None
    new = accounts.NewAccount(
        handle=arguments.handle,
        password=sys.stdin.readline().rstrip("\n"),
        birth_date=born,
        country=arguments.country,
        region=arguments.region,
        locale=arguments.locale,
        role=accounts.Role(arguments.role),
    )

    atlas = open_atlas(settings)

    async def create() -> accounts.Person:
        async with Database(settings.database_url) as database:
            return await accounts.sign_up(database, new, atlas=atlas, at=datetime.now(UTC))

    person = asyncio.run(create())
    made = {"id": str(person.id), "handle": person.handle, "realm": settings.realm}
    print(json.dumps(made) if arguments.json else f"Created @{person.handle} in realm {settings.realm}.")
    return 0
