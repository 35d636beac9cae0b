"""What can be wrong with a log, a note, a proof or an entry? Each refusal, with what it found and no personal data.

A `fault` is one word of a short list in the module that raises it, such as `truncated`.
"""

from dataclasses import dataclass
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class ProofWrong(Problem):
    """An inclusion or consistency proof does not lead to the root it claims."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class PathNotOfLog(Problem):
    """The path names no tile and no bundle."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class TileMalformed(Problem):
    """A tile does not have the length its path promises."""

    status: ClassVar[int] = 422
    path: str
    length_bytes: int


@dataclass(eq=False)
class BundleMalformed(Problem):
    """A bundle is not exactly the entries its path promises."""

    status: ClassVar[int] = 422
    fault: str


@dataclass(eq=False)
class EntryTooLong(Problem):
    """An entry does not fit into a bundle, which gives its length 16 bits."""

    status: ClassVar[int] = 422
    limit_bytes: int


@dataclass(eq=False)
class VkeyMalformed(Problem):
    """The text is no verifier key, or of an algorithm that is not taken here."""

    status: ClassVar[int] = 422
    fault: str


@dataclass(eq=False)
class NoteMalformed(Problem):
    """The bytes are no signed note."""

    status: ClassVar[int] = 422
    fault: str


@dataclass(eq=False)
class SignatureWrong(Problem):
    """A note bears a signature in the name of a known key that this key did not make."""

    status: ClassVar[int] = 422
    key: str


@dataclass(eq=False)
class CheckpointMalformed(Problem):
    """The text of a note is no checkpoint."""

    status: ClassVar[int] = 422
    fault: str


@dataclass(eq=False)
class CheckpointUnsigned(Problem):
    """No key of the log that is known here has signed the checkpoint."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class ProofMalformed(Problem):
    """The text is no `.tlog-proof`."""

    status: ClassVar[int] = 422
    fault: str


@dataclass(eq=False)
class PolicyMalformed(Problem):
    """A line of the policy file is against its grammar."""

    status: ClassVar[int] = 422
    line: int
    fault: str


@dataclass(eq=False)
class WitnessRequestMalformed(Problem):
    """The body of an add-checkpoint call is against its grammar."""

    fault: str


@dataclass(eq=False)
class EntryRefused(Problem):
    """An entry is not of the schema, or not in its canonical form."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class EntryNotFound(Problem):
    """No entry of this id names the person who asks."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class EntryNotPublished(Problem):
    """The entry is queued; no checkpoint covers it yet."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class PersonHasNoKey(Problem):
    """The person's key is gone: nothing can be said of them in the log any more."""

    status: ClassVar[int] = 410


@dataclass(eq=False)
class LedgerBusy(Problem):
    """Every lane of the queue was taken by other transactions for half a second."""

    status: ClassVar[int] = 503


@dataclass(eq=False)
class LedgerNotAnswering(Problem):
    """No checkpoint covered the entry in time, so what it tells of was not done."""

    status: ClassVar[int] = 503


@dataclass(eq=False)
class FileMissing(Problem):
    """A file that the checkpoint promises is not there."""

    status: ClassVar[int] = 422
    path: str


@dataclass(eq=False)
class TileDiffers(Problem):
    """The content of a file does not lead to the root that was signed."""

    status: ClassVar[int] = 422
    path: str


@dataclass(eq=False)
class SequencerAlreadyRuns(Problem):
    """Another sequencer works on this realm's log."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class LedgerRolledBack(Problem):
    """The database has lost entries that were signed: it is older than the log."""

    status: ClassVar[int] = 409
    signed: int
    held: int


@dataclass(eq=False)
class LogOfAnotherKey(Problem):
    """The database's log was signed by a key that this signer neither has nor had."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class SignerNotAnswering(Problem):
    """The process that holds the keys can't be reached, or could not do it."""

    status: ClassVar[int] = 503


@dataclass(eq=False)
class SignerNotIntact(Problem):
    """Keys, or the memory of what was signed, are missing from the signer's folder."""

    status: ClassVar[int] = 409
    missing: str


@dataclass(eq=False)
class SignerRolledBack(Problem):
    """A checkpoint was published that the signer does not remember: its folder is older than the log."""

    status: ClassVar[int] = 409
    published: int
    signed: int


@dataclass(eq=False)
class SigningRefused(Problem):
    """The tree does not extend the one that was signed last. `reason` is `rolled-back` or `forked`."""

    status: ClassVar[int] = 409
    reason: str
    signed: int
    asked: int


@dataclass(eq=False)
class KeyHandoverNotPossible(Problem):
    """There is no older key to retire, or one that has to be retired first."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class RootDiffers(Problem):
    """The entries and tiles fit one another, but not the root that was signed."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class LogForked(Problem):
    """The log signed two trees of which neither begins with the other."""

    status: ClassVar[int] = 409
    saved: int
    found: int


@dataclass(eq=False)
class LogShrunk(Problem):
    """The log shows a smaller tree than it signed before."""

    status: ClassVar[int] = 409
    saved: int
    found: int


@dataclass(eq=False)
class EntryInvalid(Problem):
    """An entry is not of the schema, or not in its canonical form."""

    status: ClassVar[int] = 422
    path: str
    index: int


@dataclass(eq=False)
class SequenceGap(Problem):
    """A writer's numbers have a gap, a repetition or a wrong order."""

    status: ClassVar[int] = 422
    writer: str
    due: int
    found: int
    index: int


@dataclass(eq=False)
class CountsDiffer(Problem):
    """A count commits to more entries of a writer than stand before it."""

    status: ClassVar[int] = 422
    writer: str
    told: int
    found: int
    index: int


@dataclass(eq=False)
class SealBroken(Problem):
    """An opened government request is not the one that was sealed."""

    status: ClassVar[int] = 422
    index: int


@dataclass(eq=False)
class LogOfAnotherOrigin(Problem):
    """The log says in its own entries that it is another one."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class KeyOfAnotherLog(Problem):
    """The key beside the log is not the one its site gives."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class HandOverWrong(Problem):
    """A hand-over from one key to the next is not signed by both."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class QuorumNotMet(Problem):
    """Too few witnesses of the policy have cosigned the checkpoint."""

    status: ClassVar[int] = 422
    needed: int
    found: int


@dataclass(eq=False)
class CheckpointStale(Problem):
    """The witnesses have not cosigned a checkpoint lately."""

    status: ClassVar[int] = 422
    limit_s: int


@dataclass(eq=False)
class EntryNotInLog(Problem):
    """The log has no entry of this index."""

    status: ClassVar[int] = 404
    index: int
    size: int


@dataclass(eq=False)
class ProofWithoutEntry(Problem):
    """The proof does not hold the entry it proves."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class SealNotFound(Problem):
    """No government request was sealed with this id."""

    status: ClassVar[int] = 404


@dataclass(eq=False)
class SealAlreadyOpened(Problem):
    """The government request was opened before."""

    status: ClassVar[int] = 409


@dataclass(eq=False)
class WitnessesBehind(Problem):
    """The log has what was saved, but witnesses have not cosigned that much of it yet."""

    status: ClassVar[int] = 409
    saved: int
    found: int
