"""How is a person named in another realm? By a number that differs for each destination and purpose. Pure.

AES is a permutation of 128 bits that nobody can turn around without its key (FIPS 197): under a key derived for one
destination and one purpose (HKDF, RFC 5869) it makes an id from an id, and only this realm can go back. No table
of pseudonyms is kept, so none can leak (EDPB guidelines 01/2025 on pseudonymisation).
"""

from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reelm.kernel.ids import AccountId, RealmCode


class Pseudonyms:
    """Names people of this realm for one other realm and one purpose.

    >>> ours = Pseudonyms(bytes(32), RealmCode("us"), "comment")
    >>> person = AccountId(UUID(int=7))
    >>> ours.person(ours.name(person)) == person, ours.name(person) == person
    (True, False)
    """

    def __init__(self, secret: bytes, to: RealmCode, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, None, f"reelm-pseudonym/1\n{to}\n{purpose}".encode()).derive(secret)
        self._cipher = Cipher(algorithms.AES256(derived), modes.ECB())  # noqa: S305 - one block, of one id

    def name(self, person: AccountId) -> UUID:
        """Their pseudonym there."""
        block = self._cipher.encryptor()
        return UUID(bytes=block.update(person.bytes) + block.finalize())

    def person(self, pseudonym: UUID) -> AccountId:
        """Who that is. Any number is somebody's or nobody's: look them up."""
        block = self._cipher.decryptor()
        return AccountId(UUID(bytes=block.update(pseudonym.bytes) + block.finalize()))


class Naming:
    """Makes the pseudonyms of one realm, from a secret of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._known: dict[tuple[RealmCode, str], Pseudonyms] = {}

    def towards(self, realm: RealmCode, purpose: str) -> Pseudonyms:
        """Those for one realm and one purpose."""
        key = (realm, purpose)
        if key not in self._known:
            self._known[key] = Pseudonyms(self._secret, realm, purpose)
        return self._known[key]
