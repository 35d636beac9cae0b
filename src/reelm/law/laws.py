"""What do the files of laws say? One TOML file a law, read whole or refused."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from reelm.law.errors import LawMissing, LawsClaimTwice
from reelm.law.model import Breach, Clock, Law, Laws, Right, Rule, Section, Unit
from reelm.realms import Declaration, read_declaration

# The law of every place that no other names: what Reelm promises by itself.
FALLBACK = "reelm"

_Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]
_Place = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class _Words(Declaration):
    en: _Text
    fr_CA: Annotated[_Text, Field(alias="fr-CA")]  # noqa: N815

    def by_language(self) -> dict[str, str]:
        return {"en": self.en, "fr-CA": self.fr_CA}


class _Clock(Declaration):
    count: Annotated[int, Field(ge=1, le=1000)]
    unit: Annotated[Unit, Field(strict=False)]
    holidays: _Place | None = None

    def clock(self) -> Clock:
        return Clock(self.count, self.unit, self.holidays)


class _Right(Declaration):
    clock: _Clock
    extension: _Clock | None = None
    in_law: bool = True
    source: _Text


class _Breach(Declaration):
    threshold: _Words
    within: _Clock | None = None
    register_years: Annotated[int, Field(ge=1, le=20)]
    report: Annotated[list[Annotated[Section, Field(strict=False)]], Field(min_length=1)]
    source: _Text


class _File(Declaration):
    names: _Words
    cite: _Text
    authority: _Words
    zone: _Text
    places: list[_Place] = Field(default_factory=list[str])
    frames: list[str] = Field(default_factory=list[str])
    rights: dict[str, _Right]
    breach: _Breach


def load_laws(folder: Path) -> Laws:
    """Read every `*.toml` of the folder. Raises what `parse_laws` does."""
    return parse_laws({path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))})


def parse_laws(files: Mapping[str, str | bytes]) -> Laws:
    """Laws by code, which is the name of the file. Each tells every right.

    Raises `DeclarationNotToml`, `DeclarationWrong`, `LawMissing`, `LawsClaimTwice`.
    """
    declared = {code: read_declaration(_File, text, f"law/{code}.toml") for code, text in files.items()}
    if FALLBACK not in declared:
        raise LawMissing(file=f"law/{FALLBACK}.toml")
    for code, file in declared.items():
        if set(file.rights) != set(Right):
            raise LawMissing(file=f"law/{code}.toml")
    places = [(place, code) for code, file in declared.items() for place in file.places]
    frames = [(frame, code) for code, file in declared.items() for frame in file.frames]
    _check_once([name for name, _ in places + frames])
    return Laws({code: _law(code, file) for code, file in declared.items()}, dict(places), dict(frames), FALLBACK)


def _check_once(names: list[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise LawsClaimTwice(places=", ".join(twice))


def _law(code: str, file: _File) -> Law:
    return Law(
        code=code,
        names=file.names.by_language(),
        cite=file.cite,
        authority=file.authority.by_language(),
        zone=file.zone,
        rights={right: _rule(right, file.rights[right]) for right in Right},
        breach=Breach(
            threshold=file.breach.threshold.by_language(),
            within=file.breach.within.clock() if file.breach.within else None,
            register_years=file.breach.register_years,
            report=tuple(file.breach.report),
            source=file.breach.source,
        ),
    )


def _rule(right: Right, declared: _Right) -> Rule:
    extension = declared.extension.clock() if declared.extension else None
    return Rule(right, declared.clock.clock(), extension, declared.in_law, declared.source)
