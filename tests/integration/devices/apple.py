"""Apple's devices as they behave by Apple's protocol: they enrol, check in, poll, and do what they are told.

None of this is Apple's code. What keeps it honest: every message that goes either way is checked against Apple's
published schema, profiles are verified by OpenSSL, and a device does of a command what the schema says it does.
"""

import base64
import plistlib
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
from asn1crypto import core as untyped_core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
    load_der_pkcs7_certificates,
)
from joserfc.jwk import RSAKey
from tests.conformance.devices.apple_schema import list_faults, list_profile_faults, read_keys
from tests.integration.devices.declarative import Engine
from tests.integration.devices.roster import Listed
from tests.integration.devices.site import Site
from tests.unit.devices.enrolling.device import Message, request, seal, sign_itself

from reelm.devices import make_proof
from reelm.devices.enrolling import cms
from reelm.kernel.time import HandClock

_core: Any = cast("Any", untyped_core)

CHECK_IN = {"Content-Type": "application/x-apple-aspen-mdm-checkin"}
COMMAND = {"Content-Type": "application/x-apple-aspen-mdm; charset=UTF-8"}
_FILES = {
    "InstalledApplicationList": "application.installed.list",
    "InstallProfile": "profile.install",
    "RemoveProfile": "profile.remove",
    "RemoveApplication": "application.remove",
    "DeclarativeManagement": "declarativemanagement",
}
_NOT_KNOWN = [{"ErrorCode": 12021, "ErrorDomain": "MCMDMErrorDomain", "LocalizedDescription": "Unknown command"}]
_NOT_MANAGED = [{"ErrorCode": 12026, "ErrorDomain": "MCMDMErrorDomain", "LocalizedDescription": "It is not managed"}]


