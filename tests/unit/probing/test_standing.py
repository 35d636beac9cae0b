"""When are probes alarming? While one of the week is not well, and where there has been none for two days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reelm.kernel.ids import RealmCode
from reelm.probing.model import Probe, stand

EU, QC = RealmCode("eu"), RealmCode("ca-qc")
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def probe(days_ago: int = 0, realm: RealmCode = EU, found: int = 9, missing: tuple[str, ...] = ()) -> Probe:
    return Probe(TODAY - timedelta(days_ago), realm, NOW, 9, found, missing)


def test_the_newest_of_each_realm_is_told_its_own_first() -> None:
    probes = [probe(0, QC), probe(0), probe(1, QC), probe(1)]
    assert stand(probes, EU, opened=TODAY, today=TODAY).newest == (probes[1], probes[0])


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (6, True), (7, False)])
def test_what_was_missing_is_told_for_a_week_whatever_came_after(days: int, is_told: bool) -> None:
    missed = probe(days, found=8, missing=("access-ended",))
    standing = stand([probe(0, QC), *([probe()] if days else []), missed], EU, opened=TODAY, today=TODAY)
    assert standing.failed == ((missed,) if is_told else ())


@pytest.mark.parametrize("found", [8, 10])
def test_neither_fewer_nor_more_entries_than_expected_are_well(found: int) -> None:
    assert not probe(found=found).is_well


@pytest.mark.parametrize(
    ("probed", "opened", "late"),
    [(1, 30, False), (2, 30, True), (None, 1, False), (None, 2, True), (None, None, False)],
)
def test_without_a_probe_for_two_days_they_are_late(probed: int | None, opened: int | None, late: bool) -> None:
    probes = [] if probed is None else [probe(probed)]
    day = None if opened is None else TODAY - timedelta(opened)
    assert stand(probes, EU, opened=day, today=TODAY).late is late


def test_another_realms_probe_is_none_of_ours() -> None:
    assert stand([probe(0, QC)], EU, opened=TODAY - timedelta(3), today=TODAY).late
