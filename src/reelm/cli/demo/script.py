"""Who is in the demo and what they say: three people, twelve generated clips, all their words.

The people are invented, and every caption says that its clip was computed, not filmed.
The first clip is the quickest to render, so that a new installation has something to play at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from .avenue import avenue
from .clock import clock
from .coral import coral
from .film import Film
from .rain import rain
from .sky import aurora, sunrise
from .swarm import pendulums, silk, starlings
from .tree import tree
from .water import ink, tide


@dataclass(frozen=True)
class DemoPerson:
    """An invented account. `region` is a subdivision code such as `QC`, or `None`."""

    handle: str
    display_name: str
    bio: str
    country: str
    region: str | None
    locale: str
    birth_date: date


@dataclass(frozen=True)
class DemoClip:
    """A clip to post: `comments` are (handle, text) in order, `likes` are handles; `make(1.0)` is the film."""

    slug: str
    author_handle: str
    caption: str
    comments: tuple[tuple[str, str], ...]
    likes: tuple[str, ...]
    make: Callable[[float], Film]


MIRA, JONAS, ELODIE = "mira.grows", "jonas.skies", "elodie.lanuit"

PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson(
        MIRA,
        "Mira Keane",
        "Small rules, left alone for a while. Everything here is computed, nothing is filmed. Demo account.",
        "IE",
        None,
        "en",
        date(1991, 3, 14),
    ),
    DemoPerson(
        JONAS,
        "Jonas Lindqvist",
        "Weather that never happened. I write skies in numpy. Demo account.",
        "SE",
        None,
        "en",
        date(1986, 11, 2),
    ),
    DemoPerson(
        ELODIE,
        "Élodie Gagnon",
        "La ville, la nuit, en équations. Images calculées, pas filmées. Compte de démonstration.",
        "CA",
        "QC",
        "fr-CA",
        date(1994, 6, 24),
    ),
)

CLIPS: tuple[DemoClip, ...] = (
    DemoClip(
        "sunrise",
        JONAS,
        "Six hills, one sun, no camera. A sunrise computed from a handful of sine waves. #generative #sunrise",
        (
            (MIRA, "The mist in the second valley is what sells it."),
            (ELODIE, "Je me lève jamais assez tôt pour la vraie. Celle-là me va!"),
        ),
        (MIRA, ELODIE),
        sunrise,
    ),
    DemoClip(
        "rain",
        ELODIE,
        "Pluie sur une vitre qui n’existe pas. Chaque goutte est une petite lentille qui retourne la ville à "
        "l’envers. Image générée. #pluie #nuit #artgénératif",
        (
            (JONAS, "Took me a moment to see that the city is upside down in every drop."),
            (MIRA, "The signal turns green halfway through. Lovely touch."),
        ),
        (MIRA, JONAS),
        rain,
    ),
    DemoClip(
        "ink",
        MIRA,
        "Ink in water, except there is no ink and no water: a fluid solver on a small grid. Generated. "
        "#fluid #simulation #generative",
        (
            (ELODIE, "On dirait de la soie. C’est quoi la taille de la grille?"),
            (MIRA, "135 × 240 for the water, twice that for the ink."),
        ),
        (JONAS, ELODIE),
        ink,
    ),
    DemoClip(
        "aurora",
        JONAS,
        "Three curtains of northern light over a lake that only exists as a mirror of them. Generated; it loops. "
        "#aurora #night #generative",
        (
            (ELODIE, "Je l’ai regardée en boucle en attendant l’autobus."),
            (MIRA, "Is the lake just the sky read backwards?"),
            (JONAS, "Exactly that, with ripples that get longer towards you."),
        ),
        (MIRA, ELODIE),
        aurora,
    ),
    DemoClip(
        "pendulums",
        MIRA,
        "48 double pendulums let go a hair apart. For four seconds they agree. Computed, then drawn as light. "
        "#chaos #physics #generative",
        (
            (JONAS, "The moment it fans out into colour!"),
            (ELODIE, "Le meilleur cours sur le chaos en neuf secondes."),
        ),
        (JONAS, ELODIE),
        pendulums,
    ),
    DemoClip(
        "clock",
        ELODIE,
        "De cinq heures à neuf heures du soir en huit secondes. Une horloge dessinée avec des distances, pas avec "
        "une caméra. #horloge #heuredorée #artgénératif",
        (
            (MIRA, "When the numerals start to glow I hold my breath a little."),
            (JONAS, "The shadow moves with the sun. Of course it does. Bravo."),
        ),
        (MIRA, JONAS),
        clock,
    ),
    DemoClip(
        "starlings",
        JONAS,
        "9,000 computed starlings, each one following only those nearby. Watch for the falcon you cannot see. "
        "#murmuration #dusk #generative",
        (
            (MIRA, "I counted. 8,999."),
            (JONAS, "The falcon was hungry."),
        ),
        (MIRA, ELODIE),
        starlings,
    ),
    DemoClip(
        "coral",
        MIRA,
        "Two chemicals that feed on each other draw a reef: warm where it is young, blue where it is old. "
        "Reaction-diffusion, generated. #turing #patterns #generative",
        (
            (JONAS, "The edges look alive."),
            (ELODIE, "Ça pousse comme du givre sur mes fenêtres en janvier."),
        ),
        (JONAS, ELODIE),
        coral,
    ),
    DemoClip(
        "avenue",
        ELODIE,
        "Une avenue qui n’est dans aucune ville. On roule, il vient de pleuvoir, les feux passent au vert. "
        "Générée image par image. #ville #nuit #boucle",
        (
            (JONAS, "Every light is green for you. Definitely not filmed."),
            (MIRA, "I want to live in one of those windows."),
        ),
        (MIRA, JONAS),
        avenue,
    ),
    DemoClip(
        "tide",
        JONAS,
        "A late moon and its road over the water. Twelve waves added up, nothing else. Generated; it loops. "
        "#sea #moon #generative",
        ((ELODIE, "Mets le son. La vague respire avec la musique."),),
        (MIRA, ELODIE),
        tide,
    ),
    DemoClip(
        "silk",
        ELODIE,
        "Neuf mille fils de lumière qui suivent un courant imaginaire. Champ de vecteurs, image générée, en boucle. "
        "#flux #soie #artgénératif",
        (
            (MIRA, "Which noise is underneath? It never looks the same twice."),
            (ELODIE, "Deux nuages lisses qui se remplacent lentement. Rien de plus!"),
        ),
        (MIRA, JONAS),
        silk,
    ),
    DemoClip(
        "tree",
        MIRA,
        "A tree grown from one rewriting rule, and its year in nine seconds. Every leaf is computed. "
        "#lsystem #seasons #generative",
        (
            (JONAS, "The leaves on the ground before the snow. Yes."),
            (ELODIE, "Le printemps passe trop vite, comme chez nous."),
        ),
        (JONAS, ELODIE),
        tree,
    ),
)
