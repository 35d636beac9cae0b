"""What must every verifier say about keys, signed notes, checkpoints and proofs? The rest of the vectors.

Made from fixed keys, so that they are the same every time; `contracts/vectors/ledger/README.md` says how to read
them.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256

from tests.vectors.trees import ENTRIES, SMALL_LEAVES, Case, flip, make_merkle, make_tiles, read_from, write

from reelm.ledger.checkpoint import Checkpoint
from reelm.ledger.merkle import EMPTY_ROOT, inclusion_proof, root_of
from reelm.ledger.note import COSIGNATURE, ED25519, Note, Signature, SigningKey, cosigned_message, to_base64
from reelm.ledger.proof import TlogProof

ORIGIN = "reelm.example/ledger/ca-qc"
AT_S = 1_767_225_600


def seed(name: str) -> bytes:
    """The private key of somebody in these files. Never use one elsewhere: they are public."""
    return sha256(f"reelm vectors: {name}".encode()).digest()


LOG = SigningKey.from_seed(ORIGIN, seed("log"), ED25519)
OLD_LOG = SigningKey.from_seed(ORIGIN, seed("log before"), ED25519)
OTHER_LOG = SigningKey.from_seed("reelm.example/ledger/fr", seed("other log"), ED25519)
WITNESS = SigningKey.from_seed("witness.example/w1", seed("witness"), COSIGNATURE)
STRANGER = SigningKey.from_seed("stranger.example", seed("stranger"), ED25519)
LOG_VKEY, WITNESS_VKEY = str(LOG.verifier), str(WITNESS.verifier)
SAMPLE_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def make_notes() -> str:
    """notes.json."""
    return write({"vkeys": list(vkey_cases()), "notes": list(note_cases()), "cosignatures": list(cosignatures())})


def vkey_cases() -> Iterator[Case]:
    """Public keys as text; the first is the sample of the specification."""
    for case, vkey in (("sample", SAMPLE_VKEY), ("of a log", LOG_VKEY), ("of a witness", WITNESS_VKEY)):
        name, key_id, encoded = vkey.split("+", 2)
        yield {"case": case, "vkey": vkey, "refused": None, "name": name, "key_id": key_id, "material": encoded}
    name, key_id, encoded = SAMPLE_VKEY.split("+", 2)
    wrong = {
        "nothing": "",
        "another name": f"example.com/fool+{key_id}+{encoded}",
        "one digit of the key id": f"{name}+530d903b+{encoded}",
        "a short key id": f"{name}+530d903+{encoded}",
        "one letter of the key": f"{name}+{key_id}+{encoded[:-1]}l",
        "base64url": f"{name}+{key_id}+{encoded.replace('e', '_')}",
        "no name": f"+{key_id}+{encoded}",
        "a space in the name": f"example.com foo+{key_id}+{encoded}",
        "no key": f"{name}+{key_id}+",
        "no key id": f"{name}+{encoded}",
        "a byte more": f"{name}+{key_id}+{encoded}AAA=",
    }
    for case, vkey in wrong.items():
        yield {"case": case, "vkey": vkey, "refused": "vkey-malformed"}


def note_cases() -> Iterator[Case]:
    """Notes read with the keys of the log and the witness; `signed` is who of them did, and when."""
    text = f"{ORIGIN}\n8\n{to_base64(root_of(8, read_from(SMALL_LEAVES)))}\n"
    mine, cosigned = LOG.sign(text), WITNESS.cosign(text, AT_S)
    by_log: Case = {"vkey": LOG_VKEY, "at": None}
    by_witness: Case = {"vkey": WITNESS_VKEY, "at": AT_S}
    poem = "One line.\n\nAfter an empty one; \u00e9t\u00e9, \u6587.\n"
    wrong_time = Signature(WITNESS.verifier.name, WITNESS.verifier.key_id, flip(cosigned.signature, 63))
    wrong = Signature(ORIGIN, LOG.verifier.key_id, flip(mine.signature, 100))
    short = Signature(ORIGIN, LOG.verifier.key_id, mine.signature[:63])
    renamed = Signature("other.example", LOG.verifier.key_id, wrong.signature)
    strangers = [SigningKey.from_seed(f"s{at}.example", seed(f"s{at}")).sign(text) for at in range(15)]
    good: list[tuple[str, Note, list[Case]]] = [
        ("signed by the log", Note(text, (mine,)), [by_log]),
        ("cosigned by the witness", Note(text, (mine, cosigned)), [by_log, by_witness]),
        ("any text", Note(poem, (LOG.sign(poem),)), [by_log]),
        ("16 signatures", Note(text, (*strangers, mine)), [by_log]),
        ("the same signature twice", Note(text, (mine, mine)), [by_log]),
        ("nobody known", Note(text, (STRANGER.sign(text),)), []),
        ("a known id under another name", Note(text, (renamed, mine)), [by_log]),
        ("a known name under another id", Note(text, (OLD_LOG.sign(text), mine)), [by_log]),
    ]
    bad: list[tuple[str, Note]] = [
        ("one bit of the signature", Note(text, (wrong,))),
        ("one bit of the time", Note(text, (mine, wrong_time))),
        ("a short signature", Note(text, (short,))),
        ("another text", Note(text.replace("8", "9"), (mine,))),
        ("a wrong signature before a right one", Note(text, (wrong, mine))),
        ("a wrong signature after a right one", Note(text, (mine, wrong))),
        ("a signature in place of a cosignature", Note(text, (mine, as_witness(mine)))),
    ]
    for case, note, signed in good:
        yield note_case(case, note.format().encode(), None, signed)
    for case, note in bad:
        yield note_case(case, note.format().encode(), "signature-wrong", None)
    for case, data in malformed_notes(text, mine):
        yield note_case(case, data, "note-malformed", None)


def as_witness(signature: Signature) -> Signature:
    return Signature(WITNESS.verifier.name, WITNESS.verifier.key_id, signature.signature)


def note_case(case: str, data: bytes, refused: str | None, signed: list[Case] | None) -> Case:
    vkeys = [LOG_VKEY, WITNESS_VKEY]
    return {"case": case, "note": to_base64(data), "vkeys": vkeys, "refused": refused, "signed": signed}


def malformed_notes(text: str, mine: Signature) -> Iterator[tuple[str, bytes]]:
    good = Note(text, (mine,)).format()
    line = mine.line()
    encoded = line.split(" ")[2].strip()
    texts = {
        "nothing": "",
        "text only": text,
        "no signature line": f"{text}\n",
        "no empty line": text + line,
        "no last line feed": good[:-1],
        "an empty line behind": good + "\n",
        "a hyphen for the dash": good.replace("\u2014", "-"),
        "no name": f"{text}\n\u2014 {encoded}\n",
        "a plus in the name": f"{text}\n\u2014 a+b {encoded}\n",
        "a no-break space in the name": f"{text}\n\u2014 a\u00a0b {encoded}\n",
        "three words behind the dash": f"{text}\n\u2014 a {encoded} b\n",
        "a key id and no signature": f"{text}\n\u2014 a AAAAAA==\n",
        "base64 without padding": good.replace("=\n", "\n"),
        "a carriage return": good.replace("\n", "\r\n"),
        "a tab": good.replace("8", "8\t", 1),
        "a null": "\x00" + good,
        "101 signatures": f"{text}\n{line * 101}",
    }
    yield from ((case, one.encode()) for case, one in texts.items())
    yield "not UTF-8", good.encode().replace(b"8", b"\xff", 1)
    yield "an overlong line feed", good.encode().replace(b"\n", b"\xc0\x8a", 1)


def cosignatures() -> Iterator[Case]:
    """What a witness signs, and the line it answers with."""
    for size, at_s in ((0, 0), (8, AT_S), (8, 2**33)):
        body = Checkpoint(ORIGIN, size, root_of(size, read_from(SMALL_LEAVES))).format()
        yield {
            "case": f"size {size} at {at_s}",
            "vkey": WITNESS_VKEY,
            "seed": to_base64(WITNESS.seed),
            "at": at_s,
            "body": to_base64(body.encode()),
            "message": to_base64(cosigned_message(body, at_s)),
            "line": WITNESS.cosign(body, at_s).line(),
        }


def make_checkpoints() -> str:
    """checkpoints.json."""
    root = to_base64(root_of(8, read_from(SMALL_LEAVES)))
    good = f"{ORIGIN}\n8\n{root}\n"
    texts: dict[str, tuple[str, Checkpoint | None]] = {
        "of eight entries": (good, Checkpoint.parse(good)),
        "of an empty tree": (f"{ORIGIN}\n0\n{to_base64(EMPTY_ROOT)}\n", Checkpoint(ORIGIN, 0, EMPTY_ROOT)),
        "with an extension line": (good + "more\n", Checkpoint.parse(good)),
        "origin with spaces": (f"a log\n8\n{root}\n", Checkpoint("a log", 8, Checkpoint.parse(good).root)),
        "nothing": ("", None),
        "no last line feed": (good[:-1], None),
        "two lines": (f"{ORIGIN}\n8\n", None),
        "no origin": (f"\n8\n{root}\n", None),
        "an empty extension line": (good + "\n", None),
        "size with a leading zero": (f"{ORIGIN}\n08\n{root}\n", None),
        "size with a sign": (f"{ORIGIN}\n+8\n{root}\n", None),
        "size with a space": (f"{ORIGIN}\n8 \n{root}\n", None),
        "size in other digits": (f"{ORIGIN}\n\u0668\n{root}\n", None),
        "size of 2^64": (f"{ORIGIN}\n18446744073709551616\n{root}\n", None),
        "root too short": (f"{ORIGIN}\n8\n{to_base64(bytes(31))}\n", None),
        "root too long": (f"{ORIGIN}\n8\n{to_base64(bytes(33))}\n", None),
        "root without padding": (f"{ORIGIN}\n8\n{root.rstrip('=')}\n", None),
        "root with bits left over": (f"{ORIGIN}\n8\n{root[:-2]}{chr(ord(root[-2]) + 1)}=\n", None),
        "root in base64url": (f"{ORIGIN}\n8\n{'-' * 42}8=\n", None),
        "carriage returns": (good.replace("\n", "\r\n"), None),
    }
    return write({"texts": [checkpoint_text(case, *one) for case, one in texts.items()], "signed": list(signed())})


def checkpoint_text(case: str, text: str, meant: Checkpoint | None) -> Case:
    read = {"origin": meant.origin, "size": meant.size, "root": to_base64(meant.root)} if meant else None
    refused = None if meant else "checkpoint-malformed"
    return {"case": case, "text": to_base64(text.encode()), "refused": refused, "checkpoint": read}


def signed() -> Iterator[Case]:
    """Checkpoints as notes, and which keys are enough for them."""
    text = Checkpoint(ORIGIN, 8, root_of(8, read_from(SMALL_LEAVES))).format()
    mine, cosigned = LOG.sign(text), WITNESS.cosign(text, AT_S)
    alien = Checkpoint(OTHER_LOG.verifier.name, 8, bytes(32)).format()
    forged = Note(text, (LOG.sign(text.replace("\n8\n", "\n9\n")), cosigned))
    rows: list[tuple[str, Note, list[str], str | None]] = [
        ("signed by the log", Note(text, (mine,)), [LOG_VKEY], None),
        ("and by a witness", Note(text, (mine, cosigned)), [LOG_VKEY, WITNESS_VKEY], None),
        ("by an old key too", Note(text, (OLD_LOG.sign(text), mine)), [LOG_VKEY], None),
        ("by the witness only", Note(text, (cosigned,)), [LOG_VKEY, WITNESS_VKEY], "checkpoint-unsigned"),
        ("by a key unknown here", Note(text, (OLD_LOG.sign(text),)), [LOG_VKEY], "checkpoint-unsigned"),
        ("by the key of another log", Note(alien, (LOG.sign(alien),)), [LOG_VKEY], "checkpoint-unsigned"),
        ("signature of another size", forged, [LOG_VKEY, WITNESS_VKEY], "signature-wrong"),
    ]
    for case, note, vkeys, refused in rows:
        yield {"case": case, "note": to_base64(note.format().encode()), "vkeys": vkeys, "refused": refused}


def make_proofs() -> str:
    """proofs.json."""
    return write({"vkey": LOG_VKEY, "proofs": list(proof_cases())})


def proof_cases() -> Iterator[Case]:
    """`.tlog-proof` files for entry 5 of 8, whole and spoiled; `entry` is what they are checked for."""
    read, entry = read_from(SMALL_LEAVES), ENTRIES[5]
    text = Checkpoint(ORIGIN, 8, root_of(8, read)).format()
    note = Note(text, (LOG.sign(text), WITNESS.cosign(text, AT_S))).format()
    good = TlogProof(5, tuple(inclusion_proof(5, 8, read)), note, entry)
    file = good.format()
    first, second, *_ = file.split("\n")
    of_another = Note(text, (STRANGER.sign(text),)).format()
    rows: list[tuple[str, str, bytes, str | None]] = [
        ("with the entry in extra", file, entry, None),
        ("without extra", TlogProof(5, good.hashes, note).format(), entry, None),
        ("extra is not vouched for", TlogProof(5, good.hashes, note, b"anything").format(), entry, None),
        ("of another entry", file, ENTRIES[4], "proof-wrong"),
        ("of another index", TlogProof(4, good.hashes, note).format(), entry, "proof-wrong"),
        ("a hash missing", TlogProof(5, good.hashes[1:], note).format(), entry, "proof-wrong"),
        (
            "one bit of a hash",
            TlogProof(5, (flip(good.hashes[0]), *good.hashes[1:]), note).format(),
            entry,
            "proof-wrong",
        ),
        ("signed by a stranger", TlogProof(5, good.hashes, of_another).format(), entry, "checkpoint-unsigned"),
        ("one digit of the size", file.replace("\n8\n", "\n9\n"), entry, "signature-wrong"),
        ("checkpoint cut off", file[: file.index("\n\n") + 2], entry, "note-malformed"),
        ("version 2", file.replace("@v1", "@v2"), entry, "proof-malformed"),
        ("index with a leading zero", file.replace("index 5", "index 05"), entry, "proof-malformed"),
        (
            "index before extra",
            f"{first}\nindex 5\n{second}\n" + file.split("index 5\n")[1],
            entry,
            "proof-malformed",
        ),
        ("no index", file.replace("index 5\n", ""), entry, "proof-malformed"),
        ("64 hashes", TlogProof(5, good.hashes[:1] * 64, note).format(), entry, "proof-malformed"),
        ("a hash of 31 bytes", TlogProof(5, (bytes(31),), note).format(), entry, "proof-malformed"),
        ("nothing", "", entry, "proof-malformed"),
    ]
    for case, proof, asked, refused in rows:
        yield {"case": case, "proof": to_base64(proof.encode()), "entry": to_base64(asked), "refused": refused}


FILES: dict[str, Callable[[], str]] = {
    "contracts/vectors/ledger/merkle.json": make_merkle,
    "contracts/vectors/ledger/tiles.json": make_tiles,
    "contracts/vectors/ledger/notes.json": make_notes,
    "contracts/vectors/ledger/checkpoints.json": make_checkpoints,
    "contracts/vectors/ledger/proofs.json": make_proofs,
}
