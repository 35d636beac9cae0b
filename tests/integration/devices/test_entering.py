"""How Apple's devices, and whatever speaks SCEP, come in: by a code that is good once, over our own server's TLS."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from tests.conformance.devices.apple_schema import beside_schema
from tests.integration.devices.apple import COMMAND, AppleDevice
from tests.integration.devices.fleet import Fleet, open_fleet
from tests.integration.devices.roster import PERSONAL, invite, list_device
from tests.integration.devices.zones import Zones
from tests.integration.world import Stage

from reelm.devices import enrolling
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

BAD_REQUEST = "2"
with_scepclient = pytest.mark.skipif(
    shutil.which("scepclient") is None, reason="scepclient is not installed: run make test as root once"
)


@pytest.fixture
async def fleet(
    settings: Settings, clock: HandClock, stage: Stage, zones: Zones, tmp_path: Path
) -> AsyncGenerator[Fleet]:
    async with open_fleet(settings, clock, stage, zones, tmp_path) as opened:
        yield opened


async def _listed(fleet: Fleet, code: str = "iphone-1") -> tuple[AppleDevice, str]:
    """A device that is to enrol, and its code."""
    listed = await list_device(fleet.institution, code, "ios", "supervised")
    return AppleDevice(listed, fleet.site, fleet.clock), await invite(fleet.institution, listed)


@beside_schema
async def test_a_code_is_good_once_and_a_lost_answer_is_given_again(fleet: Fleet) -> None:
    phone, code = await _listed(fleet)
    first = await phone.get_certificate(code, "one")
    assert await phone.get_certificate(code, "one") == first
    with pytest.raises(AssertionError, match=BAD_REQUEST):
        await phone.get_certificate(code, "two")
    thief = AppleDevice(phone.listed, fleet.site, fleet.clock)
    with pytest.raises(AssertionError, match=BAD_REQUEST):
        await thief.get_certificate(code, "one")
    with pytest.raises(AssertionError, match=BAD_REQUEST):
        await thief.get_certificate(enrolling.make_code())
    with pytest.raises(AssertionError, match=BAD_REQUEST):
        await thief.get_certificate("no code")


@beside_schema
async def test_a_phone_of_somebodys_own_comes_in_only_once_they_have_agreed(fleet: Fleet) -> None:
    listed = await list_device(fleet.institution, "own-iphone", "ios", "user", PERSONAL)
    phone = AppleDevice(listed, fleet.site, fleet.clock, is_user_enrolled=True)
    code = await invite(fleet.institution, listed)
    refused = await phone.http.get("/mdm/enrol", params={"code": code})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/consent-missing")
    with pytest.raises(AssertionError, match=BAD_REQUEST):
        await phone.get_certificate(code)
    assert (await phone.http.post("/api/v1/device/consent", json={"code": code})).status_code == 200
    await phone.enrol(code)
    assert await phone.poll() == []


@beside_schema
async def test_a_device_that_is_enrolled_otherwise_than_the_directory_says_is_refused(fleet: Fleet) -> None:
    phone, code = await _listed(fleet)
    phone.certificate, phone.is_user_enrolled = await phone.get_certificate(code), True
    refused = await phone.authenticate()
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/mdm-enrolment-other")


@beside_schema
async def test_a_device_begins_before_it_takes_commands(fleet: Fleet) -> None:
    phone, code = await _listed(fleet)
    phone.certificate = await phone.get_certificate(code)
    assert (await phone.update_token()).status_code == 403
    assert (await phone.authenticate()).status_code == 200
    idle = await phone.send("/mdm/connect", phone.encode({"Status": "Idle"}), COMMAND)
    assert (idle.status_code, idle.json()["type"]) == (403, "/problems/mdm-enrolment-other")
    assert (await phone.update_token()).status_code == 200
    assert await phone.poll() == []


@beside_schema
async def test_a_phone_that_was_erased_enrols_anew_and_its_old_key_is_worth_nothing(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    old = phone.certificate, phone.key
    phone.key = generate_private_key(public_exponent=65537, key_size=2048)
    await phone.enrol(await invite(fleet.institution, phone.listed))
    assert await phone.poll() == []
    phone.certificate, phone.key = old
    refused = await phone.send("/mdm/connect", phone.encode({"Status": "Idle"}), COMMAND)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/device-certificate-of-another")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/mdm/scep?operation=GetCACaps", 200),
        ("/mdm/scep?operation=GetCACert", 200),
        ("/mdm/scep?operation=GetNextCACert", 400),
        ("/mdm/scep?operation=PKIOperation", 400),
        ("/mdm/scep?operation=PKIOperation&message=AAAA", 400),
        ("/mdm/scep?operation=PKIOperation&message=%F0", 400),
        ("/mdm/scep?operation=PKIOperation&message=" + "A" * 8100, 400),
        ("/mdm/scep?operation=PKIOperation&message=" + "A" * 9000, 422),
        ("/mdm/scep", 422),
        ("/mdm/enrol?code=what", 422),
        ("/mdm/enrol?code=7F3K-9QXM-2B8T-VW4C", 404),
    ],
)
async def test_what_is_no_request_is_refused_cleanly(fleet: Fleet, path: str, status: int) -> None:
    answer = await fleet.site.client().get(path)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 400), (64 * 1024 + 1, 413), (3_000_000, 413)])
async def test_a_request_for_a_certificate_that_is_too_long_is_refused_with_what_to_do(
    fleet: Fleet, size: int, status: int
) -> None:
    answer = await fleet.site.client().post("/mdm/scep?operation=PKIOperation", content=b"\x30" * size)
    assert answer.status_code == status, answer.text
    if status == 413:
        assert (answer.json()["type"], "Send less" in answer.json()["detail"]) == ("/problems/body-too-large", True)


async def test_devices_that_are_not_apples_enrol_by_other_means(fleet: Fleet) -> None:
    listed = await list_device(fleet.institution, "linux-1", "linux", "agent")
    code = await invite(fleet.institution, listed)
    answer = await fleet.site.client().get("/mdm/enrol", params={"code": code})
    assert (answer.status_code, answer.json()["platform"]) == (409, "linux")


@with_scepclient
async def test_scepclient_gets_a_certificate_from_us_over_tls_and_not_with_a_wrong_challenge(
    fleet: Fleet, tmp_path: Path
) -> None:
    """Debian's, which knows nothing of us."""
    listed = await list_device(fleet.institution, "laptop-7", "linux", "agent")
    code = await invite(fleet.institution, listed)
    wrong = await _scepclient(fleet, tmp_path / "wrong", enrolling.make_code())
    assert (wrong.returncode, "badRequest" in wrong.stdout) == (1, True), wrong.stdout
    right = await _scepclient(fleet, tmp_path / "right", code)
    assert right.returncode == 0, right.stdout
    authority = await fleet.institution.realm.cell.issuer.authority()
    got = (tmp_path / "right" / "client.pem").read_bytes()
    certified = enrolling.read_certificate(got, authority.certificate, fleet.clock.now(), device="laptop-7")
    assert certified.organisation == "institution"
    again = await _scepclient(fleet, tmp_path / "again", code)
    assert (again.returncode, "badRequest" in again.stdout) == (1, True), again.stdout


