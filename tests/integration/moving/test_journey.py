"""A person who moves is whole in the new realm, gone from the old one, and told of in both logs."""

from tests.integration.moving.journeys import (
    CANARIES,
    Journey,
    assert_books_agree,
    find_traces,
    is_over,
    work_until,
)


async def test_a_person_who_has_moved_is_whole_there_and_gone_here(journey: Journey) -> None:
    before = await journey.belongings(journey.eu)
    await journey.ask()
    await work_until(journey, lambda: is_over(journey))
    after = await journey.belongings(journey.qc)
    assert after == before
    assert await find_traces(journey.eu, journey.account, CANARIES[:3]) == []
    await assert_books_agree(journey.eu)
    await assert_books_agree(journey.qc)
