"""How many devices stand how to a decision, told so that nobody can be found in the number? Pure.

A figure of fewer than five devices is not told, and neither is the one by which it could be worked out from the
others: where one is left out, the next smallest is, too, and the sum of all is told rounded down to fives.
"""

from collections.abc import Mapping

from reelm.devices.compliance import Compliance

SMALLEST = 5


def suppress(counts: Mapping[Compliance, int]) -> tuple[dict[Compliance, int | None], int]:
    """The figures, `None` for what is not told, and the rounded sum.

    >>> told, about = suppress({Compliance.COMPLIANT: 40, Compliance.NOT_COMPLIANT: 2, Compliance.EXEMPT: 0})
    >>> [told[one] for one in (Compliance.COMPLIANT, Compliance.NOT_COMPLIANT, Compliance.EXEMPT)], about
    ([None, None, 0], 40)
    """
    hidden = {state for state, count in counts.items() if 0 < count < SMALLEST}
    if len(hidden) == 1 or 0 < sum(counts[state] for state in hidden) < SMALLEST:
        others = sorted((count, state) for state, count in counts.items() if count > 0 and state not in hidden)
        hidden |= {state for _, state in others[:1]}
    told = {state: None if state in hidden else count for state, count in counts.items()}
    return told, sum(counts.values()) // SMALLEST * SMALLEST
