"""What does somebody do with their own feed, so that all of it has canaries?"""

from datetime import UTC, datetime, timedelta

from bench._journeys import Somebody, Town, canary


def shape_feeds(town: Town) -> None:
    """Of two people, once they have lived a little."""
    for person in (town.viewer, town.author):
        shape_feed(person, town.minor.handle, town.realm.code)


def shape_feed(person: Somebody, other: str, code: str) -> None:
    """Somebody's feed learns from what it shows them; they choose what to hide, and shun somebody."""
    for _ in range(2):
        at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        told = [
            {"impression_id": item["impression_id"], "video_id": item["video"]["id"], "kind": "view",
             "watched_ms": 1200, "at": at}
            for item in person.get("/feed?limit=20")["items"]
        ]  # fmt: skip
        person.post("/events", {"events": told})
    choices = {"hidden_words": [canary(code, "hidden")], "hidden_tags": [canary(code, "tag")]}
    person.session.patch("/me/feed", json=choices | {"topics": [canary(code, "topic")]}).raise_for_status()
    person.put(f"/me/feed/less/creator/{other}")
    person.put(f"/accounts/{other}/mute")
    person.put(f"/accounts/{other}/block")
