"""Which transfers have been assessed, until when, under which agreement? Read from `transfers.toml`. Pure."""

import tomllib
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from reelm.gateway.errors import RulesMalformed
from reelm.kernel.ids import RealmCode
from reelm.ledger import Purpose

TRANSFERS = "transfers.toml"
_Realm = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]{2,3})?$")]


class Transfer(BaseModel):
    """One route, assessed. `agreement` is the SHA-256 of the agreement's text, `agreement_file` where it lies."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: _Realm = Field(alias="from")
    to: _Realm
    assessment: Annotated[str, StringConstraints(pattern=r"^(PIA|TIA)-20[0-9]{2}-[0-9]{1,4}$")]
    made: date
    valid_until: date
    law: str
    agreement_file: str = Field(alias="agreement")
    purposes: tuple[Purpose, ...]
    agreement: str = Field(default="", alias="digest")

    def covers(self, purpose: Purpose, today: date) -> bool:
        """Whether it says yes to this purpose on this day."""
        return purpose in self.purposes and self.made <= today <= self.valid_until


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    transfer: tuple[Transfer, ...] = ()


def read_transfers(files: Mapping[str, bytes]) -> tuple[Transfer, ...]:
    """The transfers in `files`, names relative to the folder of policies.

    Raises `RulesMalformed` for a file that is no TOML, a field that is not understood, an agreement that is not
    there, an assessment whose document is not there or is about something else, and a route that stands there twice
    for one purpose.
    """
    content = files.get(TRANSFERS)
    if content is None:
        return ()
    try:
        found = _File.model_validate(tomllib.loads(content.decode())).transfer
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesMalformed(file=TRANSFERS, fault=str(error)) from None
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RulesMalformed(file=TRANSFERS, fault=f"{where} is not understood") from None
    _refuse_twice(found)
    for transfer in found:
        _check_assessment(transfer, files)
    return tuple(_with_agreement(transfer, files) for transfer in found)


def _refuse_twice(found: tuple[Transfer, ...]) -> None:
    seen: set[tuple[str, str, Purpose]] = set()
    for transfer in found:
        for purpose in transfer.purposes:
            route = (transfer.from_, transfer.to, purpose)
            if route in seen:
                told = f"{transfer.from_} to {transfer.to} for {purpose} stands there twice"
                raise RulesMalformed(file=TRANSFERS, fault=told)
            seen.add(route)


def _check_assessment(transfer: Transfer, files: Mapping[str, bytes]) -> None:
    """Its document is there, and is about this route. Its days are told by the table of transfers alone."""
    name = f"assessments/{transfer.assessment}.md"
    text = files.get(name)
    if text is None:
        raise RulesMalformed(file=TRANSFERS, fault=f"{name} is not there")
    route = f"from `{transfer.from_}` to `{transfer.to}`"
    for wanted in (transfer.assessment, route):
        if wanted.encode() not in text:
            raise RulesMalformed(file=name, fault=f"it does not say “{wanted}”, as {TRANSFERS} does")


def _with_agreement(transfer: Transfer, files: Mapping[str, bytes]) -> Transfer:
    text = files.get(transfer.agreement_file)
    if text is None:
        raise RulesMalformed(file=TRANSFERS, fault=f"{transfer.agreement_file} is not there")
    return transfer.model_copy(update={"agreement": sha256(text).hexdigest()})


def find_transfer(
    transfers: tuple[Transfer, ...], from_: RealmCode, to: RealmCode, purpose: Purpose, today: date
) -> Transfer | None:
    """The assessment that lets this route be used for this purpose today."""
    for transfer in transfers:
        if (transfer.from_, transfer.to) == (from_, to) and transfer.covers(purpose, today):
            return transfer
    return None
