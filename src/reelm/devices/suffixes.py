"""Below which names does the world register others? The Public Suffix List (publicsuffix.org), as a package has it.

To block such a name would be to block all of its holders; to prove it would be to own theirs.
"""

from functools import cache
from typing import Any

from publicsuffixlist import PublicSuffixList


def is_public_suffix(domain: str) -> bool:
    """
    >>> is_public_suffix("co.uk"), is_public_suffix("institution.example")
    (True, False)
    """
    return bool(_list().is_public(domain))


@cache
def _list() -> Any:
    return PublicSuffixList()
