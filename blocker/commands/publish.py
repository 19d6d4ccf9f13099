"""`blocker publish`: a block list of one's own for others, and reports for the publisher of one."""

import argparse
import asyncio
from pathlib import Path

from blocker import commanding, publishroom
from blocker.commands import OK, say, warn
from blocker.config import Config
from blocker.core.signed_text import time_text
from blocker.core.snapshot_manifest import MANIFEST
from blocker.errors import UsageError
from blocker.outfolder import hand_out
from blocker.renderers.markdown_text import plural


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "publish",
        help="share a block list: report to one, or publish one",
        description="With --reports: write what you marked as unwanted to a file for the publisher of a list: numbers, "
        "ratings and weeks, signed under a pseudonym. With --out: make the list of such reports, signed, as a folder "
        "that any web server can serve. Nothing is sent anywhere (docs/operating-a-list.md).",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--reports", type=Path, metavar="FILE", help="write a report to this file; an older one goes")
    what.add_argument("--out", type=Path, metavar="DIR", help="publish in this folder")
    parser.add_argument("--list", default="", metavar="NAME", help="with --reports: for which list")
    parser.add_argument(
        "--from", dest="folder", type=Path, metavar="DIR", help="with --out: where list.toml and the reports are"
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Report, or publish."""
    if arguments.reports is not None:
        if not arguments.list or arguments.folder:
            raise UsageError("a report is for one list: blocker publish --reports FILE --list NAME")
        return await _report(config, arguments.list, arguments.reports)
    if arguments.folder is None or arguments.list:
        raise UsageError("what is the list made of? blocker publish --from DIR --out DIR")
    return await _publish(arguments.folder, arguments.out)


async def _report(config: Config, name: str, path: Path) -> int:
    made = await commanding.done(config, "publish-report", name=name)
    await asyncio.to_thread(hand_out, path.parent, {path.name: made["file"].encode()})
    many = plural(made["numbers"], "number")
    say(f"{path}: {many} for the list “{name}”. Look at it: that is all which its publisher gets.")
    say("So that your reports count, its publisher needs this line of you, once:")
    say(made["line"].rstrip())
    return OK


async def _publish(folder: Path, out: Path) -> int:
    published, line = await publishroom.publish(folder, out)
    manifest = published.manifest
    say(
        f"{out}: “{manifest.list}”, version {manifest.version}: {plural(manifest.numbers, 'number')} and "
        f"{plural(manifest.prefixes, 'prefix', 'prefixes')}, {published.new} new, {published.gone} gone, by the "
        f"reports of {plural(published.members, 'household')}."
    )
    say(f"It holds until {time_text(manifest.expires)}; publish again before that.")
    say(f"Who follows it fetches {MANIFEST} from there, and needs this line, by another way than from that folder:")
    say(line.rstrip())
    warn([f"this report doesn't count: {why}" for why in published.refused])
    return OK
