"""What an audit of a suspension found in 2023 (TIGTA 2024-IE-R003) can't happen here unseen.

Each finding is one test; the names are what is promised instead.
"""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.integration.access.journeys import refusal
from tests.integration.devices.institution import Institution, as_text
from tests.integration.devices.test_enrolled import make_device, personal_device
from tests.integration.devices.test_refused import DEADLINE

ANDROID = {"platform": "android", "enrolment": "fully-managed"}
SUPERVISED = {"platform": "ios", "enrolment": "supervised"}


@dataclass(frozen=True)
class Pack:
    """What an auditor took away: files by name."""

    files: dict[str, bytes]

    @property
    def checklist(self) -> Any:
        return json.loads(self.files["checklist.json"])

    def item(self, name: str) -> Any:
        return next(one for one in self.checklist["items"] if one["item"] == name)

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.files[name].decode())))


async def take_pack(institution: Institution, decision: str, probes: Any = None, language: str = "en") -> Pack:
    """As the auditor gets it."""
    method, path = "GET" if probes is None else "POST", f"/decisions/{decision}/audit-pack?language={language}"
    answer = await institution.call("auditor", method, path, probes)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        return Pack({name: opened.read(name) for name in opened.namelist()})


async def enforce(institution: Institution, **changes: Any) -> str:
    """A decision that is in force now; its id."""
    id = await institution.publish(**changes)
    institution.realm.clock.advance(DEADLINE)
    return id


async def test_a_device_that_nobody_manages_is_counted_loudly_and_never_as_compliant(
    institution: Institution,
) -> None:
    phone = await institution.enrol(await make_device(institution, "phone", **SUPERVISED))
    await make_device(institution, "left-over", platform="android", enrolment="unmanaged")
    id = await enforce(institution)
    await phone.show_key()
    assert (await phone.report()).status_code == 200
    await institution.realm.workshop.look_over_devices()
    pack = await take_pack(institution, id)
    devices = pack.checklist["devices"]
    assert (devices["total"], devices["compliant"]) == (2, 1)
    assert devices["not_known_to_be_compliant"] == {"unmanaged": 1, "stale": 0, "cannot-be-verified": 0}
    assert sorted(row["state"] for row in pack.rows("states.csv")) == ["compliant", "unmanaged"]
    for name in ("identify-presence", "remove-and-disallow"):
        assert (pack.item(name)["state"], "devices-unmanaged" in pack.item(name)["because"]) == ("not-met", True)
    assert {"kind": "devices", "subject": "unmanaged", "count": 1, "how": "not known to be compliant"} in (
        pack.checklist["gaps"]
    )


async def test_a_device_that_falls_silent_is_no_longer_compliant(institution: Institution) -> None:
    phone = await institution.enrol(await make_device(institution, "phone", **SUPERVISED))
    id = await enforce(institution)
    await phone.show_key()
    await phone.report()
    institution.realm.clock.advance(timedelta(hours=25))
    pack = await take_pack(institution, id)  # before anything has looked over devices again
    row = pack.rows("states.csv")[0]
    assert (row["state"], row["state_in_log"]) == ("stale", "compliant")
    assert pack.checklist["devices"]["compliant"] == 0


