"""A model serves only once it beats the one that serves; going back is one step, and nothing served is deleted."""

from pathlib import Path

import pytest

from reelm.feed.training.errors import NoEarlierModel
from reelm.feed.training.release import CURRENT, decide_release, find_current, prune, publish, roll_back

NAN = float("nan")


def make_models(folder: Path, *ids: str) -> None:
    for id in ids:
        (folder / id).mkdir(parents=True)
        (folder / id / "model.json").write_text("{}")


def name(figures: tuple[float, float]) -> dict[str, float]:
    return {"ndcg@10": figures[0], "recall@20": figures[1]}


@pytest.mark.parametrize(
    ("candidate", "current", "serves"),
    [
        ((0.05, 0.1), None, True),
        ((0.06, 0.1), (0.05, 0.1), True),
        ((0.05, 0.2), (0.05, 0.1), False),
        ((0.04, 0.2), (0.05, 0.1), False),
        ((0.06, 0.05), (0.05, 0.1), False),
        ((0.06, 0.0985), (0.05, 0.1), True),
        ((NAN, 0.1), (0.05, 0.1), False),
        ((NAN, 0.1), None, False),
        ((0.06, NAN), (0.05, 0.1), False),
        ((0.0, 0.0), None, False),
    ],
)
def test_only_what_is_better_serves(
    candidate: tuple[float, float], current: tuple[float, float] | None, serves: bool
) -> None:
    decided = decide_release(name(candidate), None if current is None else name(current))
    assert decided.serve is serves
    assert decided.reason


def test_a_model_that_measured_nothing_does_not_serve() -> None:
    assert not decide_release({}, None).serve


def test_publish_then_roll_back_then_forward_again(tmp_path: Path) -> None:
    make_models(tmp_path, "m1", "m2")
    assert find_current(tmp_path) is None
    publish(tmp_path, "m1")
    publish(tmp_path, "m2")
    publish(tmp_path, "m2")
    assert find_current(tmp_path) == "m2"
    assert roll_back(tmp_path) == "m1"
    assert find_current(tmp_path) == "m1"
    assert roll_back(tmp_path) == "m2"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_there_is_nothing_to_go_back_to_after_the_first_model_or_when_it_was_deleted(tmp_path: Path) -> None:
    make_models(tmp_path, "m1", "m2")
    publish(tmp_path, "m1")
    with pytest.raises(NoEarlierModel):
        roll_back(tmp_path)
    publish(tmp_path, "m2")
    (tmp_path / "m1" / "model.json").unlink()
    with pytest.raises(NoEarlierModel):
        roll_back(tmp_path)
    assert find_current(tmp_path) == "m2"


def test_a_publication_that_stopped_half_way_serves_what_served_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_models(tmp_path, "m1", "m2")
    publish(tmp_path, "m1")
    replace = Path.replace

    def stop_at_current(self: Path, target: Path) -> Path:
        if target.name == CURRENT:
            raise OSError
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", stop_at_current)
    with pytest.raises(OSError):  # noqa: PT011 - any
        publish(tmp_path, "m2")
    monkeypatch.undo()
    assert find_current(tmp_path) == "m1"
    publish(tmp_path, "m2")
    assert roll_back(tmp_path) == "m1"


def test_pruning_keeps_what_serves_what_served_and_the_newest(tmp_path: Path) -> None:
    make_models(tmp_path, *(f"m{index}" for index in range(6)))
    publish(tmp_path, "m0")
    publish(tmp_path, "m1")
    assert prune(tmp_path, keep=1) == ("m2", "m3", "m4")
    assert roll_back(tmp_path) == "m0"
    assert (tmp_path / "m5").is_dir()
