"""One tree of errors. Each message says what is wrong and what to do next."""

from __future__ import annotations

from enum import StrEnum


class DigitizerError(Exception):
    """The root. ``exit_code`` is what a one-shot command returns: 1 failed, 2 wrong usage."""

    exit_code = 1


class UsageError(DigitizerError):
    """What was asked makes no sense as asked (an unknown booking number, a missing file)."""

    exit_code = 2


class NotFound(DigitizerError):
    """No such thing, or not yours: the two are never told apart."""


class NotAllowed(DigitizerError):
    """This person may not do this."""


class Conflict(DigitizerError):
    """The thing is no longer in the state this change needs (someone settled it first)."""


class SettingsError(DigitizerError):
    """A settings or profile file is wrong; the message names file, line and mend."""

    exit_code = 2


class RosterError(DigitizerError):
    """A roster file could not be understood; nothing of it was imported."""


class UnopenableFile(DigitizerError):
    """A scanned file cannot be opened; the message is a reason that a clerk understands."""


class StorageError(DigitizerError):
    """Bytes could not be stored durably. Intake stops; nothing is acknowledged."""


class EngineError(DigitizerError):
    """A reading engine or decoder failed on one page."""


class WorkerFault(StrEnum):
    """How an isolated worker process failed over one task.

    UNAVAILABLE: no worker could be started at all; the task was never tried.
    """

    CRASHED = "crashed"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    UNAVAILABLE = "unavailable"


class WorkerFailed(DigitizerError):
    """A worker process died, hung or grew too large over one task; ``kind`` says which."""

    def __init__(self, kind: WorkerFault, says: str) -> None:
        super().__init__(kind, says)
        self.kind = kind
        self.says = says

    def __str__(self) -> str:
        return self.says
