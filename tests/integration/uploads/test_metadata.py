"""A clip that knows where it was filmed: not one byte of that survives in what is stored or served."""

from collections.abc import Iterator
from pathlib import Path

from tests import footage
from tests.conftest import Log
from tests.integration.world import SITE, Realm

FILE_NAME = "IMG_4711 chez Zoë.mov"


def _traces() -> dict[str, bytes]:
    """The coordinates, the device and the file's name in every form they could hide in."""
    numbers = (footage.LATITUDE.strip("+0"), footage.LONGITUDE.strip("+0"))
    fixed = {f"{n} as 16.16": round(float(n) * 65536).to_bytes(4) for n in numbers}  # 3GPP TS 26.244, `loci`
    words = (*numbers, footage.PHONE, "Fairphone", FILE_NAME, "IMG_4711")
    return {word: word.encode() for word in words} | {f"{w} utf-16": w.encode("utf-16-le") for w in words} | fixed


async def _everything(realm: Realm) -> Iterator[tuple[str, bytes]]:
    """Every file below the data folder and every row, with bytes as they are and as hex."""
    files = [(str(path), path.read_bytes()) for path in realm.settings.data.rglob("*") if path.is_file()]
    rows: list[tuple[str, bytes]] = []
    for table in await realm.count_rows():
        for row in await realm.rows(f'SELECT * FROM "{table}"'):
            for name, value in row.items():
                rows.append((f"{table}.{name}", value if isinstance(value, bytes) else str(value).encode()))
    return iter(files + rows)


async def test_not_one_byte_of_the_place_device_or_file_name_survives(realm: Realm, log: Log, tmp_path: Path) -> None:
    content = footage.with_gps(tmp_path / FILE_NAME).read_bytes()
    for trace in (footage.LATITUDE, footage.LONGITUDE, "Fairphone", "IMG_4711"):
        assert trace.encode() in content
    upload = await realm.upload(realm.people.ana, content, filename=FILE_NAME)
    ana = realm.client(realm.people.ana)
    id = (await ana.post("/videos", json={"upload_id": upload, "caption": "by the river"})).json()["id"]
    await realm.work()
    clip = await realm.video(id)
    assert clip["state"] == "published"
    served = [
        (url, (await realm.get(url)).content)
        for url in [clip["poster"], *(made["url"] for made in clip["renditions"])]
    ]
    for path in (f"/api/v1/videos/{id}", "/api/v1/feed", "/api/v1/accounts/ana/videos", f"/v/{id}"):
        answer = await ana.get(SITE + path)
        served.append((path, answer.content + str(answer.headers).encode()))
    stored = [*await _everything(realm), ("log", log.text.encode())]
    assert len(stored) > 50
    found = [(where, name) for where, text in stored + served for name, trace in _traces().items() if trace in text]
    assert found == []
    assert realm.leftovers() == []
