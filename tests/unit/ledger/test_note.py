"""A signed note is read exactly as C2SP says, and only true signatures of known keys count."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.errors import NoteMalformed, SignatureWrong, VkeyMalformed
from reelm.ledger.note import (
    COSIGNATURE,
    ED25519,
    Note,
    Signature,
    SigningKey,
    VerifierKey,
    from_base64,
    parse_signatures,
    to_base64,
    verify_note,
)

SAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
LOG = SigningKey.from_seed("log.example/a", bytes(range(32)))
WITNESS = SigningKey.from_seed("witness.example/w", bytes(range(1, 33)), COSIGNATURE)
STRANGER = SigningKey.from_seed("stranger.example", bytes(range(2, 34)))
KEYS = (LOG.verifier, WITNESS.verifier)
TEXT = "log.example/a\n1\nAAAA\n"

texts = st.text(st.characters(exclude_categories=("Cs",), min_codepoint=32), max_size=60).map(lambda one: f"{one}\n")
names = st.text(st.characters(exclude_categories=("Cs", "Z", "C")), min_size=1, max_size=20).filter(
    lambda name: "+" not in name
)


def test_the_sample_key_of_the_specification() -> None:
    key = VerifierKey.parse(SAMPLE)
    assert (key.name, key.algorithm, key.key_id.hex()) == ("example.com/foo", ED25519, "530d903a")
    assert str(key) == SAMPLE


def test_the_sample_note_of_the_specification() -> None:
    """signed-note shows a note without its public key: its form is right, and no key of ours signed it."""
    line = (
        "\u2014 quasimodo.example/salvatore "
        "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    note = Note.parse(f"{text}\n{line}")
    assert note.text == text
    assert [(one.name, one.key_id.hex(), len(one.signature)) for one in note.signatures] == [
        ("quasimodo.example/salvatore", "367ba04b", 64)
    ]
    assert verify_note(note, KEYS) == []


@given(names, st.binary(min_size=32, max_size=32), st.sampled_from([ED25519, COSIGNATURE]))
def test_a_key_and_back(name: str, public_key: bytes, algorithm: int) -> None:
    key = VerifierKey(name, algorithm, public_key)
    assert VerifierKey.parse(str(key)) == key


@pytest.mark.parametrize(
    ("vkey", "fault"),
    [
        ("", "not-a-vkey"),
        ("example.com/foo", "not-a-vkey"),
        (SAMPLE.replace("foo", "fo o"), "not-a-vkey"),
        (SAMPLE.replace("example.com/foo", ""), "not-a-vkey"),
        (SAMPLE.replace("530d903a", "530D903A"), "not-a-vkey"),
        (SAMPLE.replace("530d903a", "530d903"), "not-a-vkey"),
        (SAMPLE + "\n", "not-a-vkey"),
        (SAMPLE[:-1], "not-a-vkey"),
        (SAMPLE.replace("530d903a", "530d903b"), "key-id-wrong"),
        (SAMPLE.replace("foo", "bar"), "key-id-wrong"),
        (SAMPLE[:-1] + "l", "key-id-wrong"),
        (str(VerifierKey("a", ED25519, bytes(31))), "key-length"),
        (str(VerifierKey("a", COSIGNATURE, bytes(33))), "key-length"),
        (str(VerifierKey("a", 2, bytes(32))), "algorithm-not-taken"),
        (str(VerifierKey("a", 6, bytes(1312))), "algorithm-not-taken"),
    ],
)
def test_what_is_no_key_is_refused(vkey: str, fault: str) -> None:
    with pytest.raises(VkeyMalformed) as caught:
        VerifierKey.parse(vkey)
    assert caught.value.fault == fault


@given(texts)
def test_a_note_and_back(text: str) -> None:
    note = Note(text, (LOG.sign(text), WITNESS.cosign(text, 7)))
    assert Note.parse(note.format()) == note
    assert Note.parse(note.format().encode()) == note
    assert verify_note(note, KEYS) == [(LOG.verifier, None), (WITNESS.verifier, 7)]


def test_a_text_may_hold_empty_lines() -> None:
    text = "one\n\n\ntwo\n\n"
    assert Note.parse(Note(text, (LOG.sign(text),)).format()).text == text


LINE = LOG.sign(TEXT).line()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("", "no-empty-line"),
        (TEXT, "no-empty-line"),
        (TEXT + LINE, "no-empty-line"),
        (TEXT + "\n", "no-signature-line"),
        (TEXT + "\n" + LINE[:-1], "no-signature-line"),
        (TEXT + "\n" + LINE + "\n", "no-signature-line"),
        (TEXT + "\n" + LINE + "more\n", "signature-line"),
        (TEXT + "\n" + LINE.replace("\u2014", "-"), "signature-line"),
        (TEXT + "\n" + LINE.replace("log.example/a", "log+a"), "signature-line"),
        (TEXT + "\n" + LINE.replace("log.example/a", "log\u2003a"), "signature-line"),
        (TEXT + "\n" + LINE.replace("log.example/a", ""), "signature-line"),
        (TEXT + "\n" + LINE.replace(" log", "  log"), "signature-line"),
        (TEXT + "\n" + LINE.replace("=\n", "\n"), "signature-line"),
        (TEXT + "\n" + "\u2014 a AAAAAA==\n", "signature-line"),
        (TEXT + "\n" + LINE * 101, "too-many-signatures"),
        (TEXT + "\n" + LINE.replace("\n", "\r\n"), "control-character"),
        ("\t" + TEXT + "\n" + LINE, "control-character"),
        ("\x00" + TEXT + "\n" + LINE, "control-character"),
        ("\x1f" + TEXT + "\n" + LINE, "control-character"),
        ("a" * 1_000_000 + TEXT + "\n" + LINE, "too-long"),
        (b"\xff" + (TEXT + "\n" + LINE).encode(), "not-utf-8"),
        (b"\xed\xa0\x80" + (TEXT + "\n" + LINE).encode(), "not-utf-8"),
    ],
)
def test_what_is_no_note_is_refused(data: str | bytes, fault: str) -> None:
    with pytest.raises(NoteMalformed) as caught:
        Note.parse(data)
    assert caught.value.fault == fault


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_are_a_note_of_one_form_or_refused(data: bytes | str) -> None:
    try:
        note = Note.parse(data)
    except NoteMalformed:
        return
    assert note.format() == (data if isinstance(data, str) else data.decode())


def test_a_hundred_signatures_are_read_and_the_known_one_counts() -> None:
    others = [SigningKey.from_seed(f"s{at}", bytes([at]) * 32).sign(TEXT) for at in range(99)]
    note = Note.parse(Note(TEXT, (*others, LOG.sign(TEXT))).format())
    assert verify_note(note, KEYS) == [(LOG.verifier, None)]


@given(st.integers(0, 64 * 8 - 1))
def test_a_bad_signature_of_a_known_key_is_refused(bit: int) -> None:
    good = LOG.sign(TEXT)
    wrong = bytearray(good.signature)
    wrong[bit // 8] ^= 1 << bit % 8
    spoiled = Signature(good.name, good.key_id, bytes(wrong))
    for signatures in ((spoiled,), (good, spoiled), (WITNESS.cosign(TEXT, 1), spoiled)):
        with pytest.raises(SignatureWrong):
            verify_note(Note(TEXT, signatures), KEYS)


@given(st.integers(0, 72 * 8 - 1))
def test_the_time_of_a_cosignature_is_signed_too(bit: int) -> None:
    good = WITNESS.cosign(TEXT, 1_767_225_600)
    wrong = bytearray(good.signature)
    wrong[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureWrong):
        verify_note(Note(TEXT, (Signature(good.name, good.key_id, bytes(wrong)),)), KEYS)


@pytest.mark.parametrize("length", [1, 7, 8, 63, 65, 71, 73])
def test_a_signature_of_a_wrong_length_is_refused(length: int) -> None:
    for key in KEYS:
        note = Note(TEXT, (Signature(key.name, key.key_id, bytes(length)),))
        with pytest.raises(SignatureWrong):
            verify_note(note, KEYS)


def test_unknown_keys_are_passed_over() -> None:
    like_ours = Signature(LOG.verifier.name, b"\x00\x00\x00\x00", bytes(64))
    named_else = Signature("other.example", LOG.verifier.key_id, bytes(64))
    note = Note(TEXT, (STRANGER.sign(TEXT), like_ours, named_else))
    assert verify_note(note, KEYS) == []
    assert verify_note(note, ()) == []
    assert verify_note(note.with_signatures([LOG.sign(TEXT)]), KEYS) == [(LOG.verifier, None)]


def test_a_key_that_signed_twice_counts_once_with_its_latest_time() -> None:
    note = Note(TEXT, (LOG.sign(TEXT), WITNESS.cosign(TEXT, 9), LOG.sign(TEXT), WITNESS.cosign(TEXT, 5)))
    assert verify_note(note, KEYS) == [(LOG.verifier, None), (WITNESS.verifier, 9)]


def test_what_a_witness_signs() -> None:
    signature = WITNESS.cosign(TEXT, 1_679_315_147).signature
    assert signature[:8] == (1_679_315_147).to_bytes(8, "big")
    message = b"cosignature/v1\ntime 1679315147\nlog.example/a\n1\nAAAA\n"
    Ed25519PublicKey.from_public_bytes(WITNESS.verifier.public_key).verify(signature[8:], message)


def test_a_signature_is_not_taken_for_a_cosignature_nor_the_other_way() -> None:
    twin = SigningKey.from_seed(LOG.verifier.name, LOG.seed, COSIGNATURE)
    assert twin.verifier.public_key == LOG.verifier.public_key
    assert twin.verifier.key_id != LOG.verifier.key_id
    with pytest.raises(ValueError, match="a log signs"):
        LOG.cosign(TEXT, 1)
    with pytest.raises(ValueError, match="a log signs"):
        WITNESS.sign(TEXT)
    with pytest.raises(ValueError, match="line feed"):
        LOG.sign("no line feed")


@pytest.mark.parametrize(("name", "algorithm"), [("", 1), ("a b", 1), ("a+b", 1), ("a\nb", 1), ("a", 2)])
def test_a_key_that_nobody_could_read_is_not_made(name: str, algorithm: int) -> None:
    with pytest.raises(ValueError, match="a key has a name"):
        SigningKey.generate(name, algorithm)


def test_two_new_keys_differ_and_a_seed_is_one_key() -> None:
    one, other = SigningKey.generate("a"), SigningKey.generate("a")
    assert one.seed != other.seed
    assert SigningKey.from_seed("a", one.seed).verifier == one.verifier


def test_signatures_are_added_once_for_each_key() -> None:
    first, later = WITNESS.cosign(TEXT, 1), WITNESS.cosign(TEXT, 2)
    note = Note(TEXT, (LOG.sign(TEXT), first)).with_signatures([later])
    assert note.signatures == (LOG.sign(TEXT), later)
    assert parse_signatures(first.line() + later.line()) == (first, later)


@given(st.binary(max_size=40))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = to_base64(data)
    assert from_base64(text) == data
    for other in (text.rstrip("="), text + "=", f"{text}\n", f" {text}", text.replace("A", "-")):
        assert other == text or from_base64(other) is None
    assert from_base64("AB==") is None
    assert from_base64("é") is None