async def _scepclient(fleet: Fleet, folder: Path, challenge: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    url = f"https://127.0.0.1:{fleet.site.port}/mdm/scep"
    command = ("scepclient", "-server-url", url, "-private-key", str(folder / "key.pem"), "-challenge", challenge)
    return await asyncio.to_thread(
        subprocess.run,
        (*command, "-cn", "whatever", "-organization", "whatever"),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env=os.environ | {"SSL_CERT_FILE": str(fleet.site.certificate)},
    )


@beside_schema
async def test_a_proxy_that_checks_certificates_may_vouch_for_a_device_where_that_was_set(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    app = fleet.institution.realm.app
    cell = app.state.cell
    headers, body = {**COMMAND, "Client-Cert": phone.as_header()}, phone.encode({"Status": "Idle"})
    for settings, status in (
        ({"listen": "unix:/run/web.sock", "client_certs": True}, 200),
        ({"listen": "unix:/run/web.sock", "client_certs": False}, 403),
        ({"client_certs": True}, 403),
    ):
        app.state.cell = replace(cell, settings=cell.settings.model_copy(update=settings))
        assert (await phone.http.put("/mdm/connect", content=body, headers=headers)).status_code == status, settings
    app.state.cell = replace(
        cell, settings=cell.settings.model_copy(update={"listen": "unix:/run/web.sock", "client_certs": True})
    )
    for wrong in ("", ":", "::", ":AAAA:", "AAAA"):
        answer = await phone.http.put("/mdm/connect", content=body, headers={**headers, "Client-Cert": wrong})
        assert answer.status_code == 403, wrong
    app.state.cell = cell
