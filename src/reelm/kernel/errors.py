"""How does Reelm say no? One type, whose subclasses name the fact and carry it."""

import re
from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(eq=False)
class Problem(Exception):
    """A refusal a person can act on. Subclasses add typed facts; their words lie in `kernel/words/`.

    Facts are shown to the caller and written to logs: never put personal data in one.
    """

    status: ClassVar[int] = 400

    def __post_init__(self) -> None:
        super().__init__(self.slug())

    @classmethod
    def slug(cls) -> str:
        """The stable name of this refusal, as in its `type` URL.

        >>> class UploadTooLong(Problem): ...
        >>> UploadTooLong.slug()
        'upload-too-long'
        """
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    def facts(self) -> dict[str, object]:
        """The fields by name, for the words and for problem+json."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
