"""Which law is somebody's? Found by where they live, and by the realm that claims the place."""

from dataclasses import dataclass

from reelm.law.model import Law, Laws
from reelm.realms import Atlas


@dataclass(frozen=True)
class LawBook:
    """The laws of a realm, and the map that says under which frame each place lies."""

    laws: Laws
    atlas: Atlas

    def of(self, country: str, region: str | None) -> Law:
        """The law of somebody who lives there; Reelm's own promise where no law of ours is of that place."""
        claims = self.atlas.world.claims
        realm = claims.get(f"{country}-{region}") or claims.get(country)
        return self.laws.of(country, region, realm.frame if realm else "")

    def named(self, code: str) -> Law:
        """The law of this code. Raises `KeyError`."""
        return self.laws.laws[code]

    def of_place(self, place: str) -> Law:
        """The same for a place as `FR` or `CA-QC`."""
        country, _, region = place.partition("-")
        return self.of(country, region or None)
