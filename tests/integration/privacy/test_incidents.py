"""The register of incidents: who may, what is kept, which clocks run, and what is drafted."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.world import Person, Realm

from reelm.bootstrap import open_laws
from reelm.cli.incident_health import look_at_incidents
from reelm.privacy import incidents

NOTICED = timedelta(hours=2)


def form(realm: Realm, **facts: Any) -> dict[str, Any]:
    now = realm.clock.now()
    return {
        "information": ["user.contact.email", "user.demographic.date_of_birth"],
        "circumstances": "A backup lay open for a night.",
        "began_on": (now - timedelta(days=3)).date().isoformat(),
        "ended_on": (now - timedelta(days=2)).date().isoformat(),
        "noticed_at": (now - NOTICED).isoformat(),
        "people": {"FR": 120, "CA-QC": 30, "CA-BC": 4, "CA-AB": 3, "CA-ON": 2, "US": 1},
        "risk": "Addresses can be used to deceive people.",
        "measures": "The backup was closed and its keys changed.",
        "is_serious": True,
    } | facts


async def record(realm: Realm, **facts: Any) -> dict[str, Any]:
    answer = await realm.client(realm.people.olga).post("/incidents", json=form(realm, **facts))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def note(realm: Realm, code: str, what: str, at: datetime, who: Person | None = None) -> tuple[int, Any]:
    answer = await realm.client(who or realm.people.olga).put(
        f"/incidents/{code}/{what}", json={"at": at.isoformat()}
    )
    return answer.status_code, answer.json()


def due_at(made: dict[str, Any]) -> datetime:
    """By when the first authority is to be told."""
    return datetime.fromisoformat(made["duties"][0]["due_at"])


def to(realm: Realm, at: datetime) -> None:
    """Wait until then."""
    realm.clock.advance(at - realm.clock.now())


async def test_the_register_is_the_operators_and_the_auditors_to_read(realm: Realm) -> None:
    cast, code = realm.people, (await record(realm))["code"]
    reads, writes, drafts = dict[str, int](), dict[str, int](), dict[str, int]()
    for name, who in {"nobody": None, "ben": cast.ben, "mia": cast.mia, "aude": cast.aude, "otto": cast.otto}.items():
        client = realm.client(who)
        reads[name] = (await client.get("/incidents")).status_code
        drafts[name] = (await client.get(f"/incidents/{code}/draft/gdpr")).status_code
        writes[name] = (await client.post("/incidents", json=form(realm))).status_code
    assert reads == drafts == {"nobody": 401, "ben": 403, "mia": 403, "aude": 200, "otto": 200}
    assert writes == {"nobody": 401, "ben": 403, "mia": 403, "aude": 403, "otto": 201}


async def test_each_law_under_which_somebody_lives_has_a_clock_of_its_own(realm: Realm) -> None:
    made = await record(realm)
    noticed = realm.clock.now() - NOTICED
    duties = {duty["law"]: duty for duty in made["duties"]}
    assert {law: duty["people"] for law, duty in duties.items()} == {
        "gdpr": 120, "law-25": 30, "bc-pipa": 4, "ab-pipa": 3, "pipeda": 2, "reelm": 1,
    }  # fmt: skip
    for duty in duties.values():
        assert datetime.fromisoformat(duty["due_at"]) == noticed + timedelta(hours=72)
        assert (duty["standing"], duty["told_at"]) == ("running", None)
    assert {law for law, duty in duties.items() if duty["by_law"]} == {"gdpr", "reelm"}


async def test_the_doctor_warns_the_day_before_and_says_so_when_it_is_too_late(realm: Realm) -> None:
    made = await record(realm, people={"FR": 1})
    seen: list[tuple[bool, str]] = []
    for hours in (60, 24, 1):
        to(realm, due_at(made) - timedelta(hours=hours))
        seen.append(await look(realm))
    assert [ok for ok, _ in seen] == [True, False, False]
    to(realm, due_at(made))
    ok, what = await look(realm)
    assert not ok
    assert "overdue since" in what
    status, told = await note(realm, made["code"], "told/gdpr", realm.clock.now())
    assert (status, told["duties"][0]["standing"]) == (200, None)
    assert (await look(realm))[0]


async def look(realm: Realm) -> tuple[bool, str]:
    async with realm.cell.database.read() as unit:
        finding = await look_at_incidents(realm.settings, unit, realm.clock)
    return finding.ok, finding.what


async def test_nothing_that_was_written_is_changed(realm: Realm) -> None:
    made = await record(realm, is_serious=None)
    olga = realm.client(realm.people.olga)
    code = made["code"]
    assert (await note(realm, code, "people-told", realm.clock.now()))[1]["type"].endswith("not-decided-yet")
    answer = await olga.put(f"/incidents/{code}", json=form(realm, people={"FR": 500}, is_serious=True))
    assert answer.status_code == 200, answer.text
    await note(realm, code, "people-told", realm.clock.now())
    await note(realm, code, "people-told", realm.clock.now() - timedelta(minutes=5))
    now = (await olga.get(f"/incidents/{code}")).json()
    assert [step["kind"] for step in now["steps"]] == ["recorded", "amended", "people-told"]
    assert now["steps"][0]["facts"] == made["facts"]
    assert (now["facts"]["people"], now["facts"]["is_serious"]) == ({"FR": 500}, True)
    assert datetime.fromisoformat(now["people_told_at"]) == realm.clock.now()


async def test_each_line_is_in_the_log_and_says_nothing_of_the_matter(realm: Realm) -> None:
    made = await record(realm, people={"CA-QC": 7})
    await note(realm, made["code"], "told/law-25", realm.clock.now())
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'incident-step' ORDER BY queue_no")
    bodies = [bytes(row["body"]) for row in rows]
    assert len(bodies) == 2
    assert b'"step":"recorded"' in bodies[0]
    assert b'"law":"law-25"' in bodies[1]
    for body in bodies:
        assert b"backup" not in body
        assert made["code"].encode() not in body


async def test_no_duty_where_there_is_no_real_risk(realm: Realm) -> None:
    made = await record(realm, is_serious=False)
    assert made["duties"] == []
    status, problem = await note(realm, made["code"], "told/gdpr", realm.clock.now())
    assert (status, problem["type"].rsplit("/", 1)[-1]) == (422, "law-not-concerned")


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"circumstances": " "}, "incident-not-understood"),
        ({"information": []}, "incident-not-understood"),
        ({"people": {"FR": -1}}, "incident-not-understood"),
        ({"ended_on": "2020-01-01"}, "incident-not-understood"),
        ({"began_on": "2999-01-01", "ended_on": None}, "incident-not-understood"),
        ({"noticed_at": "2999-01-01T00:00:00Z"}, "not-yet"),
        ({"people": {}}, "request-not-understood"),
        ({"information": ["user.shoe_size"]}, "request-not-understood"),
    ],
)
async def test_facts_that_cannot_be_are_refused(wrong: dict[str, Any], problem: str, realm: Realm) -> None:
    answer = await realm.client(realm.people.olga).post("/incidents", json=form(realm) | wrong)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, problem)
    assert (await realm.client(realm.people.olga).get("/incidents")).json() == {"items": []}


async def test_the_draft_has_the_sections_of_its_law_in_the_language_asked_for(realm: Realm) -> None:
    code = (await record(realm))["code"]
    olga = realm.client(realm.people.olga)
    french = (await olga.get(f"/incidents/{code}/draft/law-25?language=fr-CA")).text
    assert french.startswith(
        "# Projet\N{NO-BREAK SPACE}: déclaration d’un incident à la Commission d’accès à l’information"
    )
    assert "30 là où cette loi s’applique, 160 en tout" in french
    assert "un risque de préjudice sérieux" in french
    laws = open_laws(realm.settings, realm.clock)
    for law, wanted in laws.laws.laws.items():
        text = (await olga.get(f"/incidents/{code}/draft/{law}")).text
        concerned = law not in ("uk-gdpr", "fadp")
        assert text.count("\n## ") == (len(wanted.breach.report) if concerned else 0), law
    missing = await olga.get("/incidents/INC-2020-1/draft/gdpr")
    assert missing.status_code == 404


async def test_the_draft_tells_how_late_it_is(realm: Realm) -> None:
    made = await record(realm, people={"FR": 1})
    to(realm, due_at(made) + timedelta(hours=5))
    text = (await realm.client(realm.people.olga).get(f"/incidents/{made['code']}/draft/gdpr")).text
    assert "77 hours after the realm noticed, 5 hours late" in text


async def test_a_record_goes_when_no_law_asks_for_it_any_more(realm: Realm) -> None:
    await record(realm)
    later = realm.clock.now().replace(year=realm.clock.now().year + 5, tzinfo=UTC)
    assert await incidents.sweep(realm.cell.database, at=later - timedelta(days=4)) == 0
    assert await incidents.sweep(realm.cell.database, at=later) == 1
    assert await realm.rows("SELECT 1 FROM incident_steps") == []


async def test_two_at_once_get_different_codes(realm: Realm) -> None:
    made = await asyncio.gather(*(record(realm) for _ in range(4)))
    assert len({one["code"] for one in made}) == 4
