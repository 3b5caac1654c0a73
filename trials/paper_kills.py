"""kill -9 at random moments while messages are written, rendered, printed, posted and e-mailed.

    python -m trials.paper_kills --kills 200 --seed 1
    python -m trials.paper_kills --kills 60 --seed 1 --database postgresql

Each process writes messages both ways, gives some to a print system (a script that keeps what it
was given) and some to a folder, and sends e-mail to a server of our own, until it is killed. The
next one sends again the forms of which the dead one did not say that they were sent, and answers
truthfully, by what the printer has, what is asked about doubtful batches. In the end each form must
be one message, each message once on paper, and each e-mail sent once, or 0 or 1 times and shown as
doubtful.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socketserver
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from digitizer.audit import verify_chain
from digitizer.facility import Facility, make_home, open_facility
from digitizer.messages import writing
from digitizer.messages.drafts import KeptDraft, form_for
from digitizer.messages.printing import print_messages, render_queued
from digitizer.messages.writing import Save
from digitizer.model.events import LOG, Verb
from digitizer.model.people import MACHINE, Actor
from digitizer.model.prints import Batch
from digitizer.model.settings import Settings
from digitizer.model.upkeep_settings import MailServer
from digitizer.notifications import outbox, sending
from digitizer.notifications.outbox import LEASE, OutState
from digitizer.prints import actions as prints
from digitizer.storage import tables_upkeep
from digitizer.storage.database import reading
from digitizer.storage.database import writing as changing
from digitizer.storage.tables import event, message
from digitizer.storage.tables_prints import print_job
from digitizer.support.clock import now
from tests.support import postgres
from tests.support.conversing import IDA, as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, as_inmate, fill_roster
from tests.support.provenance import commit

_LP = """#!/bin/sh
# lp -d QUEUE -t TITLE: keeps the PDF under the number of its batch. It takes its time before and
# after, so that processes die while nobody knows whether it came out.
sleep 0.3
number=$(echo "$4" | tr -dc '0-9 ' | cut -d' ' -f2)
cat > "{got}/.$number" && mv "{got}/.$number" "{got}/$number.pdf"
sleep 0.3
echo "request id is $2-$number (1 file(s))"
"""
#: Seconds within which a process is killed, at most; one round takes about as long where nothing
#: else runs on the machine.
_LONGEST = 4.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found at the end. ``forms`` were sent; ``lost`` and ``doubled`` are forms that are
    no message or two, ``unprinted`` and ``printed_twice`` messages by how often they are on paper,
    ``mailed_twice`` and ``unmailed`` e-mails that count as sent; ``doubtful`` batches were asked
    about, ``doubtful_mails`` are shown to staff."""

    kills: int
    forms: int
    lost: int
    doubled: int
    messages: int
    unprinted: tuple[str, ...]
    printed_twice: tuple[str, ...]
    mails: int
    mailed_twice: int
    unmailed: int
    doubtful: int
    doubtful_mails: int
    audit_problem: str | None

    @property
    def good(self) -> bool:
        wrong = (self.lost, self.doubled, self.unprinted, self.printed_twice)
        return not any((*wrong, self.mailed_twice, self.unmailed, self.audit_problem))


