"""What runs inside a sandbox: takes one task at a time from its pipe, answers, waits.

Started as ``python -m digitizer.engines.isolation.child FD PARENT FILES FILE_BYTES DATA_BYTES``.
Heavy libraries are loaded by the tasks themselves, after the guards are up.
"""

from __future__ import annotations

import gc
import pickle
import sys
import traceback
from multiprocessing.connection import Connection

from digitizer.engines.isolation import guards
from digitizer.engines.isolation.answers import packed_answer
from digitizer.model.errors import DigitizerError, EngineError


def main(arguments: list[str]) -> None:
    descriptor, parent, files, file_bytes, data_bytes = map(int, arguments)
    guards.die_with(parent)
    guards.limit(files, file_bytes, data_bytes)
    pipe = Connection(descriptor)
    pipe.send_bytes(packed_answer("ready", guards.leave_network()))
    while True:
        try:
            task = pipe.recv_bytes()
        except EOFError:
            return
        pipe.send_bytes(_answer(task, pipe))
        del task
        gc.collect()
        gc.freeze()  # what is still there are libraries and networks: not to be gone through again


def _answer(task: bytes, pipe: Connection) -> bytes:
    try:
        function, arguments = pickle.loads(task)  # loads the libraries that the task names
        pipe.send_bytes(packed_answer("ready", ""))
        return packed_answer("done", function(*arguments))
    except Exception as error:
        return packed_answer("raised", _transportable(error))


def _transportable(error: Exception) -> Exception:
    """The error itself where the other side knows its class, else its words in one of ours."""
    error.add_note("In the sandbox:\n" + traceback.format_exc())
    known = isinstance(error, DigitizerError) or type(error).__module__ == "builtins"
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        known = False
    if known:
        return error
    substitute = EngineError(f"{type(error).__name__}: {error}")
    for note in getattr(error, "__notes__", ()):
        substitute.add_note(note)
    return substitute


if __name__ == "__main__":
    main(sys.argv[1:])
