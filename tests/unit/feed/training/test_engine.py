"""Parts are done in order, each when it is asked for. On a Ray cluster: tests/integration/feed."""

from reelm.feed.training.engine import InProcess


def test_in_process_each_part_is_done_when_it_is_asked_for() -> None:
    done: list[int] = []
    results = InProcess().map(done.append, [1, 2])
    assert done == []
    next(results)
    assert done == [1]
