"""The file of realms as it is delivered, and small worlds to break."""

from functools import cache
from pathlib import Path

from reelm.kernel.ids import RealmCode
from reelm.realms import RealmMap, World
from reelm.realms.deployment import narrow
from reelm.realms.iso import list_codes
from reelm.realms.world import parse_world

ROOT = Path(__file__).resolve().parents[3]
REALMS_FILE = ROOT / "deploy" / "realms.toml"


@cache
def delivered() -> World:
    """The world of `deploy/realms.toml`."""
    return parse_world(REALMS_FILE.read_bytes())


def map_of(*running: str) -> RealmMap:
    """Who serves whom there while these run."""
    return narrow(delivered(), tuple(map(RealmCode, running)))


def realm(code: str, **values: object) -> str:
    """One realm as a table of the file; `values` are TOML, and None leaves one out."""
    table: dict[str, object] = {
        "names": '{ en = "One", fr-CA = "Un" }',
        "frame": '"gdpr"',
        "languages": '["en"]',
        "minimum_age": 13,
        "consent_age": 16,
        "otherwise": '["eu"]',
    }
    lines = (f"{name} = {value}\n" for name, value in (table | values).items() if value is not None)
    return f"[realms.{code}]\n{''.join(lines)}"


def small_world(us: str = "", **eu: object) -> str:
    """`eu` claims everything but the US and CA-QC, which are those of `us`."""
    rest = [code for code in list_codes() if code != "US"]
    first = realm("eu", **({"countries": rest, "otherwise": '["us"]'} | eu))
    return first + (us or realm("us", countries='["US"]', regions='["CA-QC"]'))
