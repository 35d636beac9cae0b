"""Where each realm of a fleet runs: ports that are free and stay, numbers of users that no two realms share."""

from pathlib import Path

import pytest

from reelm.cli.seats import Seat, plan_seat, read_port, read_seats, write_seats
from reelm.infra.embedded.credentials import CannotStart
from reelm.kernel.ids import RealmCode

EU, GB, US = map(RealmCode, ("eu", "gb", "us"))


def free(_: int) -> bool:
    return True


def test_seats_are_read_as_they_were_kept(tmp_path: Path) -> None:
    seats = {EU: Seat(0, 9000, "61920", "61921"), US: Seat(1, 9001, "", "")}
    write_seats(tmp_path, 8000, seats)
    assert (read_port(tmp_path), read_seats(tmp_path)) == (8000, seats)


@pytest.mark.parametrize("text", ["", "[]", '{"realms": {"eu": {"port": 1}}}', '{"realms": 3}'])
def test_a_damaged_file_of_seats_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "fleet.json").write_text(text)
    with pytest.raises(CannotStart, match="move it away"):
        read_seats(tmp_path)


def test_no_two_realms_share_a_user_even_when_the_file_of_realms_changed_its_order() -> None:
    first = plan_seat(EU, 1, {}, 8000, is_free=free, has_users=True)
    second = plan_seat(GB, 1, {EU: first}, 8000, is_free=free, has_users=True)
    assert len({first.user, first.signer, second.user, second.signer}) == 4


def test_a_realm_that_joins_takes_the_next_ports_that_nobody_has() -> None:
    taken = {EU: Seat(0, 9000, "", ""), US: Seat(1, 9001, "", "")}
    joined = plan_seat(GB, 2, taken, 8000, is_free=lambda port: port not in {8002, 9003}, has_users=False)
    assert joined == Seat(3, 9004, "", "")


def test_where_no_port_is_left_it_says_so() -> None:
    with pytest.raises(CannotStart, match="lower one"):
        plan_seat(EU, 0, {}, 65535, is_free=lambda _: False, has_users=False)
