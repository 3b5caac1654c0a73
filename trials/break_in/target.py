"""The target: a home with people and mail, its real service, and a real nginx before it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer.access.password_hashing import hash_secret
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.people import StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import (
    event,
    held_name,
    inmate,
    joint_request,
    known_terminal,
    scan,
    session,
    staff,
    throttle,
)
from digitizer.support.clock import now
from tests.support import postgres
from tests.support.proxy import nginx
from tests.support.sealed_mail import sealed, stack
from tests.support.web_kit import PASSWORD, PIN
from tests.support.whole_facility import Place, make_whole_facility
from trials.break_in.visitor import Visitor

DIGITIZER = str(Path(sys.executable).parent / "digitizer")
#: nginx comes from here; visitors from other addresses of the loopback.
_WEB = ('trusted_proxies = ["127.0.0.1/32"]',)


@dataclass
class Target:
    """``place`` has the ids of the mail; the facility is opened beside the running service."""

    database: str
    place: Place
    service: subprocess.Popen[str] | None
    port: int = 0
    proxy: int = 0
    _number: Iterator[int] = field(default_factory=lambda: count(1))
    _pin_hash: str = field(default_factory=lambda: hash_secret(PIN))
    _password_hash: str = field(default_factory=lambda: hash_secret(PASSWORD))

    @property
    def facility(self) -> Facility:
        return self.place.facility

    @property
    def home(self) -> Path:
        return self.facility.home

    def address(self) -> str:
        """A device that nobody used before."""
        number = next(self._number)
        return f"127.7.{number // 250}.{number % 250 + 2}"

    def visitor(self, address: str = "") -> Visitor:
        """At a device of their own unless one is named, through the proxy."""
        return Visitor(self.proxy, address or self.address(), tls=True)

    def direct(self, address: str = "") -> Visitor:
        """Past the proxy, at the service's own port."""
        return Visitor(self.port, address or self.address(), tls=False)

    def new_inmate(self, **values: Any) -> str:
        """The booking number of somebody who logs in with PIN."""
        return self.new_inmates(1, **values)[0]

    def new_inmates(self, how_many: int, **values: Any) -> list[str]:
        row = {
            "last_name": "Testvale",
            "first_name": "Orson",
            "status": "in_custody",
            "housing_unit": "B",
            "pin_hash": self._pin_hash,
            "changed": now(),
        }
        numbers = [f"T-{next(self._number):05d}" for _ in range(how_many)]
        rows = [{**row, "booking_number": number, **values} for number in numbers]
        with writing(self.facility.engine) as tx:
            tx.execute(sa.insert(inmate), rows)
        return numbers

    def let_in_again(self, number: str) -> None:
        """This inmate logs in with PIN, whatever was made of that by forms with odd values."""
        as_before = {
            "pin_hash": self._pin_hash,
            "must_change_pin": False,
            "question": None,
            "answer_hash": None,
            "status": "in_custody",
        }
        with writing(self.facility.engine) as tx:
            this = sa.update(inmate).where(inmate.c.booking_number == number)
            assert tx.execute(this.values(**as_before)).rowcount == 1
            row = sa.select(inmate.c.id).where(inmate.c.booking_number == number)
            tx.execute(sa.delete(held_name).where(held_name.c.inmate_id.in_(row)))

    def new_staff(self, role: StaffRole = StaffRole.CLERK, **values: Any) -> str:
        """The name of somebody who logs in with PASSWORD."""
        name = f"Pat Sample {next(self._number)}"
        row = {"name": name, "role": str(role), "active": True}
        row |= {"password_hash": self._password_hash, **values}
        with writing(self.facility.engine) as tx:
            tx.execute(sa.insert(staff).values(**row))
        return name

    def staff_id(self, name: str) -> int:
        with reading(self.facility.engine) as tx:
            found = tx.execute(sa.select(staff.c.id).where(staff.c.name == name))
            return int(found.scalar_one())

    def as_staff(self, role: StaffRole = StaffRole.CLERK) -> Visitor:
        """A new member of staff, logged in at a device of their own."""
        visitor = self.visitor()
        assert visitor.staff_in(self.new_staff(role))
        return visitor

    def free(self) -> Path:
        """A folder that is not there yet."""
        return self.place.free / f"free-{next(self._number)}"

    def sealed(self, words: bytes = b"") -> str:
        """The id of a new scan that is sealed; its file ends with these words."""
        content = stack() + words + b"%d" % next(self._number)
        return sealed(self.facility, self.free(), content).id

    def seal_key_of(self, scan_id: str) -> str:
        """The name of the key of a sealed scan."""
        with reading(self.facility.engine) as tx:
            found = tx.execute(sa.select(scan.c.seal_key_id).where(scan.c.id == scan_id))
            return str(found.scalar_one())

    def events(self, verb: str = "", since: int = 0) -> int:
        """How many are in the log, of this kind if one is named, past this number."""
        asked = sa.select(sa.func.count()).select_from(event).where(event.c.seq > since)
        with reading(self.facility.engine) as tx:
            return int(
                tx.execute(asked.where(event.c.verb == verb) if verb else asked).scalar_one()
            )

    def throttled(self) -> list[tuple[Any, ...]]:
        """All that is owed, for comparing."""
        with reading(self.facility.engine) as tx:
            return sorted(tuple(row) for row in tx.execute(sa.select(throttle)))

    def forget_failures(self) -> None:
        """Between attacks: nobody owes anything."""
        with writing(self.facility.engine) as tx:
            tx.execute(sa.delete(throttle))

    def pass_time(self, passed: timedelta) -> None:
        """As if so much time had gone by, for all that waits for time."""
        moved = (
            (throttle, ("owed_until",)),
            (known_terminal, ("last",)),
            (session, ("seen", "created", "proved")),
            (joint_request, ("made",)),
        )
        with writing(self.facility.engine) as tx:
            for table, columns in moved:
                keys = list(table.primary_key.columns)
                for row in tx.execute(sa.select(table)).mappings().all():
                    where = [key == row[key.name] for key in keys]
                    values = {name: row[name] - passed for name in columns if row[name] is not None}
                    tx.execute(sa.update(table).where(*where).values(**values))

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command in the home."""
        return run(self.home, *words, stdin=stdin)

    def peak_megabytes(self) -> float:
        """The most memory that the service ever had."""
        assert self.service is not None
        text = Path(f"/proc/{self.service.pid}/status").read_text("ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", text)
        assert found is not None
        return int(found[1]) / 1000

    def is_well(self) -> bool:
        """The service answers, and somebody can log in."""
        visitor = self.visitor()
        return visitor.get("/healthz").text == "ok" and visitor.log_in(self.new_inmate())


def run(home: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DIGITIZER, "--home", str(home), *words],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        input=stdin,
        check=False,
    )


@contextmanager
def databases(kind: str) -> Iterator[Iterator[str]]:
    """URLs of empty databases; empty ones for SQLite, which has its own in the home."""
    if kind == "sqlite":
        yield ("" for _ in count())
        return
    with postgres.server() as url:
        yield (_made(url, f"target_{number}") for number in count())


def _made(url: str, name: str) -> str:
    engine = sa.create_engine(_driver(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return url.rpartition("/")[0] + f"/{name}"


def copy_database(url: str, name: str) -> str:
    """Of a PostgreSQL database that nobody is connected to."""
    made = sa.make_url(url)
    engine = sa.create_engine(
        _driver(url.rpartition("/")[0] + "/postgres"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {made.database}")
    engine.dispose()
    return url.rpartition("/")[0] + f"/{name}"


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def target(
    database: str, url: str, web: Sequence[str], more: str, served: bool
) -> Iterator[Target]:
    """A new home on this database, with its service unless it is not to be ``served``."""
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        home = folder / "home"
        make_home(home)
        set_up(home, url, web, more)
        place = make_whole_facility(folder)
        place = replace(place, facility=open_facility(home))
        open_.callback(place.facility.engine.dispose)
        made = Target(database, place, None)
        if served:
            made.service, made.port = open_.enter_context(serving(home))
            made.proxy = open_.enter_context(nginx(folder / "nginx", made.port, tls=True))
        yield made


def set_up(home: Path, url: str, web: Sequence[str], more: str) -> None:
    config = home / "config.toml"
    text = config.read_text("utf-8")
    names = [line.partition(" = ")[0] for line in (*_WEB, *web)]
    kept = [line for line in text.splitlines() if line.partition(" = ")[0] not in names]
    lines = "\n".join(("[web]", *_WEB, *web))
    text = "\n".join(kept).replace("[web]", lines) + f"\n{more}\n"
    if url:
        text += f'\n[store]\ndatabase_url = "{url}"\n'
        shutil.rmtree(home / "database")
        (home / "database").mkdir(mode=0o700)
    config.write_text(text, "utf-8")


@contextmanager
def serving(home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A real ``digitizer serve``, and its port; its log is ``service.log`` beside the home."""
    command = [DIGITIZER, "--home", str(home), "serve", "--port", "0"]
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert service.stderr is not None
    log = (home.parent / "service.log").open("a")
    try:
        for line in service.stderr:
            log.write(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                break
        else:
            raise RuntimeError((home.parent / "service.log").read_text())
        drain = threading.Thread(target=shutil.copyfileobj, args=(service.stderr, log), daemon=True)
        drain.start()
        yield service, int(found[1])
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()
        drain.join()
        service.stderr.close()
        log.close()
