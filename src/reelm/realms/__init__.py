"""Where does a person belong, under which rules? Owns countries, realms, the map in force and `realm_maps`.

Promises: whatever set of realms runs, every place has one realm; nobody is admitted to a realm that is not theirs;
a file of realms or of decisions that is not understood leaves the map of before in force; each map that came into
force has one entry in the log.
"""

from reelm.realms.atlas import Atlas, Sources
from reelm.realms.cards import Card
from reelm.realms.declared import Declaration, read_declaration
from reelm.realms.departures import Departure
from reelm.realms.deployment import count_moved, list_due, narrow, parse_deployment
from reelm.realms.errors import (
    CountryUnknown,
    DecisionsNotInOrder,
    DeclarationMissing,
    DeclarationNotToml,
    DeclarationWrong,
    NoDecisionInForce,
    PlacesClaimedTwice,
    PlacesUnclaimed,
    PlacesUnknown,
    RealmIsAnother,
    RealmsOutOfReach,
    RealmsUnknown,
    RegionNotOfCountry,
    RegionRequired,
    ResidentsMoveBeforeDecision,
    TooYoung,
)
from reelm.realms.model import Country, Decision, Realm, RealmMap, Region, Residence, World
from reelm.realms.noting import find_faults, note_maps
from reelm.realms.placement import age_on, check_age, place
from reelm.realms.residence import RESIDENCE_HEADER, format_residence, residence_text
from reelm.realms.world import parse_world

__all__ = [
    "RESIDENCE_HEADER",
    "Atlas",
    "Card",
    "Country",
    "CountryUnknown",
    "Decision",
    "DecisionsNotInOrder",
    "Declaration",
    "DeclarationMissing",
    "DeclarationNotToml",
    "DeclarationWrong",
    "Departure",
    "NoDecisionInForce",
    "PlacesClaimedTwice",
    "PlacesUnclaimed",
    "PlacesUnknown",
    "Realm",
    "RealmIsAnother",
    "RealmMap",
    "RealmsOutOfReach",
    "RealmsUnknown",
    "Region",
    "RegionNotOfCountry",
    "RegionRequired",
    "Residence",
    "ResidentsMoveBeforeDecision",
    "Sources",
    "TooYoung",
    "World",
    "age_on",
    "check_age",
    "count_moved",
    "find_faults",
    "format_residence",
    "list_due",
    "narrow",
    "note_maps",
    "parse_deployment",
    "parse_world",
    "place",
    "read_declaration",
    "residence_text",
]