async def test_a_group_is_not_excepted_and_nobody_is_without_a_record(institution: Institution) -> None:
    directory = await institution.open_directory()
    members = [
        await directory.device(f"investigator-{number}", **SUPERVISED, ownership="corporate") for number in (1, 2)
    ]
    group = await directory.group("Criminal investigation", *(one["id"] for one in members))
    id = await enforce(institution)
    until = as_text(institution.realm.clock.now() + timedelta(days=30))
    wish = {"purpose": "supervision", "mitigations": [0], "until": until}
    for carve_out in ({}, {"device": group["id"]}, {"person": group["id"]}, {"group": group["id"]}):
        answer = await institution.call("device-admin", "POST", f"/decisions/{id}/exceptions", wish | carve_out)
        assert answer.status_code in {404, 422}, answer.text
    asked = await institution.do(
        "device-admin", "POST", f"/decisions/{id}/exceptions", wish | {"device": members[0]["id"]}
    )
    answer = await institution.call("device-admin", "POST", f"/exceptions/{asked['id']}/grant")
    assert refusal(answer) == (403, "duty-missing")
    before = await take_pack(institution, id)
    assert before.checklist["devices"]["states"]["exempt"] == 0
    assert [one["status"] for one in before.checklist["exceptions"]] == ["asked"]
    await institution.do("approver", "POST", f"/exceptions/{asked['id']}/grant")
    after = await take_pack(institution, id)
    states = {row["device"]: row["state"] for row in after.rows("states.csv")}
    assert states == {members[0]["id"]: "exempt", members[1]["id"]: "stale"}
    record = after.rows("exceptions.csv")[0]
    assert (record["exception"], record["device"], record["purpose"], record["status"]) == (
        *(asked["id"], members[0]["id"], "supervision", "granted"),
    )
    assert record["asked_by"] != record["decided_by"]
    assert record["mitigations"] == "A device of its own that holds nothing else"


async def test_whoever_was_not_told_shows_until_they_are_told_and_say_so(institution: Institution) -> None:
    eve = await institution.enrol(await personal_device(institution, "eve", "fr"))
    await institution.enrol(await personal_device(institution, "bob", "en"))
    id = await institution.publish()

    async def people() -> tuple[list[str], list[str]]:
        pack = await take_pack(institution, id)
        gaps = [one["subject"] for one in pack.checklist["gaps"] if one["kind"] == "people"]
        return sorted(row["status"] for row in pack.rows("told.csv")), gaps

    assert await people() == (["not-told", "not-told"], ["not-told"])
    await eve.call("GET", "/api/v1/device")
    assert await people() == (["not-told", "told"], ["not-told", "not-acknowledged"])
    await eve.call("POST", f"/api/v1/device/decisions/{id}/acknowledge")
    assert await people() == (["acknowledged", "not-told"], ["not-told"])
    pack = await take_pack(institution, id)
    (eve_row,) = (row for row in pack.rows("told.csv") if row["status"] == "acknowledged")
    assert (eve_row["language"], eve_row["acknowledged_at"] >= eve_row["told_at"] > "") == ("fr-CA", True)
    assert pack.checklist["people"]["not_told_ids"] == [
        row["person"] for row in pack.rows("told.csv") if row["status"] == "not-told"
    ]


async def test_an_app_that_is_gone_says_nothing_of_its_site(institution: Institution) -> None:
    """The app, the browser and the network are told apart, device by device and by what was measured."""
    phone = await institution.enrol(await make_device(institution, "phone", **ANDROID))
    id = await enforce(institution)
    await phone.show_key()
    await phone.report()
    pack = await take_pack(institution, id)
    assert [row["state"] for row in pack.rows("states.csv")] == ["compliant"]
    assert pack.item("remove-and-disallow")["state"] == "met"
    traffic = pack.item("prohibit-traffic")
    assert (traffic["state"], traffic["because"]) == ("not-met", ["no-control-in-browser", "not-probed"])
    assert traffic["figures"]["without_control_in_browser"] == 1
    (kind,) = json.loads(pack.files["coverage.json"])
    reaches = {layer: {one["reach"] for one in controls.values()} for layer, controls in kind["layers"].items()}
    assert reaches == {"app": {"enforced"}, "browser": {"not-built"}, "network": {"partly"}}
    told = {"way": "resolver", "target": "reelm.example", "outcome": "open", "how": "192.0.2.80"}
    measured = {
        "kind": "suspension-probes",
        "v": 1,
        "decision": f"urn:uuid:{id}",
        "sha256": pack.checklist["sha256"],
        "at": as_text(institution.realm.clock.now()),
        "probes": [told],
    }
    probed = await take_pack(institution, id, probes=measured)
    assert "resolver-answers" in probed.item("prohibit-traffic")["because"]
    assert probed.item("remove-and-disallow")["state"] == "met"
    assert json.loads(probed.files["probes.json"])["probes"] == [told]
