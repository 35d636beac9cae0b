"""Which law holds where somebody lives, what may they ask for, and by when must it be done? Owns `deploy/law`.

Promises: every place has one law, if only Reelm's own promise; a deadline is never later than the law's own; a folder
of laws that is not understood is refused whole. Nothing here is legal advice: the files say where each rule is from.
"""

from reelm.law.book import LawBook
from reelm.law.clocks import Standing, count_to, decide_standing, due_at, last_day
from reelm.law.errors import LawMissing, LawsClaimTwice
from reelm.law.laws import load_laws, parse_laws
from reelm.law.model import Breach, Clock, Law, Laws, Right, Rule, Section, Unit

__all__ = [
    "Breach",
    "Clock",
    "Law",
    "LawBook",
    "LawMissing",
    "Laws",
    "LawsClaimTwice",
    "Right",
    "Rule",
    "Section",
    "Standing",
    "Unit",
    "count_to",
    "decide_standing",
    "due_at",
    "last_day",
    "load_laws",
    "parse_laws",
]
