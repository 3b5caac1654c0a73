"""One tree of errors. Each message says what is wrong and what to do next."""

from __future__ import annotations

from enum import StrEnum


class DigitizerError(Exception):
    """The root. ``exit_code`` is what a one-shot command returns: 1 failed, 2 wrong usage."""

    exit_code = 1


class UsageError(DigitizerError):
    """What was asked for makes no sense (a missing option, a file that does not exist)."""

    exit_code = 2


class Unstorable(UsageError):
    """A value that no database of ours has a place for; so nothing with it exists."""

    def __init__(self) -> None:
        super().__init__(
            "A text or number in this cannot be stored: it has a character that is none (such as "
            "NUL), or is too long or too large. Leave it out."
        )


class NotFound(DigitizerError):
    """There is no such thing, or it is not yours: the answer is the same for both."""


class NotAllowed(DigitizerError):
    """This person may not do this."""


class NeedsProof(NotAllowed):
    """They may do this, once they have proved again who they are."""

    def __init__(self) -> None:
        super().__init__(
            "This needs your password again: nobody else may do it at a screen left open. On the "
            "command line, give --by NAME and --password-file FILE."
        )


class NeedsReason(NotAllowed):
    """They may look at this, once they have said why."""


class NeedsCase(NeedsReason):
    """They may look at this, once they have named the case that they read for."""


class Conflict(DigitizerError):
    """It is no longer in the state that this change needs (someone decided about it first)."""


class TooOften(DigitizerError):
    """Whoever asks must wait a while."""

    def __init__(self) -> None:
        super().__init__("You asked too often. Wait a few minutes, then try again.")


class SettingsError(DigitizerError):
    """A settings or profile file is wrong; the message names the file, the line and the fix."""

    exit_code = 2


class RosterError(DigitizerError):
    """A roster file could not be understood; nothing of it was imported."""


class ReleaseNotConfirmed(RosterError):
    """A roster would release more people than is usual, or not as many as was said: ``leaving`` of
    ``in_custody``. Nothing of it was imported."""

    def __init__(self, message: str, leaving: int, in_custody: int) -> None:
        super().__init__(message)
        self.leaving = leaving
        self.in_custody = in_custody


class UnopenableFile(DigitizerError):
    """A scanned file cannot be opened; the message gives a clerk the reason."""


class StorageError(DigitizerError):
    """Bytes could not be stored durably. Intake stops, and nothing is acknowledged."""


class AuditError(DigitizerError):
    """The log of events does not prove itself."""


class LogSetBack(StorageError):
    """The head of the event log names an earlier event than the last that was written. Nothing can
    be recorded after it, and so nothing is done."""

    def __init__(self, named: int) -> None:
        super().__init__(
            f"The head of the event log was set back: it names event {named}, and later events are "
            "written already. Nothing was changed, and nothing is taken in until this is fixed. "
            "Keep a copy of the database, see what happened with: digitizer audit verify; then an "
            "administrator ends it with: digitizer audit fix --by NAME --reason TEXT"
        )


class EngineError(DigitizerError):
    """A reading engine or decoder failed on one page."""


class SandboxProblem(StrEnum):
    """How a sandbox failed at one task.

    UNAVAILABLE: no sandbox could be started at all; the task was never tried.
    """

    CRASHED = "crashed"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    UNAVAILABLE = "unavailable"


class SandboxFailed(DigitizerError):
    """A sandbox crashed, hung or grew too large over one task; ``kind`` is which of these."""

    def __init__(self, kind: SandboxProblem, message: str) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message

    def __str__(self) -> str:
        return self.message
