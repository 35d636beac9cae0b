"""An organisation's proofs: looked for by a worker that has a network, when somebody asks and then every day."""

from datetime import timedelta

from tests.integration.devices.institution import Institution

HOST = "www.institution.example"


async def test_a_proof_is_not_there_and_then_it_is(institution: Institution) -> None:
    asked = await institution.do("device-admin", "POST", "/proofs", {"of": "domain", "value": HOST})
    assert await _look(institution, asked["id"]) == (True, False)
    institution.zones.texts[asked["names"][0]] = [asked["word"]]
    assert await _look(institution, asked["id"]) == (True, True)


async def test_asking_many_times_is_one_look(institution: Institution) -> None:
    asked = await institution.do("device-admin", "POST", "/proofs", {"of": "domain", "value": HOST})
    for _ in range(5):
        await institution.do("device-admin", "POST", f"/proofs/{asked['id']}/check")
    institution.realm.clock.advance(timedelta(seconds=1))
    questions = institution.zones.questions
    assert await institution.realm.work_outside() == 5
    once = institution.zones.questions - questions
    await institution.do("device-admin", "POST", f"/proofs/{asked['id']}/check")
    await institution.realm.work_outside()
    assert institution.zones.questions - questions == 2 * once > 0


async def test_what_nobody_asked_to_look_for_is_looked_for_all_the_same(institution: Institution) -> None:
    asked = await institution.do("device-admin", "POST", "/proofs", {"of": "domain", "value": HOST})
    assert await institution.realm.workshop.look_again() == 1
    assert [one["looked_at"] is None for one in await institution.do("auditor", "GET", "/proofs")] == [False] * 3
    assert await institution.realm.workshop.look_again() == 0
    assert asked["looked_at"] is None


async def _look(institution: Institution, id: str) -> tuple[bool, bool]:
    """Have it looked for: whether it was, and whether it holds."""
    await institution.do("device-admin", "POST", f"/proofs/{id}/check")
    await institution.realm.work_outside()
    found = next(one for one in await institution.do("auditor", "GET", "/proofs") if one["id"] == id)
    return found["looked_at"] is not None, found["proven_at"] is not None
