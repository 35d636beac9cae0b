"""How are passwords kept? As argon2id hashes (RFC 9106), made on a thread so that the loop goes on."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The hash of nobody's password: verified when a handle does not exist, so that both answers take as long.
_NOBODY = _hasher.hash("nobody has this password")


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, password)


async def is_password(password: str, hashed: str | None) -> bool:
    """Whether `password` is the one behind `hashed`; `None` takes as long and is always false."""

    def verify() -> bool:
        try:
            return _hasher.verify(hashed or _NOBODY, password) and hashed is not None
        except (VerifyMismatchError, InvalidHashError):
            return False

    return await asyncio.to_thread(verify)
