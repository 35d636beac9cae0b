"""What Apple's devices do by themselves with what is declared to them, by Apple's published schema.

Told that something has changed, a device looks at the list, fetches what it has not got as it now is, puts in force
what an activation names, lets go of what is listed no more, and says how it stands to each, if that is subscribed to.
"""

import json
import plistlib
from typing import TYPE_CHECKING, Any, cast

import httpx
from tests.conformance.devices.apple_schema import list_faults, read_keys, read_schema

if TYPE_CHECKING:
    from tests.integration.devices.apple import AppleDevice

KINDS = {
    "activation": "Activations",
    "asset": "Assets",
    "configuration": "Configurations",
    "management": "Management",
}
FOLDERS = {"activation": "activations", "configuration": "configurations", "management": "management"}
LEGACY = "com.apple.configuration.legacy"


class Engine:
    """Of one device. `refuses` has the code of an error for declarations that it can't put in force, by identifier;
    `is_silent` keeps it from saying how it stands.
    """

    def __init__(self, device: "AppleDevice") -> None:
        self._device = device
        self._told: bytes | None = None
        self.token = ""
        self.held: dict[str, tuple[str, dict[str, Any]]] = {}
        self.profiles: dict[str, str] = {}
        self.refuses: dict[str, str] = {}
        self.fetched: list[str] = []
        self.is_silent = False

    def is_told(self, tokens: bytes) -> None:
        self._told = tokens

    async def run(self) -> None:
        """See to what it was told of while it did its commands."""
        if self._told is None:
            return
        tokens, self._told = self._told, None
        await self.follow(tokens)

    async def follow(self, tokens: bytes) -> None:
        told = json.loads(tokens)
        self._check(told, "declarative/protocol/tokensresponse.yaml")
        assert told["SyncTokens"].keys() == {"DeclarationsToken", "Timestamp"}
        if told["SyncTokens"]["DeclarationsToken"] == self.token:
            return
        items = await self.list_items()
        listed = {
            (kind, one["Identifier"]): one["ServerToken"]
            for kind, name in KINDS.items()
            for one in items["Declarations"][name]
        }
        for (kind, identifier), token in listed.items():
            held = self.held.get(identifier)
            if held is None or held[1]["ServerToken"] != token:
                self.held[identifier] = kind, await self._fetch(kind, identifier, token)
        for identifier in self.held.keys() - {identifier for _, identifier in listed}:
            del self.held[identifier]
        self.token = items["DeclarationsToken"]
        await self._apply()
        if not self.is_silent:
            assert (await self.report()).status_code == 200

    async def ask(self, endpoint: str, data: bytes | None = None) -> httpx.Response:
        """Something of the server, in a signed message."""
        told: dict[str, Any] = {"MessageType": "DeclarativeManagement", "Endpoint": endpoint}
        return await self._device.check_in(
            "declarativemanagement", told | ({"Data": data} if data is not None else {})
        )

    async def list_items(self) -> dict[str, Any]:
        items = self._read(await self.ask("declaration-items"))
        self._check(items, "declarative/protocol/declarationitemsresponse.yaml")
        return items

    async def get_tokens(self) -> bytes:
        got = await self.ask("tokens")
        self._check(self._read(got), "declarative/protocol/tokensresponse.yaml")
        return got.content

    async def report(self, **more: Any) -> httpx.Response:
        """How it stands to all that it holds; nothing is told that nobody has subscribed to."""
        declarations: dict[str, list[Any]] = {f"{kind}s" if kind != "management" else kind: [] for kind in KINDS}
        for identifier, (kind, one) in sorted(self.held.items()):
            state = self._say(
                identifier, one["ServerToken"], is_active=kind == "management" or self._is_active(identifier)
            )
            declarations[f"{kind}s" if kind != "management" else kind].append(state)
        capable = {
            "supported-versions": ["1.0.0"],
            "supported-features": dict[str, Any](),
            "supported-payloads": {"declarations": dict[str, Any](), "status-items": sorted(self.subscriptions())},
        }
        management: dict[str, Any] = {"client-capabilities": capable}  # which is told without being asked for
        if "management.declarations" in self.subscriptions():
            management["declarations"] = declarations
        for item, value in management.items():
            keys = read_keys(f"declarative/status/management.{item}.yaml")
            self._device.check(list_faults({f"management.{item}": value}, keys, self._device.system))
        report: dict[str, Any] = {"StatusItems": {"management": management}, "Errors": []}
        return await self.send(report | more)

    async def send(self, report: dict[str, Any]) -> httpx.Response:
        self._check(report, "declarative/protocol/statusreport.yaml")
        return await self.ask("status", json.dumps(report).encode())

    def subscriptions(self) -> set[str]:
        """What it tells of, as an active configuration asks for it."""
        active = [one["Payload"] for identifier, (_, one) in self.held.items() if self._is_active(identifier)]
        return {item["Name"] for one in active for item in one.get("StatusItems", ())}

    def _is_active(self, identifier: str) -> bool:
        if identifier in self.refuses:
            return False
        kind, _ = self.held[identifier]
        active = [
            one["Payload"]["StandardConfigurations"]
            for name, (of, one) in self.held.items()
            if of == "activation" and name not in self.refuses
        ]
        return kind == "activation" or any(identifier in one for one in active)

    def _say(self, identifier: str, token: str, *, is_active: bool) -> dict[str, Any]:
        said: dict[str, Any] = {
            "identifier": identifier,
            "server-token": token,
            "active": is_active,
            "valid": "valid",
        }
        if identifier in self.refuses:
            said |= {"active": False, "valid": "invalid", "reasons": [{"code": self.refuses[identifier]}]}
        return said

    async def _fetch(self, kind: str, identifier: str, token: str) -> dict[str, Any]:
        self.fetched.append(identifier)
        one = self._read(await self.ask(f"declaration/{kind}/{identifier}"))
        self._check(one, "declarative/declarations/declarationbase.yaml")
        assert (one["Identifier"], one["ServerToken"]) == (identifier, token)
        assert max(len(identifier.encode()), len(token.encode())) <= 64, "as long as Apple allows"
        name = one["Type"].removeprefix(f"com.apple.{kind}.")
        file = f"declarative/declarations/{FOLDERS[kind]}/{name}.yaml"
        assert read_schema(file)["payload"]["declarationtype"] == one["Type"]
        self._check(one["Payload"], file)
        self._check_allowed(kind, file)
        return one

    def _check_allowed(self, kind: str, file: str) -> None:
        """Macs that are managed count as supervised, whoever enrolled them."""
        if kind == "configuration":
            system = read_schema(file)["payload"]["supportedOS"][self._device.system]
            is_supervised = self._device.is_supervised or self._device.system == "macOS"
            assert ("supervised" if is_supervised else "device") in system["allowed-enrollments"], file

    async def _apply(self) -> None:
        """Profiles by the address that is declared; one comes in place of another of its identifier."""
        wanted = {
            identifier: one["Payload"]["ProfileURL"]
            for identifier, (_, one) in self.held.items()
            if one["Type"] == LEGACY and self._is_active(identifier)
        }
        for identifier in self.profiles.keys() - wanted.keys():
            del self._device.profiles[self.profiles.pop(identifier)]
        for identifier, url in wanted.items():
            assert url.startswith(f"{self._device.site.base}/"), "it is served by whoever manages the device"
            got = await self._device.http.get(url.removeprefix(self._device.site.base))
            assert got.status_code == 200, got.text
            assert got.headers["content-type"] == "application/x-apple-aspen-config"
            profile = self._device.open_profile(got.content)
            name = plistlib.loads(profile)["PayloadIdentifier"]
            assert name not in self._device.profiles or self.profiles.get(identifier) == name, "it is there already"
            self._device.profiles[name], self.profiles[identifier] = profile, name

    def _check(self, told: dict[str, Any], file: str) -> None:
        self._device.check(list_faults(told, read_keys(file), self._device.system))

    @staticmethod
    def _read(got: httpx.Response) -> dict[str, Any]:
        assert got.status_code == 200, got.text
        assert got.headers["content-type"] == "application/json"
        return cast("dict[str, Any]", got.json())
