"""A checkpoint has one form, and counts only under a signature of its own log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from reelm.ledger.errors import CheckpointMalformed, CheckpointUnsigned, NoteMalformed, SignatureWrong
from reelm.ledger.note import COSIGNATURE, Note, SigningKey

LOG = SigningKey.from_seed("log.example/a", bytes(range(32)))
OTHER = SigningKey.from_seed("log.example/b", bytes(range(3, 35)))
NAMESAKE = SigningKey.from_seed("log.example/a", bytes(range(4, 36)), COSIGNATURE)
CHECKPOINT = Checkpoint("log.example/a", 5, bytes(range(32)))
ROOT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_three_lines() -> None:
    assert CHECKPOINT.format() == f"log.example/a\n5\n{ROOT}\n"


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(st.sampled_from(["x", "a b"])))
def test_a_checkpoint_and_back(size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint("some log", size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.format()) == checkpoint


@given(st.text(max_size=80) | st.text(alphabet="a0123\n=A", max_size=80))
def test_any_text_is_a_checkpoint_of_one_form_or_refused(text: str) -> None:
    try:
        checkpoint = Checkpoint.parse(text)
    except CheckpointMalformed:
        return
    assert checkpoint.format() == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "lines"),
        ("a\n5\n", "lines"),
        (f"a\n5\n{ROOT}", "lines"),
        (f"\n5\n{ROOT}\n", "lines"),
        (f"a\n5\n{ROOT}\n\n", "lines"),
        (f"a\n05\n{ROOT}\n", "size"),
        (f"a\n-5\n{ROOT}\n", "size"),
        (f"a\n 5\n{ROOT}\n", "size"),
        (f"a\n5_0\n{ROOT}\n", "size"),
        (f"a\n\u0665\n{ROOT}\n", "size"),
        (f"a\n{2**63}\n{ROOT}\n", "size"),
        (f"a\n5\n{ROOT[:-1]}\n", "root"),
        (f"a\n5\n{ROOT} \n", "root"),
        ("a\n5\nAAAA\n", "root"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str, fault: str) -> None:
    with pytest.raises(CheckpointMalformed) as caught:
        Checkpoint.parse(text)
    assert caught.value.fault == fault


def test_decimals() -> None:
    assert [parse_decimal(one) for one in ("0", "10", str(2**63 - 1))] == [0, 10, 2**63 - 1]
    assert [parse_decimal(one) for one in ("", "00", "+1", "1\n", str(2**63), "9" * 5000)] == [None] * 6


def test_a_checkpoint_signed_by_its_log_is_opened() -> None:
    text = CHECKPOINT.format()
    note = Note(text, (OTHER.sign(text), LOG.sign(text)))
    assert open_checkpoint(note.format(), [LOG.verifier]) == (CHECKPOINT, note)
    assert open_checkpoint(note.format().encode(), [LOG.verifier, OTHER.verifier]) == (CHECKPOINT, note)


def test_a_checkpoint_that_only_others_signed_is_refused() -> None:
    text = CHECKPOINT.format()
    for signature in (OTHER.sign(text), NAMESAKE.cosign(text, 1)):
        with pytest.raises(CheckpointUnsigned):
            open_checkpoint(Note(text, (signature,)).format(), [LOG.verifier, OTHER.verifier, NAMESAKE.verifier])


def test_a_checkpoint_with_a_wrong_signature_is_refused() -> None:
    text = CHECKPOINT.format()
    note = Note(text.replace("\n5\n", "\n6\n"), (LOG.sign(text),))
    with pytest.raises(SignatureWrong):
        open_checkpoint(note.format(), [LOG.verifier])


def test_a_note_of_another_text_and_no_note_are_refused() -> None:
    with pytest.raises(CheckpointMalformed):
        open_checkpoint(Note("hello\n", (LOG.sign("hello\n"),)).format(), [LOG.verifier])
    with pytest.raises(NoteMalformed):
        open_checkpoint(CHECKPOINT.format(), [LOG.verifier])
