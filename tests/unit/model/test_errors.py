"""The tree of errors, and the exit codes that commands give for them."""

from __future__ import annotations

import pickle

from digitizer.model import errors
from digitizer.model.errors import DigitizerError, NeedsProof, SandboxFailed, SandboxProblem

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, DigitizerError)
]


def test_only_wrong_usage_and_wrong_settings_end_a_command_with_two() -> None:
    wrong_usage = {kind.__name__ for kind in KINDS if kind.exit_code == 2}
    assert wrong_usage == {"UsageError", "Unstorable", "SettingsError"}
    assert {kind.exit_code for kind in KINDS} == {1, 2}


def test_a_sandboxs_failure_says_its_message_and_survives_being_sent() -> None:
    failure = SandboxFailed(SandboxProblem.TIMEOUT, "It took too long.")
    again = pickle.loads(pickle.dumps(failure))
    assert (str(again), again.kind) == ("It took too long.", SandboxProblem.TIMEOUT)


def test_proof_that_is_missing_names_the_options_that_give_it() -> None:
    assert "--password-file" in str(NeedsProof())
