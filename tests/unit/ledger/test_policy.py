"""A policy file is read as C2SP tlog-policy says, and says whose cosignatures are enough."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.ledger.errors import PolicyMalformed
from reelm.ledger.note import COSIGNATURE, SigningKey
from reelm.ledger.policy import Policy

LOG = str(SigningKey.from_seed("log.example/a", bytes(32)).verifier)
KEYS = {
    name: SigningKey.from_seed(f"{name}.example", name.encode() * 16, COSIGNATURE).verifier
    for name in ("x1", "x2", "x3", "y1", "y2", "y3")
}
WITNESSES = "".join(f"witness {name} {key}\n" for name, key in KEYS.items())
NOBODY: set[str] = set()
# The example of the specification.
NESTED = f"""
log {LOG} https://log.example/a
# the X people
{WITNESSES}
group X-witnesses 2 x1 x2 x3
group Y-witnesses any y1 y2 y3
\tgroup  X-and-Y\tall X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification() -> None:
    policy = Policy.parse(NESTED)
    assert [str(log.key) for log in policy.logs] == [LOG]
    assert policy.logs[0].url == "https://log.example/a"
    assert {name: witness.key for name, witness in policy.witnesses.items()} == KEYS
    assert policy.witnesses["x1"].url is None
    assert policy.needed() == 3
    for count in range(7):
        for cosigners in combinations(KEYS, count):
            xs = sum(name.startswith("x") for name in cosigners)
            assert policy.is_met(frozenset(cosigners)) == (xs >= 2 and count > xs)


@pytest.mark.parametrize(
    ("quorum", "needed", "enough", "too_few"),
    [
        ("quorum none", 0, [NOBODY, {"x1"}], list[set[str]]()),
        ("quorum x1", 1, [{"x1"}], [NOBODY, {"x2"}]),
        ("group g any x1 x2\nquorum g", 1, [{"x1"}, {"x2"}], [NOBODY, {"x3"}]),
        ("group g all x1 x2\nquorum g", 2, [{"x1", "x2"}], [{"x1"}]),
        ("group g 2 x1 x2 x3\nquorum g", 2, [{"x1", "x3"}], [{"x2"}]),
        (
            "group a all x1 x2 x3\ngroup g any a y1\nquorum g",
            1,
            [{"y1"}, {"x1", "x2", "x3"}],
            [{"x1", "x2"}, {"y2"}],
        ),
        ("group a all x1 x2\ngroup b all y1 y2 y3\ngroup g any a b\nquorum g", 2, [{"x1", "x2"}], [{"y1", "y2"}]),
    ],
)
def test_a_quorum(quorum: str, needed: int, enough: list[set[str]], too_few: list[set[str]]) -> None:
    policy = Policy.parse(f"{WITNESSES}{quorum}\n")
    assert policy.needed() == needed
    assert all(policy.is_met(one) for one in enough)
    assert not any(policy.is_met(one) for one in too_few)


@given(st.sets(st.sampled_from(sorted(KEYS))))
def test_whoever_signs_more_never_breaks_a_quorum(cosigners: set[str]) -> None:
    policy = Policy.parse(NESTED)
    if policy.is_met(cosigners):
        assert len(cosigners) >= policy.needed()
        assert all(policy.is_met(cosigners | {more}) for more in KEYS)


def test_the_names_of_those_who_signed() -> None:
    policy = Policy.parse(NESTED)
    stranger = SigningKey.generate("stranger.example", COSIGNATURE).verifier
    assert policy.cosigners([KEYS["x1"], KEYS["y2"], stranger]) == {"x1", "y2"}


def test_names_are_octets() -> None:
    names = [b"K", "\u212a".encode(), b"\xff"]
    lines = [b"witness %s %s" % (name, str(key).encode()) for name, key in zip(names, KEYS.values(), strict=False)]
    policy = Policy.parse(b"\n".join([*lines, b"quorum \xff"]))
    assert len(policy.witnesses) == 3
    assert policy.is_met({"\udcff"})
    assert not policy.is_met({"K"})


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("", 1, "quorum-missing"),
        (WITNESSES, 6, "quorum-missing"),
        ("quorum none\nquorum none\n", 2, "quorum-twice"),
        ("quorum x1\n" + WITNESSES, 1, "name-unknown"),
        ("# a\n\nhello\n", 3, "line-unknown"),
        ("quorum\n", 1, "line-unknown"),
        ("quorum a b\n", 1, "line-unknown"),
        ("log\n", 1, "line-unknown"),
        (f"log {LOG} url more\n", 1, "line-unknown"),
        ("log nonsense\n", 1, "vkey"),
        (f"log {KEYS['x1']}\n", 1, "algorithm"),
        (f"witness a {LOG}\n", 1, "algorithm"),
        (f"log {LOG}\nlog {LOG}\n", 2, "key-twice"),
        (f"{WITNESSES}witness z {KEYS['x1']}\n", 7, "key-twice"),
        (f"witness a {KEYS['x1']}\nwitness a {KEYS['x2']}\n", 2, "name-taken"),
        (f"witness none {KEYS['x1']}\n", 1, "name-taken"),
        (f"{WITNESSES}group x1 any x2\n", 7, "name-taken"),
        (f"{WITNESSES}group none any x2\n", 7, "name-taken"),
        (f"{WITNESSES}group g any\n", 7, "group-empty"),
        (f"{WITNESSES}group g any nobody\n", 7, "name-unknown"),
        (f"{WITNESSES}group g any none\n", 7, "name-unknown"),
        (f"{WITNESSES}group g any g\n", 7, "name-unknown"),
        (f"{WITNESSES}group g any x1 x1\n", 7, "member-twice"),
        (f"{WITNESSES}group g any x1\ngroup h any x1\n", 8, "member-twice"),
        (f"{WITNESSES}group g 0 x1\n", 7, "threshold"),
        (f"{WITNESSES}group g 3 x1 x2\n", 7, "threshold"),
        (f"{WITNESSES}group g 01 x1\n", 7, "threshold"),
        (f"{WITNESSES}group g most x1\n", 7, "threshold"),
        ("quorum none\r\n", 1, "control-character"),
        ("\n\x0bquorum none\n", 2, "control-character"),
        ("quorum none\n# \x7f\n", 2, "control-character"),
    ],
)
def test_what_is_against_the_grammar_is_refused_with_its_line(text: str, line: int, fault: str) -> None:
    with pytest.raises(PolicyMalformed) as caught:
        Policy.parse(text)
    assert (caught.value.line, caught.value.fault) == (line, fault)


def test_more_than_the_least_that_must_be_supported() -> None:
    keys = [SigningKey.from_seed(f"w{at}", bytes([at]) * 32, COSIGNATURE).verifier for at in range(40)]
    lines = [f"witness w{at} {key}" for at, key in enumerate(keys)]
    lines += [f"group g{at} any w{at}" for at in range(40)]
    lines += ["group all all " + " ".join(f"g{at}" for at in range(40)), "quorum all"]
    policy = Policy.parse("\n".join(lines))
    assert policy.needed() == 40
    assert policy.is_met({f"w{at}" for at in range(40)})


@given(st.binary(max_size=100))
def test_any_bytes_are_a_policy_or_refused(data: bytes) -> None:
    try:
        policy = Policy.parse(data)
    except PolicyMalformed:
        return
    assert policy.is_met(set(policy.witnesses))
