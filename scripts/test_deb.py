"""The Debian package in a bare Debian 12: see scripts/test-deb."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.support import scanner

ROOT = Path(__file__).resolve().parent.parent
HOME = "/var/lib/digitizer"
EXCHANGE = "/var/tmp/exchange"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LETTER = "Dear Avery,\n\nthe garden is full of tomatoes this year, and the old tractor\nruns again."
LATER = "Dear Avery,\n\nthe lighthouse has a new lamp, and one sees it from the hill."
#: What stands in the place of systemctl where no systemd runs: it notes what it is asked, and the
#: program's version and the database's schema at that moment.
_SYSTEMCTL = f"""\
#!/bin/sh
case "$*" in
*is-enabled*digitizer.service*) echo enabled; exit 0 ;;
*is-enabled*) echo disabled; exit 1 ;;
*is-active*) exit 3 ;;
esac
schema=$(/usr/bin/python3.11 -c 'import sqlite3
print(*sqlite3.connect("file:{HOME}/database/mail.sqlite?mode=ro", uri=True)
      .execute("SELECT version_num FROM alembic_version").fetchone())' 2>/dev/null)
echo "$* | $schema | $(dpkg-query -W -f='${{Version}}' digitizer)" >>/var/log/systemctl
"""


def report(text: str) -> None:
    print(text, flush=True)


def check(good: bool, text: str) -> None:
    if not good:
        sys.exit(f"FAILED: {text}")
    report(f"   ok: {text}")


class Machine:
    """A Debian 12 in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounted: list[Path] = []

    def run(self, command: str, *, may_fail: bool = False, **variables: str) -> str:
        """What the shell command printed. As root, and without any variable of ours."""
        return self.done(command, may_fail=may_fail, **variables).stdout

    def done(
        self, command: str, *, may_fail: bool = False, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        given = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb"} | variables
        given["DEBIAN_FRONTEND"] = "noninteractive"
        done = subprocess.run(
            ["chroot", str(self.folder), "/bin/sh", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            env=given,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode and not may_fail:
            sys.exit(f"FAILED: {command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def path(self, inside: str) -> Path:
        return self.folder / inside.lstrip("/")

    def mount(self) -> None:
        for kind, inside in (("proc", "/proc"), ("tmpfs", "/run"), ("tmpfs", "/dev/shm")):
            self.path(inside).mkdir(exist_ok=True)
            subprocess.run(["mount", "-t", kind, kind, str(self.path(inside))], check=True)
            self.mounted.append(self.path(inside))

    def close(self) -> None:
        for place in reversed(self.mounted):
            subprocess.run(["umount", "--lazy", str(place)], check=True)


def bare_debian(folder: Path, base: Path | None) -> Machine:
    if base is None:
        mirror = os.environ.get("DEB_MIRROR") or _mirror()
        subprocess.run(
            ["debootstrap", "--variant=minbase", "bookworm", str(folder), mirror],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    else:
        subprocess.run(["cp", "-a", f"{base}/.", str(folder)], check=True)
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", folder / "etc" / name)
    for part in Path("/etc/apt/apt.conf.d").glob("99*"):  # as this machine reaches its mirror
        shutil.copy(part, folder / "etc/apt/apt.conf.d")
    machine = Machine(folder)
    machine.mount()
    machine.run("apt-get update")
    return machine


def _mirror() -> str:
    """Where this machine's own apt gets Debian 12 from."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: bookworm"],
        check=True,
        capture_output=True,
        text=True,
    )
    return listed.stdout.split()[0]


def packages(old: Path | None, new: Path | None, folder: Path) -> tuple[Path, Path]:
    """The package before, and the one to test; what is not given is built."""
    if new is None:
        new = _built(folder / "new", "--version", f"{_program(ROOT)}-2")
    if old is None:
        before = _older_tree(folder / "tree")
        old = _built(folder / "old", "--source", str(before), "--version", f"{_program(before)}-1")
    return old, new


def _built(out: Path, *arguments: str) -> Path:
    subprocess.run(
        [str(ROOT / "scripts" / "package-deb"), "--out", str(out), *arguments], check=True
    )
    (made,) = out.glob("*.deb")
    return made


def _program(tree: Path) -> str:
    text = (tree / "digitizer" / "__init__.py").read_text("utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


def _older_tree(folder: Path) -> Path:
    """The newest tree whose database has an older schema; this one where history has none."""
    asked = (
        "log",
        "-1",
        "--format=%H",
        "-G",
        "^SCHEMA_VERSION",
        "--",
        "digitizer/storage/tables.py",
    )
    changed = _git(*asked).strip()
    if not changed or not _git("rev-parse", "--quiet", "--verify", f"{changed}^").strip():
        report("   The history has no older schema: the upgrade is from this tree to itself.")
        return ROOT
    folder.mkdir()
    archive = folder / "tree.tar"
    subprocess.run(
        ["git", "archive", "--output", str(archive), f"{changed}^"], check=True, cwd=ROOT
    )
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    answers = "digitizer/engines/isolation/answers.py"
    if "packed_answer" not in (folder / answers).read_text("utf-8"):
        # Without these it took in nothing under the Python of Debian 12.
        for name in (answers, "digitizer/engines/isolation/child.py"):
            shutil.copy(ROOT / name, folder / name)
    return folder


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout


class Trial:
    """The steps, in order."""

    def __init__(self, machine: Machine, old: Path, new: Path) -> None:
        self.machine = machine
        self.rng = np.random.default_rng(7)
        for package, name in ((old, "old.deb"), (new, "new.deb")):
            shutil.copy(package, machine.path(name))

    def digitizer(self, *arguments: str, may_fail: bool = False) -> str:
        return self.machine.run(shlex.join(["digitizer", *arguments]), may_fail=may_fail)

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.digitizer(*arguments, "--json").splitlines()]

    def schema(self) -> str:
        read = (
            "import sqlite3; print(*sqlite3.connect("
            f"'file:{HOME}/database/mail.sqlite?mode=ro', uri=True)"
            ".execute('SELECT version_num FROM alembic_version').fetchone())"
        )
        return self.machine.run(f"python3.11 -c {shlex.quote(read)}").strip()

    def owner(self, inside: str) -> str:
        return self.machine.run(f"stat -c '%U:%G %a' {inside}").strip()

    def install_offline(self, name: str, **variables: str) -> str:
        """Installs with apt; only what Debian has is downloaded, and then there is no network."""
        self.machine.run(f"apt-get install -y --no-install-recommends --download-only /{name}")
        inside = f"apt-get install -y --no-install-recommends /{name}"
        cut = ["unshare", "--net", "chroot", str(self.machine.folder), "/bin/sh", "-c", inside]
        given = {"PATH": PATH, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
        given |= variables
        done = subprocess.run(cut, capture_output=True, text=True, check=False, env=given)
        if done.returncode:
            sys.exit(f"FAILED: {inside}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def install(self) -> None:
        report("1. Installed on a bare Debian 12, without a network")
        self.install_offline("old.deb")
        check(self.owner(HOME) == "digitizer:digitizer 700", "the home is the user's alone")
        check(self.owner(f"{HOME}/keys") == "digitizer:digitizer 700", "so are its keys")
        check(self.owner("/etc/digitizer") == "root:digitizer 750", "/etc/digitizer")
        shell = self.machine.run("getent passwd digitizer").strip().rpartition(":")[2]
        check(shell == "/usr/sbin/nologin", "the user has no login")
        wants = "/etc/systemd/system/multi-user.target.wants"
        check(
            self.machine.run(f"cd {wants} && ls -d digitizer*").split() == ["digitizer.service"],
            "it is enabled",
        )
        check("up to date" in self.digitizer("init"), "init finds the home that was made")
        report("   " + "\n   ".join(self.digitizer("doctor", may_fail=True).splitlines()))
        self.machine.run(f"install -d -o digitizer -g digitizer -m 700 {EXCHANGE}")

    def put(self, name: str, content: bytes) -> str:
        """A file that the user digitizer can read; its path inside."""
        inside = f"{EXCHANGE}/{name}"
        self.machine.path(inside).write_bytes(content)
        self.machine.run(f"chown digitizer {inside}")
        return inside

    def main_job(self) -> None:
        report("2. The main job, by the installed command")
        head = "booking_number,last_name,first_name,housing_unit,status\n"
        rows = "D1001,Example,Avery,A-1,in custody\n"
        self.digitizer("roster", "import", self.put("roster.csv", (head + rows).encode()))
        self.letter("first.pdf", LETTER)
        check(len(self.lines("mailbox", "D1001")) == 1, "a letter is in its mailbox")
        check(len(self.lines("search", "tractor")) == 1, "a search finds it")
        text = self.put("message.txt", b"Dear Avery,\n\nyou can answer on paper.\n")
        send = ("message", "send", "D1001", "--from", "Aunt Imaginary", "--subject", "A message")
        self.digitizer(*send, "--text-file", text)
        (printed, *_) = self.lines("message", "print", "--out", f"{EXCHANGE}/print")
        check(self.pdf(printed["file"]).startswith(b"%PDF-"), "a message is printed")
        check(self.owner(printed["file"]) == "digitizer:digitizer 600", "by the user digitizer")

    def letter(self, name: str, text: str) -> None:
        cover = f"{EXCHANGE}/cover-{name}"
        self.digitizer("cover", "print", "D1001", "--out", cover)
        (sheet, *_) = scanner.pdf_pages(self.machine.path(cover))
        pages = [scanner.glass(page, self.rng) for page in (sheet, scanner.typed_page(text))]
        stack = self.machine.path(f"{EXCHANGE}/{name}")
        scanner.write_pdf(pages, stack)
        self.machine.run(f"chown digitizer {EXCHANGE}/{name}")
        self.digitizer("ingest", f"{EXCHANGE}/{name}")

    def pdf(self, inside: str) -> bytes:
        return self.machine.path(inside).read_bytes()

    def back_up(self) -> None:
        report("3. Backup and restore")
        secret = self.put("passphrase", b"a long enough passphrase\n")
        self.machine.run(f"chmod 600 {secret}")
        backup, restored = f"{EXCHANGE}/backup", f"{EXCHANGE}/restored"
        self.digitizer("backup", backup, "--passphrase-file", secret)
        self.digitizer_at(restored, f"restore {backup} --passphrase-file {secret}")
        found = self.digitizer_at(restored, "search tractor --json")
        check("D1001" in found, "the restored home has the letter")

    def digitizer_at(self, home: str, command: str) -> str:
        """As the user digitizer, on another home."""
        as_user = "setpriv --reuid=digitizer --regid=digitizer --init-groups"
        return self.machine.run(f"{as_user} digitizer --home {home} {command}")

    def serve(self) -> None:
        report("4. The unit's own command, as its user")
        for unit in sorted(self.machine.path("/lib/systemd/system").glob("digitizer*.service")):
            # By the systemd of this machine, for which the program is where the folder is.
            known = Path(tempfile.mkdtemp(dir=self.machine.path("/tmp"))) / unit.name
            at = self.machine.path("/usr/lib/digitizer")
            known.write_text(unit.read_text().replace("=/usr/lib/digitizer", f"={at}"))
            verify = ["systemd-analyze", "verify", "--man=no", str(known)]
            done = subprocess.run(verify, capture_output=True, text=True, check=False)
            wrong = done.stderr.strip()
            check(not wrong, f"systemd finds nothing wrong with {unit.name} {wrong}".strip())
        started, user = _unit(self.machine.path("/lib/systemd/system/digitizer.service"))
        inside = f"chroot --userspec={user} {shlex.quote(str(self.machine.folder))} {started}"
        service = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", f"ip link set lo up && exec {inside}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            check(self._answer(service.pid, "/healthz") == "ok", "/healthz answers")
            ready = self._answer(service.pid, "/readyz")
            check('"ready":true' in ready.replace(" ", ""), "/readyz says that it is ready")
            self._through_the_inbox()
        finally:
            service.send_signal(signal.SIGTERM)
            _, log = service.communicate(timeout=60)
        check(service.returncode == 0, f"it ends well: {log.splitlines()[-1:]}")

    def _answer(self, pid: int, path: str) -> str:
        asked = f"import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000{path}').read().decode())"
        for _ in range(120):
            done = subprocess.run(
                ["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-c", asked],
                capture_output=True,
                text=True,
                check=False,
            )
            if not done.returncode:
                return done.stdout.strip()
            time.sleep(1)
        sys.exit(f"FAILED: no answer at {path}: {done.stderr[-500:]}")

    def _through_the_inbox(self) -> None:
        target = self.machine.path(f"{HOME}/inbox/default/stack.pdf")
        pages = [scanner.glass(scanner.typed_page(LATER), self.rng)]
        scanner.write_pdf(pages, self.machine.path(f"{EXCHANGE}/loose.pdf"))
        target.write_bytes(self.machine.path(f"{EXCHANGE}/loose.pdf").read_bytes())
        self.machine.run(f"chown digitizer {HOME}/inbox/default/stack.pdf")
        for _ in range(300):
            scans = self.lines("reconcile")
            if len(scans) == 2 and not any(each["working"] for each in scans):
                break
            time.sleep(1)
        check(len(self.lines("held")) == 1, "a scan without a cover in the inbox is held")

    def upgrade(self) -> None:
        report("5. Upgraded with data in it")
        old_schema = self.schema()
        log = self.machine.path("/var/log/systemctl")
        self._pretend_systemd()
        self.install_offline("new.deb")
        self._forget_systemd()
        asked = [line.split(" | ") for line in log.read_text().splitlines()]
        report("   " + "\n   ".join(" | ".join(line) for line in asked))
        stops = [at for at, line in enumerate(asked) if " stop " in f" {line[0]} "]
        starts = [at for at, line in enumerate(asked) if " start " in f" {line[0]} "]
        check(bool(stops and starts) and stops[-1] < starts[0], "stopped before it was started")
        check(all(asked[at][1] == old_schema for at in stops), f"stopped at schema {old_schema}")
        check(all(asked[at][1] == self.schema() for at in starts), f"started at {self.schema()}")
        self._all_is_there()
        self.letter("second.pdf", LATER)
        check(len(self.lines("search", "lighthouse")) == 1, "and it takes in new mail")

    def _pretend_systemd(self) -> None:
        self.machine.path("/run/systemd/system").mkdir(parents=True)
        systemctl = self.machine.path("/usr/bin/systemctl")
        systemctl.write_text(_SYSTEMCTL)
        systemctl.chmod(0o755)

    def _forget_systemd(self) -> None:
        self.machine.path("/usr/bin/systemctl").unlink()
        shutil.rmtree(self.machine.path("/run/systemd"))

    def _all_is_there(self) -> None:
        check(len(self.lines("search", "tractor")) == 1, "the letter is found")
        check(all(each["balanced"] for each in self.lines("reconcile")), "all scans balance")
        self.digitizer("audit", "verify")

    def fail_loudly(self) -> None:
        report("6. An upgrade that cannot bring the home up to date")
        config = self.machine.path(f"{HOME}/config.toml")
        good = config.read_text()
        config.write_text(good + "\n[nothing]\nlike = 'this'\n")
        self._pretend_systemd()
        log = self.machine.path("/var/log/systemctl")
        log.unlink()
        again = "dpkg --install /new.deb"
        done = self.machine.done(again, may_fail=True)
        check(done.returncode != 0 and "not started" in done.stderr, "it says so, and fails")
        check("start digitizer" not in log.read_text(), "nothing is started")
        config.write_text(good)
        self.machine.run("dpkg --configure digitizer")
        check("start digitizer" in log.read_text(), "once that is corrected, it goes on")
        self._forget_systemd()

    def remove(self) -> None:
        report("7. Removed, installed again, purged")
        self.machine.run("apt-get remove -y digitizer")
        check(not self.machine.path("/usr/lib/digitizer").exists(), "the program is gone")
        check(self.owner(HOME) == "digitizer:digitizer 700", "the home is not")
        self.install_offline("new.deb")
        self._all_is_there()
        done = self.machine.done("apt-get purge -y digitizer")
        check(f"{HOME} was kept" in done.stdout + done.stderr, "purge says that mail was kept")
        check(self.machine.path(f"{HOME}/keys/covers.json").exists(), "and keeps it")
        wants = self.machine.path("/etc/systemd/system/multi-user.target.wants/digitizer.service")
        check(not wants.is_symlink(), "nothing is left that would be started")

    def start_again(self) -> None:
        report("8. A new machine gets the backup")
        self.machine.run(f"mv {HOME} {EXCHANGE}/lost")
        self.install_offline("new.deb", DIGITIZER_INIT="no")
        check(self.machine.run(f"ls -A {HOME}") == "", "no home was made")
        secret = f"{EXCHANGE}/passphrase"
        self.digitizer("restore", f"{EXCHANGE}/backup", "--passphrase-file", secret)
        check(len(self.lines("search", "tractor")) == 1, "the letter of the backup is found")


def _unit(path: Path) -> tuple[str, str]:
    """The command of a unit with its environment, and its user and group."""
    lines = dict(
        line.split("=", 1)
        for line in path.read_text().splitlines()
        if "=" in line and line[0] != "#"
    )
    variables = f"PATH={PATH} {lines['Environment']}"
    return f"env -i {variables} {lines['ExecStart']}", f"{lines['User']}:{lines['Group']}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--old", type=Path)
    options.add_argument("--new", type=Path)
    options.add_argument("--base", type=Path)
    options.add_argument("--keep", action="store_true", help="leave the folder as it is at the end")
    chosen = options.parse_args()
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="digitizer-deb-"))
    machine = None
    try:
        old, new = packages(chosen.old, chosen.new, folder)
        machine = bare_debian(folder / "debian", chosen.base)
        trial = Trial(machine, old, new)
        for step in (
            trial.install,
            trial.main_job,
            trial.back_up,
            trial.serve,
            trial.upgrade,
            trial.fail_loudly,
            trial.remove,
            trial.start_again,
        ):
            step()
        report(f"Everything is as it should be; it took {time.monotonic() - began:.0f} s.")
    finally:
        if machine:
            machine.close()
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
