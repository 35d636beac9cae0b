"""The ids of entries are random, and any of them can be typed."""

import pytest

from reelm.cli.__main__ import build_parser


@pytest.mark.parametrize(
    "id", ["A" * 22, "-" + "A" * 21, "-h" + "A" * 20, "--" + "A" * 20, "-" * 22, "_-" + "A" * 20]
)
@pytest.mark.parametrize("before", [[], ["--json"], ["--data", "cell"]])
@pytest.mark.parametrize("after", [[], ["--json"], ["--data", "cell"]])
def test_a_request_is_opened_by_any_id_and_its_options_still_count(
    id: str, before: list[str], after: list[str]
) -> None:
    read = build_parser().parse_args(["ledger", "government-request", "open", *before, id, *after])
    assert read.id == id
    assert read.json == ("--json" in before + after)
    assert str(read.data) == ("cell" if "cell" in before + after else "var")