@dataclass(frozen=True, slots=True)
class Place:
    """Where it all happens: the home, what printers and the mail server got, and what the processes
    noted of themselves. ``database`` is the URL of an empty one, "" for the home's own SQLite."""

    folder: Path
    port: int
    database: str = ""

    @property
    def got(self) -> Path:
        return self.folder / "printed"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def noted(self) -> Path:
        return self.folder / "noted"

    def facility(self) -> Facility:
        opened = open_facility(self.folder / "home")
        own = opened.settings
        mail = MailServer(
            host="127.0.0.1", port=self.port, sender="mailroom@jail.example", security="none"
        )
        values = own.model_dump() | {"printers": {"office": "OFFICE"}, "mail": mail.model_dump()}
        settings = Settings.model_validate(values)
        messages = settings.messages.model_copy(update={"review": "none", "a_day": 1000})
        return replace(opened, settings=settings.model_copy(update={"messages": messages}))

    def note(self, **what: object) -> None:
        """In one line, before it is gone on."""
        with self.noted.open("a") as file:
            file.write(json.dumps(what) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def notes(self, what: str) -> list[str]:
        if not self.noted.exists():
            return []
        lines = (json.loads(each) for each in self.noted.read_text().splitlines())
        return [each[what] for each in lines if what in each]

    def mailed(self) -> Counter[str]:
        """How often the server took each e-mail, by its subject."""
        taken = self.folder / "mailed"
        return Counter(taken.read_text().splitlines()) if taken.exists() else Counter()


class _Conversation(socketserver.StreamRequestHandler):
    taken: Path

    def handle(self) -> None:
        self._say("220 made")
        while line := self.rfile.readline():
            match line.split()[:1]:
                case [b"DATA"]:
                    self._say("354 go on")
                    self._take()
                case [b"QUIT"]:
                    return self._say("221 bye")
                case _:
                    self._say("250 fine")

    def _take(self) -> None:
        """Taken is what came whole: only then the server says so."""
        subject = ""
        while line := self.rfile.readline():
            if line == b".\r\n":
                with self.taken.open("a") as file:
                    file.write(subject + "\n")
                return self._say("250 taken")
            if line.startswith(b"Subject: "):
                subject = line[9:].decode().strip()

    def _say(self, words: str) -> None:
        try:
            self.wfile.write(f"{words}\r\n".encode())
        except OSError:
            return  # whoever spoke is dead


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """The other side was killed in the middle of a word."""


@contextmanager
def _mail_server(folder: Path) -> Iterator[int]:
    """In a process of its own; gives its port."""
    handler = type("Conversation", (_Conversation,), {"taken": folder / "mailed"})
    with _Server(("127.0.0.1", 0), handler) as server:
        port = int(server.server_address[1])
        child = forked(server.serve_forever)
    try:
        yield port
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def forked(do: Callable[[], object]) -> int:
    """Starts it in a process of its own; returns its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        do()
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(status)


def _make(place: Place) -> None:
    make_home(place.folder / "home")
    if place.database:
        with (place.folder / "home" / "config.toml").open("a") as settings:
            settings.write(f'\n[store]\ndatabase_url = "{place.database}"\n')
        make_home(place.folder / "home")  # its tables are there now
    for each in (place.got, place.out, place.folder / "bin"):
        each.mkdir()
    script = place.folder / "bin" / "lp"
    script.write_text(_LP.replace("{got}", str(place.got)))
    script.chmod(0o755)
    facility = place.facility()
    with changing(facility.engine) as tx:
        fill_roster(tx)
    assert make_contact(facility, IDA) == 1


_WRITERS: Sequence[tuple[Actor, str]] = ((as_correspondent(1), ORSON), (as_inmate(ORSON), "1"))


def _work(place: Place, *, rounds: int | None = None) -> None:
    """Goes on where the last one was killed, for so many rounds, or until it is killed."""
    os.environ["PATH"] = f"{place.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    facility = place.facility()
    for form in sorted(set(place.notes("begun")) - set(place.notes("sent"))):
        _send(place, facility, form)
    _answer(place, facility)
    while rounds is None or rounds > 0:
        for to_folder in (True, False):
            for _ in _WRITERS:
                form = form_for(KeptDraft())
                place.note(begun=form)
                _send(place, facility, form)
            (_to_folder if to_folder else _to_printer)(place, facility)
        _mail(place, facility)
        rounds = None if rounds is None else rounds - 1


def _send(place: Place, facility: Facility, form: str) -> None:
    by, whom = _WRITERS[ord(form[-1]) % len(_WRITERS)]
    place.note(sent=form, id=writing.write(facility, whom, "", f"On {form}", by, Save(form)))


def _to_folder(place: Place, facility: Facility) -> None:
    run = print_messages(facility, place.out, CLERK)
    assert (run.problems, run.stopped) == ((), ())


def _to_printer(place: Place, facility: Facility) -> None:
    waiting = prints.look_at_queue(facility, CLERK).waiting
    numbers = [each.number for pile in waiting for each in pile.prints]
    if numbers:
        render_queued(facility, numbers, CLERK)
        prints.send(facility, CLERK, prints.rendered(facility, numbers, CLERK), "office")
    _answer(place, facility)


def _answer(place: Place, facility: Facility) -> None:
    """Of each batch that is asked about, what the printer has."""
    for batch in prints.look_at_queue(facility, CLERK).asked:
        if batch.is_doubtful:
            place.note(doubtful=batch.number)
        say = prints.came_out if _is_on_paper(place, batch) else prints.came_not
        say(facility, [batch.number], CLERK)


def _is_on_paper(place: Place, batch: Batch) -> bool:
    return _is_whole(place.got / f"{batch.number}.pdf")


def _is_whole(file: Path) -> bool:
    return file.exists() and file.read_bytes().rstrip().endswith(b"%%EOF")


def _mail(place: Place, facility: Facility) -> None:
    subject = form_for(KeptDraft())
    with changing(facility.engine) as tx:
        outbox.put(tx, "a@b.example", subject, "Words", cause=LOG, sender="mailroom@jail.example")
    sending.send_due(facility, MACHINE)


def _settle(place: Place) -> None:
    """Without a kill: all that is left, and what was being e-mailed when its process died."""
    _work(place, rounds=0)
    facility = place.facility()
    _to_folder(place, facility)
    _answer(place, facility)
    with changing(facility.engine) as tx:
        earlier = {"next_try": now() - LEASE}
        tx.execute(tables_upkeep.outbox.update().values(**earlier))
    sending.send_due(facility, MACHINE)


def judge(place: Place, kills: int) -> Verdict:
    """In a process that forks no more."""
    facility = place.facility()
    with reading(facility.engine) as tx:
        sent = Counter(tx.execute(sa.select(message.c.form)).scalars())
        ids = tx.execute(sa.select(message.c.id)).scalars().all()
        of_print = dict(
            tuple(row) for row in tx.execute(sa.select(print_job.c.id, print_job.c.message_id))
        )
        given = tx.execute(
            sa.select(event.c.subject, event.c.detail).where(
                event.c.verb == str(Verb.SEND_TO_PRINTER), event.c.subject.like("%batch:%")
            )
        ).all()
        mails = tx.execute(
            sa.select(tables_upkeep.outbox.c.subject, tables_upkeep.outbox.c.state)
        ).all()
        _, audit_problem = verify_chain(tx)
    paper: Counter[str] = Counter()
    for row in given:
        number = row.subject.partition(":")[2]
        if "prints" in row.detail and _is_whole(place.got / f"{number}.pdf"):
            paper.update(of_print[each] for each in row.detail["prints"])
    for file in place.out.glob("letter-*.pdf"):
        paper.update(each for each in ids if each in file.name)
    mailed = place.mailed()
    forms = set(place.notes("begun"))
    return Verdict(
        kills=kills,
        forms=len(forms),
        lost=len(forms - set(sent)),
        doubled=sum(count > 1 for count in sent.values()),
        messages=len(ids),
        unprinted=tuple(each for each in ids if not paper[each]),
        printed_twice=tuple(each for each in ids if paper[each] > 1),
        mails=len(mails),
        mailed_twice=sum(count > 1 for count in mailed.values()),
        unmailed=sum(row.state == OutState.SENT and not mailed[row.subject] for row in mails),
        doubtful=len(place.notes("doubtful")),
        doubtful_mails=sum(row.state == OutState.DOUBTFUL for row in mails),
        audit_problem=audit_problem,
    )


def run(
    folder: Path,
    kills: int,
    seed: int,
    say: bool = False,
    database: str = "sqlite",
    longest: float = _LONGEST,
) -> Verdict:
    rng = random.Random(seed)
    with _mail_server(folder) as port, _served(database) as url:
        place = Place(folder, port, url)
        _finished(forked(lambda: _make(place)))
        for number in range(1, kills + 1):
            child = forked(lambda: _work(place))
            time.sleep(rng.uniform(0.05, longest))
            if os.waitpid(child, os.WNOHANG) != (0, 0):
                raise RuntimeError("a process ended before it was killed")
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            _await_printer(place)
            if say and number % 10 == 0:
                print(f"{number} kills", file=sys.stderr, flush=True)
        _finished(forked(lambda: _settle(place)))
        return judge(place, kills)


@contextmanager
def _served(database: str) -> Iterator[str]:
    """The URL of it: a server of our own for "postgresql", "" for the SQLite of the home."""
    if database == "postgresql":
        with postgres.server() as url:
            yield url
    else:
        yield "" if database == "sqlite" else database


def _await_printer(place: Place) -> None:
    """Until the print system has done with what the dead process gave it: then a person can see
    whether it came out."""
    script = str(place.folder / "bin" / "lp").encode()
    while any(script in _words(each) for each in Path("/proc").glob("[0-9]*/cmdline")):
        time.sleep(0.02)


def _words(command: Path) -> bytes:
    try:
        return command.read_bytes()
    except OSError:
        return b""  # it ended meanwhile


def _finished(child: int) -> None:
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"a process that nobody killed ended with {status}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--database", default="sqlite", help='"sqlite", "postgresql", or the URL of an empty one'
    )
    parser.add_argument(
        "--longest", type=float, default=_LONGEST, help="seconds until a kill, at most"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        verdict = run(Path(name), asked.kills, asked.seed, True, asked.database, asked.longest)
    print(f"Commit {commit()}, seed {asked.seed}, {asked.database}: {verdict}")
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
