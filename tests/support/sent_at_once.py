"""Two processes that send the same forms at the same time, as a double click and two workers do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages.drafts import KeptDraft, form_for
from digitizer.storage.database import reading
from digitizer.storage.tables import message

_SEND = """
import dataclasses, pathlib, sys
from digitizer.facility import open_facility
from digitizer.messages import writing
from digitizer.messages.writing import Save
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.audit_keys import sign_with
from digitizer.storage.database import open_engine
home, url, kind, name, whom, *forms = sys.argv[1:]
facility = open_facility(pathlib.Path(home))
if url:
    engine = open_engine(url)
    sign_with(engine, facility.audit_key_file)
    facility = dataclasses.replace(facility, engine=engine)
by = Actor(ActorKind(kind), name)
print("ready", flush=True); sys.stdin.readline()
for form in forms:
    print(writing.write(facility, whom, "Hi", f"On {form}", by, Save(form)), flush=True)
"""


def send_at_once(
    facility: Facility, kind: str, name: str, whom: str, number: int, url: str = ""
) -> tuple[Sequence[str], Sequence[str]]:
    """What each of the two was answered for each of ``number`` forms."""
    forms = [form_for(KeptDraft()) for _ in range(number)]
    command = [sys.executable, "-c", _SEND, str(facility.home), url, kind, name, whom, *forms]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in both:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    one, other = (each.communicate()[0].split() for each in both)
    return one, other


def sent_ids(facility: Facility) -> list[str]:
    with reading(facility.engine) as tx:
        return list(tx.execute(sa.select(message.c.id)).scalars())
