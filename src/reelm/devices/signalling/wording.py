"""What is told to administrators of a change? Words beside CAEP's two, in every language of the decision. Pure.

CAEP knows compliant and not compliant; how a device really stands, and to which decision, is said here.
"""

from reelm.devices.compliance import Compliance
from reelm.devices.model import Decision

_MOST = 1000
_STATES = {
    "en": {
        Compliance.COMPLIANT: "the app is not on the device",
        Compliance.NOT_COMPLIANT: "the app is on the device",
        Compliance.EXEMPT: "the device is excepted",
        Compliance.CANNOT_BE_VERIFIED: "nobody can see whether the app is on the device",
        Compliance.STALE: "nothing was heard of the device for a day",
        Compliance.UNMANAGED: "nobody manages the device",
    },
    "fr": {
        Compliance.COMPLIANT: "l’application n’est pas sur l’appareil",
        Compliance.NOT_COMPLIANT: "l’application est sur l’appareil",
        Compliance.EXEMPT: "l’appareil est excepté",
        Compliance.CANNOT_BE_VERIFIED: "personne ne peut voir si l’application est sur l’appareil",
        Compliance.STALE: "on n’a rien su de l’appareil depuis un jour",
        Compliance.UNMANAGED: "personne ne gère l’appareil",
    },
}


def say_why(decision: Decision, now: Compliance) -> dict[str, str]:
    """How a device stands, to which decision, and the decision's own reason, by language. In a language that we have
    no words in, the state is told by its name.
    """
    return {
        language: f"{decision.app.name}: {_name(language, now)} ({decision.id}). {reason}"[:_MOST]
        for language, reason in decision.reason.public.items()
    }


def _name(language: str, state: Compliance) -> str:
    return _STATES.get(language.partition("-")[0], {}).get(state, state.value)