@dataclass
class AppleDevice:
    """`apps` are those that somebody has installed; `managed` those that the organisation has.

    One that `is_declarative` is of iOS 15 or macOS 13, or newer; an older one does not know what it is then told.
    """

    listed: Listed
    site: Site
    clock: HandClock
    system: str = "iOS"
    is_supervised: bool = False
    is_user_enrolled: bool = False
    is_declarative: bool = False
    apps: set[str] = field(default_factory=set[str])
    managed: set[str] = field(default_factory=set[str])
    name: str = field(default_factory=lambda: str(uuid4()).upper())
    profiles: dict[str, bytes] = field(default_factory=dict[str, bytes])
    done: list[str] = field(default_factory=list[str])
    asked_about: set[str] = field(default_factory=set[str])
    answers: dict[str, str] = field(default_factory=dict[str, str])
    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(public_exponent=65537, key_size=2048))
    certificate: x509.Certificate | None = None
    topic: str = "com.apple.mgmt.External.1"

    def __post_init__(self) -> None:
        self.http = self.site.client()
        self.engine = Engine(self)

    @property
    def identity(self) -> dict[str, str]:
        return {"EnrollmentID" if self.is_user_enrolled else "UDID": self.name}

    def can_open(self, app: str) -> bool:
        """Whether an app is there and not hidden; a supervised device hides what its profiles block."""
        payloads = [one for profile in self.profiles.values() for one in plistlib.loads(profile)["PayloadContent"]]
        blocked = {bundle for one in payloads for bundle in one.get("blockedAppBundleIDs", ())}
        return app in self.apps | self.managed and not (self.is_supervised and app in blocked)

    async def enrol(self, code: str) -> None:
        """All of it: the profile, a certificate by SCEP, and the two messages."""
        got = await self.http.get("/mdm/enrol", params={"code": code})
        assert got.status_code == 200, got.text
        assert got.headers["content-type"] == "application/x-apple-aspen-config"
        profile = plistlib.loads(got.content)
        self.check(list_profile_faults(profile, self.system, is_user_enrolled=self.is_user_enrolled))
        scep, managed = profile["PayloadContent"]
        assert scep["PayloadContent"]["URL"] == f"{self.site.base}/mdm/scep"
        assert managed["CheckInURL"] == f"{self.site.base}/mdm/checkin"
        assert managed["ServerURL"] == f"{self.site.base}/mdm/connect"
        self.topic = managed["Topic"]
        self.certificate = await self.get_certificate(scep["PayloadContent"]["Challenge"])
        assert (await self.authenticate()).status_code == 200
        assert (await self.update_token()).status_code == 200

    async def get_certificate(self, challenge: str, transaction: str = "transaction") -> x509.Certificate:
        """By SCEP; raises `AssertionError` with the reason where there is none."""
        reply = await self.ask_scep(challenge, transaction)
        signed = cms.read_signed(reply)
        cms.verify(signed)
        status = signed.attributes["2.16.840.1.113733.1.9.3"]
        assert status == "0", signed.attributes["2.16.840.1.113733.1.9.4"]
        opened = cms.unseal(signed.content, sign_itself(self.key), self.key)
        (certificate,) = load_der_pkcs7_certificates(opened)
        return certificate

    async def ask_scep(self, challenge: str, transaction: str = "transaction") -> bytes:
        got = await self.http.get("/mdm/scep", params={"operation": "GetCACert"})
        registration = next(one for one in load_der_pkcs7_certificates(got.content) if _may_encrypt(one))
        content = seal(request(self.key, challenge, self.listed.code).public_bytes(Encoding.DER), registration)
        attributes = {"2.16.840.1.113733.1.9.7": _core.PrintableString(transaction)}
        message = Message(key=self.key, content=content, at=self.clock.now(), attributes=attributes).dump()
        got = await self.http.post("/mdm/scep", params={"operation": "PKIOperation"}, content=message)
        assert got.status_code == 200, got.text
        return got.content

    async def authenticate(self, **changes: Any) -> httpx.Response:
        own = {} if self.is_user_enrolled else {"SerialNumber": "C8QXXXXXXXXX"}
        if self.system == "macOS":
            own |= {"DeviceName": "A Mac", "ModelName": "Mac", "Model": "M1"}
        told = {"MessageType": "Authenticate", "Topic": self.topic, "OSVersion": "18.1"}
        return await self.check_in("authenticate", told | own | changes)

    async def update_token(self, **changes: Any) -> httpx.Response:
        token = {"Token": b"\x01" * 32, "PushMagic": str(uuid4())}
        told = {"MessageType": "TokenUpdate", "Topic": self.topic} | token
        return await self.check_in("tokenupdate", told | changes)

    async def check_out(self) -> httpx.Response:
        return await self.check_in("checkout", {"MessageType": "CheckOut", "Topic": self.topic})

    @staticmethod
    def check(faults: list[str]) -> None:
        """Nothing is otherwise than Apple's schema has it."""
        assert not faults, faults

    async def check_in(self, file: str, told: dict[str, Any]) -> httpx.Response:
        whole = self.identity | told
        keys = read_keys(f"mdm/checkin/{file}.yaml")
        self.check(list_faults(whole, keys, self.system, is_user_enrolled=self.is_user_enrolled))
        return await self.send("/mdm/checkin", plistlib.dumps(whole), CHECK_IN)

    async def send(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return await self.http.put(path, content=body, headers={**headers, "Mdm-Signature": self.sign(body)})

    def sign(self, body: bytes) -> str:
        assert self.certificate is not None
        builder = PKCS7SignatureBuilder().set_data(body).add_signer(self.certificate, self.key, SHA256())
        options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary]
        return base64.b64encode(builder.sign(Encoding.DER, options)).decode()

    def encode(self, told: dict[str, Any]) -> bytes:
        """A message in its name."""
        return plistlib.dumps(self.identity | told)

    def as_header(self) -> str:
        """Its certificate, as a proxy passes it on (RFC 9440)."""
        assert self.certificate is not None
        return f":{base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()}:"

    async def poll(self) -> list[str]:
        """Say that it is idle, and do what comes, until nothing does; which commands came."""
        came: list[str] = []
        told: dict[str, Any] = {"Status": "Idle"}
        while command := await self.say(told):
            request_ = dict(command["Command"])
            type_ = request_.pop("RequestType")
            keys = read_keys(f"mdm/commands/{_FILES[type_]}.yaml")
            self.check(list_faults(request_, keys, self.system, is_user_enrolled=self.is_user_enrolled))
            came.append(type_)
            told = {"CommandUUID": command["CommandUUID"], **self.obey(type_, request_)}
            assert len(came) < 20, came
        self.done += came
        await self.engine.run()
        return came

    async def say(self, told: dict[str, Any]) -> dict[str, Any] | None:
        """Send an answer; the next command, if there is one."""
        answer = await self.send("/mdm/connect", self.encode(told), COMMAND)
        assert answer.status_code == 200, answer.text
        return plistlib.loads(answer.content) if answer.content else None

    def obey(self, type_: str, request_: dict[str, Any]) -> dict[str, Any]:
        """Do a command, and say what came of it; a test may have it answered otherwise."""
        otherwise = self.answers.get(type_)
        if otherwise is not None:
            return {"Status": otherwise} | ({"ErrorChain": _NOT_MANAGED} if otherwise == "Error" else {})
        told: dict[str, Any] = {}
        match type_:
            case "DeclarativeManagement":
                if not self.is_declarative:
                    return {"Status": "Error", "ErrorChain": _NOT_KNOWN}
                self.engine.is_told(request_["Data"])
            case "InstalledApplicationList":
                self.asked_about |= set(request_["Identifiers"])
                told["InstalledApplicationList"] = self._list_apps(request_)
                keys = read_keys("mdm/commands/application.installed.list.yaml", "responsekeys")
                self.check(list_faults(told, keys, self.system))
            case "InstallProfile":
                profile = self.open_profile(request_["Payload"])
                self.profiles[plistlib.loads(profile)["PayloadIdentifier"]] = profile
                assert not self.engine.profiles, "a profile came by a command and was declared too"
            case "RemoveProfile":
                if self.profiles.pop(request_["Identifier"], None) is None:
                    return {"Status": "Error", "ErrorChain": _NOT_MANAGED}
            case _:
                if request_["Identifier"] not in self.managed:
                    return {"Status": "Error", "ErrorChain": _NOT_MANAGED}
                self.managed.remove(request_["Identifier"])
        return {"Status": "Acknowledged", **told}

    def _list_apps(self, request_: dict[str, Any]) -> list[dict[str, Any]]:
        """Under user enrolment nobody is told of apps that a person has installed; hidden ones are there still."""
        is_managed_only = request_.get("ManagedAppsOnly", False) or self.is_user_enrolled
        there = self.managed if is_managed_only else self.apps | self.managed
        return [{"Identifier": one} for one in sorted(there & set(request_["Identifiers"]))]

    def open_profile(self, signed: bytes) -> bytes:
        """What OpenSSL finds in it, if its signature leads to the authority that has certified the device."""
        assert self.certificate is not None
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "profile.der").write_bytes(signed)
            certificates = load_der_pkcs7_certificates(signed)
            issuer = next(one for one in certificates if one.subject == self.certificate.issuer)
            self.certificate.verify_directly_issued_by(issuer)
            (Path(folder) / "ca.pem").write_bytes(issuer.public_bytes(Encoding.PEM))
            verify = ("openssl", "cms", "-verify", "-inform", "DER", "-in", "profile.der", "-CAfile", "ca.pem")
            at = str(int(self.clock.now().timestamp()))
            ended = subprocess.run(
                (*verify, "-attime", at, "-purpose", "any", "-binary", "-out", "profile.plist"),
                cwd=folder,
                check=False,
                capture_output=True,
                timeout=30,
            )
            assert ended.returncode == 0, ended.stderr
            profile = (Path(folder) / "profile.plist").read_bytes()
        self.check(list_profile_faults(plistlib.loads(profile), self.system))
        return profile

    async def get_pass(self) -> str:
        """What shows that a request comes from this device. On a real one only a program that has its key could."""
        proof = make_proof(
            RSAKey(self.key, self.key), audience=self.site.base, jti=str(uuid4()), now=self.clock.now()
        )
        got = await self.http.post("/api/v1/device/pass", json={"proof": proof})
        assert got.status_code == 200, got.text
        return got.json()["token"]

    async def open_reelm(self) -> httpx.Response:
        """The feed, with its pass."""
        self.http.cookies.clear()
        shown = await self.get_pass()
        self.http.cookies.clear()
        return await self.http.get("/api/v1/feed", headers={"Reelm-Device": shown})


def _may_encrypt(certificate: x509.Certificate) -> bool:
    return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment
