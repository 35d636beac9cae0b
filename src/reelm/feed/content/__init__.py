"""What is a clip about, and what does it look like? Numbers for a clip that nobody has watched yet.

Owns `feed_content`. Promises: only what is public is described; a description goes with what it was made of, when a
caption changes or a clip is no longer public, in the same transaction.
"""

from reelm.feed.content.codes import CONTENT_BYTES, MODEL
from reelm.feed.content.describing import describe_what_is_new, run_describe

__all__ = ["CONTENT_BYTES", "MODEL", "describe_what_is_new", "run_describe"]
