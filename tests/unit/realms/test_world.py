"""The file of realms: what it says as it is delivered, and how it refuses what is wrong."""

import pytest
from tests.unit.realms.worlds import delivered, realm, small_world

from reelm.kernel.errors import Problem
from reelm.realms.iso import list_codes
from reelm.realms.world import list_stand_ins, parse_world


def test_the_delivered_file_claims_every_country_once_and_quebec_apart() -> None:
    claimed = [place for one in delivered().realms.values() for place in one.places]
    assert sorted(claimed) == sorted([*list_codes(), "CA-QC"])


def test_the_delivered_file_gives_each_member_state_its_age_of_consent() -> None:
    eu = delivered().realms[delivered().claims["FR"].code]
    expected = {13: "BE EE FI IS LV MT NO PT SE", 14: "AT BG CY ES IT LT", 15: "CZ DK FR GR SI"}
    expected |= {16: "DE HR HU IE LI LU NL PL RO SK"}
    ages = {code: age for age, codes in expected.items() for code in codes.split()}
    assert len(ages) == 30
    assert {code: eu.consent_age_in(code) for code in ages} == ages


@pytest.mark.parametrize(
    ("realm", "nearest"),
    [("ca-qc", ["ca-qc", "ca", "us"]), ("ca", ["ca", "ca-qc", "us"]), ("gb", ["gb", "eu"]), ("us", ["us", "eu"])],
)
def test_who_stands_in_first(realm: str, nearest: list[str]) -> None:
    codes = {str(code): code for code in delivered().realms}
    assert list(list_stand_ins(delivered(), codes[realm]))[: len(nearest)] == nearest


def test_the_small_world_is_taken() -> None:
    world = parse_world(small_world())
    assert {world.claims[place].code for place in ("FR", "CA")} == {"eu"}
    assert {world.claims[place].code for place in ("US", "CA-QC")} == {"us"}


US = realm("us", countries='["US"]', regions='["CA-QC"]')
WITHOUT_FRANCE = [code for code in list_codes() if code not in ("US", "FR", "DE")]


@pytest.mark.parametrize(
    ("text", "slug", "facts"),
    [
        ("realms = [", "declaration-not-toml", {"line": 1}),
        ("# good\n\n[realms.eu]\nminimum_age = \n", "declaration-not-toml", {"line": 4}),
        (small_world() + "[realms.us]\n", "declaration-not-toml", {}),
        (b"# caf\xe9", "declaration-not-toml", {"line": 1}),
        (b"# one\n# caf\xe9", "declaration-not-toml", {"line": 2}),
        ("", "declaration-wrong", {"where": "realms"}),
        ("[realms]", "declaration-wrong", {"where": "realms"}),
        ("colour = 'red'\n" + small_world(), "declaration-wrong", {"where": "colour"}),
        (small_world(minimum_age=None), "declaration-wrong", {"where": "realms.eu.minimum_age"}),
        (small_world(minimum_age='"13"'), "declaration-wrong", {"where": "realms.eu.minimum_age"}),
        (small_world(minimum_age=-1), "declaration-wrong", {"where": "realms.eu.minimum_age"}),
        (small_world(minimum_age="true"), "declaration-wrong", {"where": "realms.eu.minimum_age"}),
        (small_world(names='{ en = "One" }'), "declaration-wrong", {"where": "realms.eu.names.fr-CA"}),
        (small_world(languages="[]"), "declaration-wrong", {"where": "realms.eu.languages"}),
        (small_world(languages='["tlh"]'), "declaration-wrong", {"where": "realms.eu.languages.0"}),
        (small_world(frame='"The Law"'), "declaration-wrong", {"where": "realms.eu.frame"}),
        (small_world(capital='"Brussels"'), "declaration-wrong", {"where": "realms.eu.capital"}),
        (small_world(US.replace("realms.us", "realms.USA")), "declaration-wrong", {}),
        (small_world(countries=[*WITHOUT_FRANCE, "FR", "DE", "XX"]), "places-unknown", {"places": "XX"}),
        (small_world(countries=[*WITHOUT_FRANCE, "FR", "DE", "FR-IDF"]), "places-unknown", {"places": "FR-IDF"}),
        (small_world(regions='["CA-XX"]'), "places-unknown", {"places": "CA-XX"}),
        (small_world(regions='["CA"]'), "places-unknown", {"places": "CA"}),
        (small_world(consent_ages="{ US = 13 }"), "places-unknown", {"places": "US"}),
        (small_world(minimum_ages="{ fr = 13 }"), "places-unknown", {"places": "fr"}),
        (small_world(countries=[*WITHOUT_FRANCE, "FR", "DE", "FR"]), "places-claimed-twice", {"places": "FR"}),
        (small_world(regions='["CA-QC"]'), "places-claimed-twice", {"places": "CA-QC"}),
        (small_world(countries=WITHOUT_FRANCE), "places-unclaimed", {"places": "DE, FR"}),
        (small_world(otherwise='["us", "mars"]'), "realms-unknown", {"realms": "mars"}),
        (small_world(otherwise="[]"), "realms-out-of-reach", {"realm": "eu", "realms": "us"}),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_what_is_wrong(
    text: str | bytes, slug: str, facts: dict[str, object]
) -> None:
    with pytest.raises(Problem) as refusal:
        parse_world(text, "world.toml")
    assert refusal.value.slug() == slug
    assert refusal.value.facts().items() >= (facts | {"file": "world.toml"}).items()
