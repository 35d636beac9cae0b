"""As a witness we cosign what follows from what we know, and keep what does not as evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.errors import WitnessRequestMalformed
from reelm.ledger.merkle import EMPTY_ROOT, consistency_proof, leaf_hashes, perfect_root, root_of
from reelm.ledger.note import COSIGNATURE, Note, SigningKey
from reelm.ledger.witness import AddCheckpoint, Cosign, Refusal, decide_cosignature

LOG = SigningKey.from_seed("log.example/a", bytes(range(32)))
OTHER = SigningKey.from_seed("log.example/b", bytes(range(3, 35)))
STRANGER = SigningKey.from_seed("log.example/a", bytes(range(5, 37)))
WITNESS = SigningKey.from_seed("log.example/a", bytes(range(6, 38)), COSIGNATURE)
KEYS = (LOG.verifier, OTHER.verifier)
LEAVES = leaf_hashes([f"entry {at}".encode() for at in range(60)])
FORK = [*leaf_hashes([b"another"]), *LEAVES[1:]]


def head(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    root = root_of(size, lambda level, index: perfect_root(b"".join(leaves[index << level : (index + 1) << level])))
    return Checkpoint("log.example/a", size, root)


def proof(old: int, new: int, leaves: list[bytes] = LEAVES) -> tuple[bytes, ...]:
    return tuple(
        consistency_proof(
            old, new, lambda level, index: perfect_root(b"".join(leaves[index << level : (index + 1) << level]))
        )
    )


def ask(old: int, new: Checkpoint, hashes: tuple[bytes, ...], *signers: SigningKey) -> AddCheckpoint:
    text = new.format()
    return AddCheckpoint(old, hashes, Note(text, tuple(one.sign(text) for one in signers or (LOG,))).format())


@pytest.mark.parametrize(
    ("request_", "known"),
    [
        (ask(0, head(0), ()), None),
        (ask(0, head(20), ()), None),
        (ask(0, head(20), ()), head(0)),
        (ask(20, head(20), ()), head(20)),
        (ask(20, head(33), proof(20, 33)), head(20)),
        (ask(20, head(33), proof(20, 33), STRANGER, LOG), head(20)),
    ],
)
def test_what_follows_is_cosigned(request_: AddCheckpoint, known: Checkpoint | None) -> None:
    decision = decide_cosignature(AddCheckpoint.parse(request_.format().encode()), known, KEYS)
    assert isinstance(decision, Cosign)
    assert decision.checkpoint.format() == decision.note.text == Note.parse(request_.note).text


ALIEN = Checkpoint("log.example/c", 20, bytes(32))


@pytest.mark.parametrize(
    ("request_", "known", "refusal"),
    [
        # what is no checkpoint
        (AddCheckpoint(0, (), "log.example/a\n1\n"), None, Refusal(400)),
        (AddCheckpoint(0, (), Note("log.example/a\nx\n", (LOG.sign("x\n"),)).format()), None, Refusal(400)),
        # of a log we don't know
        (ask(0, ALIEN, ()), None, Refusal(404)),
        (AddCheckpoint(0, (), ""), None, Refusal(404)),
        # not signed by the log
        (ask(0, head(20), (), STRANGER), None, Refusal(403)),
        (ask(0, head(20), (), OTHER), None, Refusal(403)),
        (AddCheckpoint(0, (), ask(0, head(20), ()).note.replace("\n20\n", "\n21\n")), None, Refusal(403)),
        # not asked from where we are
        (ask(21, head(20), ()), head(20), Refusal(400)),
        (ask(0, head(33), ()), head(20), Refusal(409, 20)),
        (ask(19, head(33), proof(19, 33)), head(20), Refusal(409, 20)),
        (ask(5, head(33), ()), None, Refusal(409, 0)),
        # the log rolled back
        (ask(19, head(19), ()), head(20), Refusal(409, 20)),
        (ask(20, head(19), ()), head(20), Refusal(400)),
        # the log forked
        (ask(20, head(20, FORK), ()), head(20), Refusal(422, is_evidence=True, is_certain=True)),
        (ask(0, head(20, FORK), ()), head(20), Refusal(409, 20, is_evidence=True, is_certain=True)),
        (ask(30, head(20, FORK), ()), head(20), Refusal(400, is_evidence=True, is_certain=True)),
        (ask(20, head(33, FORK), proof(20, 33, FORK)), head(20), Refusal(422, is_evidence=True)),
        # the proof is wrong
        (ask(20, head(33), ()), head(20), Refusal(422, is_evidence=True)),
        (ask(20, head(33), proof(20, 33)[:-1]), head(20), Refusal(422, is_evidence=True)),
        (ask(20, head(20), proof(20, 33)), head(20), Refusal(422)),
        (ask(0, head(20), proof(10, 20)), None, Refusal(422)),
        (
            ask(0, Checkpoint("log.example/a", 0, bytes(32)), ()),
            None,
            Refusal(422, is_evidence=True, is_certain=True),
        ),
    ],
)
def test_what_does_not_follow_is_refused(request_: AddCheckpoint, known: Checkpoint | None, refusal: Refusal) -> None:
    assert decide_cosignature(request_, known, KEYS) == refusal


def test_a_cosigner_of_the_logs_name_is_not_the_log() -> None:
    text = head(20).format()
    request = AddCheckpoint(0, (), Note(text, (WITNESS.cosign(text, 1),)).format())
    assert decide_cosignature(request, None, [WITNESS.verifier]) == Refusal(403)


def test_extension_lines_are_kept_for_the_signature() -> None:
    checkpoint = Checkpoint("log.example/a", 20, head(20).root, ("more",))
    decision = decide_cosignature(ask(0, checkpoint, ()), None, KEYS)
    assert isinstance(decision, Cosign)
    assert decision.note.text.endswith("\nmore\n")
    grown = decide_cosignature(ask(20, head(33), proof(20, 33)), decision.checkpoint, KEYS)
    assert isinstance(grown, Cosign)


def test_what_is_known_of_another_log_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="another log"):
        decide_cosignature(ask(0, head(20), ()), ALIEN, KEYS)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_an_honest_log_is_cosigned_exactly_from_where_we_are(known: int, old: int, new: int) -> None:
    hashes = proof(old, new) if old <= new else ()
    decision = decide_cosignature(ask(old, head(new), hashes), head(known) if known else None, KEYS)
    if isinstance(decision, Cosign):
        assert known == old <= new
    else:
        assert decision == (Refusal(400) if old > new else Refusal(409, known))
        assert old > new or old != known


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=5), st.integers(0, 2**63 - 1))
def test_a_request_and_back(hashes: list[bytes], old: int) -> None:
    request = AddCheckpoint(old, tuple(hashes), ask(0, head(5), ()).note)
    assert AddCheckpoint.parse(request.format().encode()) == request
    assert request.origin == "log.example/a"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "old-size"),
        (b"old 5\n", "old-size"),
        (b"old\n\nx", "old-size"),
        (b"old 05\n\nx", "old-size"),
        (b"old  5\n\nx", "old-size"),
        (b"new 5\n\nx", "old-size"),
        (b"old 5\nAAAA\n\nx", "proof"),
        (b"old 5\n" + b"A" * 43 + b"\n\nx", "proof"),
        (b"old 5\n" + (b"A" * 43 + b"=\n") * 64 + b"\nx", "proof"),
        (b"old 5\n\n\xff", "not-utf-8"),
    ],
)
def test_what_is_no_request_is_refused(body: bytes, fault: str) -> None:
    with pytest.raises(WitnessRequestMalformed) as caught:
        AddCheckpoint.parse(body)
    assert caught.value.fault == fault
    assert caught.value.status == 400


def test_63_hashes_are_taken() -> None:
    body = b"old 5\n" + (b"A" * 43 + b"=\n") * 63 + b"\nx"
    assert len(AddCheckpoint.parse(body).proof) == 63
    assert head(0).root == EMPTY_ROOT
