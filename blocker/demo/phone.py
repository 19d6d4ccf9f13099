"""The phone system's part in the demonstration: asks the service over FastAGI, as Asterisk would for each call."""

import asyncio
from dataclasses import dataclass, field

from blocker.errors import ProtocolError


@dataclass(slots=True)
class Asked:
    """What the dialplan would find on the channel afterwards."""

    variables: dict[str, str] = field(default_factory=dict)

    @property
    def rings(self) -> bool:
        """As the dialplan has it: only a known action keeps the phone quiet."""
        return self.variables.get("BLOCKER_ACTION", "") not in {"reject", "busy", "unallocated"}


async def ask(port: int, *, number: str, name: str, presentation: int, called: str, uniqueid: str) -> Asked:
    """Ask about one call.

    Raises:
        ProtocolError: the service said something that Asterisk wouldn't understand.
    """
    environment = {
        "agi_network": "yes",
        "agi_network_script": "screen",
        "agi_request": f"agi://127.0.0.1:{port}/screen",
        "agi_channel": f"PJSIP/provider-{uniqueid[-8:]}",
        "agi_language": "en",
        "agi_type": "PJSIP",
        "agi_uniqueid": uniqueid,
        "agi_version": "22.0.0",
        "agi_callerid": number or "unknown",
        "agi_calleridname": name or "unknown",
        "agi_callingpres": str(presentation),
        "agi_dnid": called,
        "agi_rdnis": "unknown",
        "agi_context": "blocker-screen",
        "agi_extension": "s",
        "agi_priority": "1",
        "agi_enhanced": "0.0",
        "agi_arg_1": called,
    }
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = Asked()
    try:
        writer.write("".join(f"{key}: {value}\n" for key, value in environment.items()).encode() + b"\n")
        while line := (await reader.readline()).decode().strip():
            words = line.split(" ", 3)
            if words[:2] != ["SET", "VARIABLE"]:
                raise ProtocolError(f"unexpected command from the service: {line}")
            asked.variables[words[2]] = words[3].strip('"')
            writer.write(b"200 result=1\n")
    finally:
        writer.close()
    return asked
