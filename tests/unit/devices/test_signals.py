"""A token is believed of its own issuer about its own devices, by its own audience, for a week, and else never."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from reelm.devices import (
    Change,
    Compliance,
    Envelope,
    SignalRefused,
    make_signal,
    make_stream_update,
    make_verification,
    read_signal,
)
from reelm.devices.signals import (
    COMPLIANCE_CHANGE,
    MOST_BYTES,
    SESSION_REVOKED,
    STREAM_UPDATED,
    TAKEN_FOR,
    TYPE,
    VERIFICATION,
)

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
ISSUER, ME = "https://mdm.example", "https://eu.reelm.example/signals"
KEY, STRANGER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
KEYS = {"https://other.example": [ECKey.generate_key("P-256")], ISSUER: [KEY]}
CHANGE = Change("d1", "tenant-1", Compliance.COMPLIANT, Compliance.NOT_COMPLIANT, {"en": "The app is there"}, NOW)
ENVELOPE = Envelope(ISSUER, ME, "jti-1", KEY, NOW)
TOKEN = make_signal(CHANGE, ENVELOPE)
CLAIMS: dict[str, Any] = jwt.decode(TOKEN, KEY, algorithms=["ES256"]).claims
CLAIMS_TEXT = json.dumps(CLAIMS)
EVENT: dict[str, Any] = CLAIMS["events"][COMPLIANCE_CHANGE]


def _sign(claims: dict[str, Any], key: ECKey = KEY, **header: Any) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.thumbprint(), "typ": TYPE} | header, claims, key)


def _refused(token: str, now: datetime = NOW) -> str:
    with pytest.raises(SignalRefused) as refused:
        read_signal(token, keys=KEYS, audience=ME, now=now)
    return refused.value.err


def _subject(issuer: str, device: str) -> dict[str, Any]:
    return {"format": "complex", "device": {"format": "iss_sub", "iss": issuer, "sub": device}}


def test_what_is_told_is_heard() -> None:
    heard = read_signal(TOKEN, keys=KEYS, audience=ME, now=NOW + timedelta(minutes=1))
    assert (heard.jti, heard.issuer, heard.device, heard.tenant) == ("jti-1", ISSUER, "d1", "tenant-1")
    assert (heard.status, heard.at) == ("not-compliant", NOW)
    verified = read_signal(make_verification("stream-1", "state-1", ENVELOPE), keys=KEYS, audience=ME, now=NOW)
    assert (verified.kind, verified.state, verified.device, verified.status) == (VERIFICATION, "state-1", None, None)
    unasked = read_signal(make_verification("stream-1", None, ENVELOPE), keys=KEYS, audience=ME, now=NOW)
    assert unasked.state is None
    update = make_stream_update("stream-1", "disabled", "Nobody came.", ENVELOPE)
    updated = read_signal(update, keys=KEYS, audience=ME, now=NOW)
    assert (updated.kind, updated.stream, updated.device) == (STREAM_UPDATED, "disabled", None)


def test_that_sessions_are_over_is_heard() -> None:
    events = {SESSION_REVOKED: {"event_timestamp": int((NOW - timedelta(hours=1)).timestamp())}}
    heard = read_signal(_sign(CLAIMS | {"events": events}), keys=KEYS, audience=ME, now=NOW)
    assert (heard.kind, heard.device, heard.status) == (SESSION_REVOKED, "d1", None)
    assert heard.at == NOW - timedelta(hours=1)


def test_of_what_nothing_was_known_the_worse_word_was_true() -> None:
    token = make_signal(replace(CHANGE, before=None, now=Compliance.COMPLIANT), ENVELOPE)
    event = jwt.decode(token, KEY, algorithms=["ES256"]).claims["events"][COMPLIANCE_CHANGE]
    assert (event["previous_status"], event["current_status"]) == ("not-compliant", "compliant")


def test_an_rsa_key_signs_by_rs256_and_by_nothing_else() -> None:
    key = RSAKey.generate_key(2048)

    def sign(alg: str) -> str:
        return jwt.encode({"alg": alg, "kid": key.thumbprint(), "typ": TYPE}, CLAIMS, key, algorithms=[alg])

    assert read_signal(sign("RS256"), keys={ISSUER: [key]}, audience=ME, now=NOW).device == "d1"
    for alg in ("RS512", "PS256"):
        with pytest.raises(SignalRefused):
            read_signal(sign(alg), keys={ISSUER: [key]}, audience=ME, now=NOW)


def test_what_cannot_be_verified_is_told_as_not_compliant() -> None:
    """CAEP has two words, and silence is never the better one."""
    token = make_signal(replace(CHANGE, now=Compliance.CANNOT_BE_VERIFIED), ENVELOPE)
    assert read_signal(token, keys=KEYS, audience=ME, now=NOW).status == "not-compliant"


def test_a_token_of_many_audiences_and_a_key_by_its_own_name_are_taken() -> None:
    key = ECKey.import_key(KEY.as_dict(private=True) | {"kid": "2027-01"})
    token = _sign(CLAIMS | {"aud": ["https://x.example", ME]}, key, kid="2027-01")
    assert read_signal(token, keys={ISSUER: [key]}, audience=ME, now=NOW).device == "d1"


@pytest.mark.parametrize(
    ("claims", "err"),
    [
        ({"aud": "https://somebody-else.example"}, "invalid_audience"),
        ({"aud": []}, "invalid_audience"),
        ({"iss": "https://other.example"}, "invalid_issuer"),
        ({"iat": int((NOW + timedelta(minutes=6)).timestamp())}, "invalid_request"),
        ({"iat": int((NOW - TAKEN_FOR - timedelta(minutes=1)).timestamp())}, "invalid_request"),
        ({"iat": -1}, "invalid_request"),
        ({"iat": "now"}, "invalid_request"),
        ({"jti": ""}, "invalid_request"),
        ({"jti": None}, "invalid_request"),
        ({"events": {}}, "invalid_request"),
        ({"events": {COMPLIANCE_CHANGE: EVENT, "urn:x": {}}}, "invalid_request"),
        ({"events": {"urn:x": {}}}, "invalid_request"),
        ({"events": {COMPLIANCE_CHANGE: EVENT | {"current_status": "unknown"}}}, "invalid_request"),
        ({"events": {COMPLIANCE_CHANGE: {}}}, "invalid_request"),
        ({"events": {SESSION_REVOKED: {}}, "sub_id": {"format": "opaque", "id": "s"}}, "invalid_request"),
        ({"events": {STREAM_UPDATED: {"status": "gone"}}}, "invalid_request"),
        ({"events": {VERIFICATION: {"state": "\0"}}}, "invalid_request"),
        ({"sub_id": None}, "invalid_request"),
        ({"sub_id": {"format": "opaque", "id": "d1"}}, "invalid_request"),
        ({"sub_id": _subject(ISSUER, "")}, "invalid_request"),
        ({"sub_id": _subject("https://x.example", "d1")}, "invalid_issuer"),
    ],
    ids=str,
)
def test_a_token_that_says_something_else_is_refused_with_its_code(claims: dict[str, Any], err: str) -> None:
    assert _refused(_sign({name: value for name, value in (CLAIMS | claims).items() if value is not None})) == err


def test_a_token_of_another_key_or_kind_is_refused() -> None:
    head, body, signature = TOKEN.split(".")
    tokens = {
        "a stranger's": _sign(CLAIMS, STRANGER),
        "a stranger's by our key's name": _sign(CLAIMS, STRANGER, kid=KEY.thumbprint()),
        "an access token": _sign(CLAIMS, typ="at+jwt"),
        "without a name of a key": jwt.encode({"alg": "ES256", "typ": TYPE}, CLAIMS, KEY),
        "unsigned": f"eyJhbGciOiJub25lIiwidHlwIjoic2VjZXZlbnQrand0In0.{body}.",
        "with its signature cut": f"{head}.{body}.{signature[:-8]}",
        "with another body": f"{head}.{body[:-2]}AA.{signature}",
        "by a shared secret": jwt.encode(
            {"alg": "HS256", "kid": KEY.thumbprint(), "typ": TYPE}, CLAIMS, OctKey.generate_key(256)
        ),
    }
    assert {name: _refused(token) for name, token in tokens.items()} == dict.fromkeys(tokens, "invalid_key")


def test_a_time_of_the_event_that_is_still_to_come_is_now() -> None:
    ahead = EVENT | {"event_timestamp": int((NOW + timedelta(days=300)).timestamp())}
    token = _sign(CLAIMS | {"events": {COMPLIANCE_CHANGE: ahead}})
    assert read_signal(token, keys=KEYS, audience=ME, now=NOW).at == NOW


@given(st.text(max_size=200) | st.just("." * 10) | st.just("a" * (MOST_BYTES + 1)))
def test_any_text_is_refused_and_nothing_else_happens(token: str) -> None:
    assert _refused(token) in {"invalid_key", "invalid_request"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*CLAIMS, "txn"]), JSON), st.dictionaries(st.sampled_from([*EVENT]), JSON))
def test_whatever_a_known_issuer_has_signed_is_understood_or_refused(
    claims: dict[str, Any], event: dict[str, Any]
) -> None:
    for kind in (COMPLIANCE_CHANGE, SESSION_REVOKED, VERIFICATION, STREAM_UPDATED):
        for told in (CLAIMS | {"events": {kind: event}} | claims, CLAIMS | {"events": {kind: EVENT | event}}):
            try:
                heard = read_signal(_sign(told), keys=KEYS, audience=ME, now=NOW)
            except SignalRefused:
                continue
            assert heard.at <= NOW + timedelta(minutes=5)
            assert "\0" not in f"{heard.jti}{heard.device}{heard.state}"


@pytest.mark.parametrize(
    "payload",
    [
        CLAIMS_TEXT.replace('"jti-1"', '"\\ud800"'),
        CLAIMS_TEXT.replace('"d1"', '"\\udfff"'),
        CLAIMS_TEXT.replace('"jti-1"', "1" * 5000),
        CLAIMS_TEXT.replace('"jti-1"', "NaN"),
        CLAIMS_TEXT.replace('"jti-1"', "[" * 3000 + "]" * 3000),
        CLAIMS_TEXT[:-1],
        "[]",
    ],
    ids=lambda payload: payload[:40],
)
def test_json_that_nobody_should_write_is_refused(payload: str) -> None:
    header = {"alg": "ES256", "kid": KEY.thumbprint(), "typ": TYPE}
    token = jws.serialize_compact(header, payload.encode(), KEY, algorithms=["ES256"])
    assert _refused(token) in {"invalid_request", "invalid_key"}
