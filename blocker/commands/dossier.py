"""`blocker dossier`: everything about one company since the beginning, on paper and for a browser."""

import argparse
import os
from pathlib import Path

from blocker import commanding, looking, outfolder, packroom
from blocker.commands import NO, OK, say, warn, warn_left_out, who
from blocker.config import Config
from blocker.core.languages import Language, language_of
from blocker.errors import BlockerError
from blocker.evidence.verify import verify
from blocker.filing.packing import Asked
from blocker.locality import locale_in_force

PACK = "pack"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "dossier",
        help="everything about one company since the beginning, as a page",
        description="Write dossier.html, dossier.pdf, dossier.json and calls.csv about one company: what the rules "
        "know with their sources, what you said, every call of which you said that the caller called for it, what the "
        "law of its day says of each, campaigns, points, and what is missing. Exit status 1: the ledger doesn't "
        "verify, and the dossier begins by saying so.",
    )
    parser.add_argument("company", nargs="+", help="a name, also a former one, or the short name of `company list`")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to make")
    parser.add_argument("--lang", choices=list(map(str, Language)), help="the language (default: your region's)")
    parser.add_argument("--pack", action="store_true", help="put the evidence beside it, as `blocker pack` does")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Make a dossier."""
    from blocker import dossierroom  # noqa: PLC0415  (what renders pages is slow to load)
    from blocker.language import Words  # noqa: PLC0415  (likewise)

    own = language_of(config.region, locale_in_force(os.environ))
    language = Language(arguments.lang) if arguments.lang else own
    notes: list[str] = []
    outfolder.refuse_if_taken(arguments.out)
    if arguments.pack:
        try:
            await commanding.done(config, "seal")
        except BlockerError as error:
            notes.append(f"the ledger could not be sealed first: {error}")
    async with looking.reader(config) as ledger:
        found = await verify(config.data_dir)
        fault = str(found.faults[0]) if found.faults else ""
        dossier = await dossierroom.gather(config, ledger, " ".join(arguments.company), fault)
        with outfolder.new_folder(arguments.out) as building:
            notes += await dossierroom.write(dossier, building, Words(language))
            if arguments.pack:
                about = Asked("company", dossier.whole.known["name"], companies=dossier.whole.slugs)
                done = await packroom.pack(
                    config,
                    ledger,
                    about,
                    building / PACK,
                    zipped=False,
                    language=str(language),
                    record=lambda fields: commanding.done(config, "pack-made", **fields, by=who()),
                )
                notes += done.notes
    if fault:
        notes.append(f"the ledger doesn't verify ({fault}): the dossier is no evidence")
    say(f"The dossier of {dossier.whole.known['name']} lies in {arguments.out}")
    warn(notes)
    await warn_left_out(config)
    return NO if fault else OK
