"""What leaves somebody who signs in with a passkey, so that all of it has canaries?"""

from tests.integration.accounts.authenticator import Authenticator

from bench._journeys import Somebody, Town, canary
from bench._offices import ADDRESS


def hold_passkeys(town: Town) -> None:
    """Two people add one each and sign in with it; then each begins to add another, and leaves it at that."""
    for person in (town.viewer, town.author):
        device = Authenticator(ADDRESS.format(realm=town.realm.code))
        made = device.make(_ask(person))
        person.post("/me/passkeys", {"name": canary(town.realm.code, "passkey"), "credential": made})
        asked = person.post("/session/passkey/options")
        person.post("/session/passkey", {"credential": device.answer(asked)})
        _ask(person)


def _ask(person: Somebody) -> dict[str, dict[str, str]]:
    return person.post("/me/passkeys/options", {"password": person.password})
