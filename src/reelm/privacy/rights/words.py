"""What does the readme of an archive say? In both languages, one after the other. Pure."""

_EN = """Your data at Reelm: @{handle}, realm {realm}

collected/   what you gave us and what you did here, one file a table
inferred/    what was worked out of that: what your feed has learned
media/       your picture and the files of your clips
recipients.json  every entry of the realm's public log that names you: who was given what, and when
proofs/      a proof for each of them; reelm ledger and other people's tools can check it
tables.json  every table that was gone through, with how many rows are about you, and what is not told and why
manifest.json    the SHA-256 of every file; the SHA-256 of the whole archive is in the public log

Times are UTC. Passwords, keys and codes are named and not given.
"""
_FR = """Vos données chez Reelm : @{handle}, domaine {realm}

collected/   ce que vous nous avez donné et ce que vous avez fait ici, un fichier par table
inferred/    ce qui en a été déduit : ce que votre fil a appris
media/       votre photo et les fichiers de vos clips
recipients.json  chaque entrée du registre public du domaine qui vous concerne : qui a reçu quoi, et quand
proofs/      une preuve pour chacune; reelm ledger et les outils d’autres personnes peuvent la vérifier
tables.json  chaque table parcourue, avec le nombre de lignes à votre sujet, et ce qui n’est pas dit et pourquoi
manifest.json    le SHA-256 de chaque fichier; celui de l’archive entière est au registre public

Les heures sont en UTC. Les mots de passe, clés et codes sont nommés, mais pas donnés.
"""


def readme(handle: str, realm: str) -> str:
    """Both languages.

    >>> readme("ana", "ca-qc").splitlines()[0]
    'Your data at Reelm: @ana, realm ca-qc'
    """
    texts = (_EN, _FR.replace(" :", "\N{NO-BREAK SPACE}:"))
    return "\n".join(text.format(handle=handle, realm=realm) for text in texts)
