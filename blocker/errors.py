"""Every exception this program raises on purpose.

    BlockerError
    ├── ConfigError          the configuration file can't be used; lists all its faults
    ├── RulesError           rule files can't be used; lists all their faults
    ├── UsageError           a command was asked for something that doesn't exist or makes no sense
    │   ├── FieldsError          fields of what was handed in can't be used; names all of them
    │   └── UnknownCallError     no call is meant, or more than one
    ├── ProtocolError        a peer (Asterisk, or something posing as it) broke the protocol
    ├── SourceError          a block list could not be read; the last good one stays
    │   ├── StatusError          a web server answered something else than what was asked for
    │   └── UnfitError           all of a list came, and can't be used as it is
    ├── SigningError         nothing can be signed, or no signature checked: ssh-keygen or the key
    ├── PaperError           a page can't be set as PDF: typst is missing, failed, or took too long
    ├── StampError           a time-stamping authority can't be asked, or its answer isn't what was asked for
    ├── SendError            a report can't be got to somebody, and they surely don't have it
    ├── UnsureError          a report was being handed over, and nobody knows whether it arrived
    ├── DataDirError         the data directory can't be used: not writable, missing
    │   └── DataDirInUseError    another process owns it
    └── LedgerError          the evidence ledger can't be read or written
        ├── LedgerFormatError    it was made by a newer program, or isn't a ledger
        ├── LedgerCorruptError   it doesn't verify; the message says at which entry
        └── LedgerWriteError     an entry could not be made durable (disk full, read-only, closed)

Each message says what is wrong, where, and how to mend it: it is printed to the household as it stands.
This module decides nothing else; in particular not what happens to a call, which rings whenever one of these is raised
on its way (`screening.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass


class BlockerError(Exception):
    """Base of all errors raised on purpose; `__main__` prints it without a traceback."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one place of a file that a person wrote."""

    file: str
    line: int
    """1-based; 0 where the fault is about the whole file."""
    what: str
    mend: str = ""
    """How to put it right, as an instruction; empty where the fault says it already."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}" + (f" ({self.mend})" if self.mend else "")


class _FaultyFilesError(BlockerError):
    """Shared by the errors that report every fault of a file, or of several, at once."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))


class ConfigError(_FaultyFilesError):
    """The configuration can't be used."""


class RulesError(_FaultyFilesError):
    """Rule files can't be used."""


class UsageError(BlockerError):
    """A command names something that doesn't exist, or values that make no sense together."""


class FieldsError(UsageError):
    """Fields of an object that was handed in can't be used."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """`faults` says by field what is wrong with it and how to mend it."""
        self.faults = dict(faults)
        super().__init__("\n".join(f"{field}: {what}" for field, what in faults.items()))


class UnknownCallError(UsageError):
    """What should name a call names none, or several."""


class ProtocolError(BlockerError):
    """A peer sent what the protocol doesn't allow; nothing it said is believed."""


class SourceError(BlockerError):
    """A block list could not be fetched or read."""


class StatusError(SourceError):
    """A web server said no, and what."""

    def __init__(self, message: str, status: int, *, retry_after: int = 0) -> None:
        """What it said.

        Args:
            message: for the household.
            status: the status code of HTTP.
            retry_after: seconds after which it wants to be asked again; 0 where it doesn't say.
        """
        super().__init__(message)
        self.status, self.retry_after = status, retry_after


class UnfitError(SourceError):
    """All of a list came, and can't be used as it is: who asks again soon gets the same."""


class SigningError(BlockerError):
    """A signature can't be made, or can't be checked here; what was to be signed is as it was."""


class PaperError(BlockerError):
    """A page can't be set as PDF."""


class StampError(BlockerError):
    """A time-stamp can't be had, or isn't one of what it should be."""

    unchecked = False
    """Whether nothing was looked at, for want of the library."""


class SendError(BlockerError):
    """A recipient surely doesn't have what was to be sent."""

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        """`lasting` says that trying again is no use before somebody mends something."""
        super().__init__(message)
        self.lasting = lasting


class UnsureError(BlockerError):
    """What was sent may have arrived."""


class DataDirError(BlockerError):
    """The data directory can't be used by this process."""


class DataDirInUseError(DataDirError):
    """Another process owns the data directory."""


class LedgerError(BlockerError):
    """The evidence ledger can't be read or written."""


class LedgerFormatError(LedgerError):
    """The file isn't a ledger this version knows."""


class LedgerCorruptError(LedgerError):
    """The ledger doesn't verify."""


class LedgerWriteError(LedgerError):
    """An entry could not be made durable."""
