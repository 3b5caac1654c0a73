"""The configuration of Janus and coturn, all of it ours.

Debian's own listens on every address with passwords that are in its packages, so nothing of it is
read: Janus gets a folder with one plugin and one transport, and a socket in a folder that only we
may enter; coturn gets a file that lets its users reach the media server and nothing else, and has
no console. Both are told their secrets in files that only we may read.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

JANUS_FOLDER = Path("/usr/lib/x86_64-linux-gnu/janus")
_PLUGIN, _TRANSPORT = "libjanus_videoroom.so", "libjanus_websockets.so"
#: Ports of the relay that one seat of a call may hold at once, by all its passes together: two
#: connections, each by up to three ways, and those that a browser which crashed left for ten
#: minutes. Without a bound one pass could take the ports of all calls.
PORTS_A_PASS = 30


@dataclass(frozen=True, slots=True)
class Ports:
    """The first and last of a range."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """Where the two servers live. ``folder`` is theirs alone. The relay listens at
    ``relay_address``, on ``relay_port``, and on ``tls_port`` for the encrypted way if there is a
    ``certificate`` (and its ``certificate_key``). Relay and media server speak to each other at
    ``media_address``, an IPv4 address of this machine that is not its loopback: Janus leaves that
    out. Nobody else needs to reach it."""

    folder: Path
    media_address: str
    relay_address: str
    relay_port: int
    relay_range: Ports
    media_range: Ports
    tls_port: int = 5349
    certificate: Path | None = None
    certificate_key: Path | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "socket" / "janus"

    @property
    def janus_settings(self) -> Path:
        return self.folder / "janus"

    @property
    def relay_settings(self) -> Path:
        return self.folder / "relay" / "turnserver.conf"

    @property
    def recordings(self) -> Path:
        return self.folder / "recordings"


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """What the servers themselves are told."""

    requests: str
    rooms: str
    relay: str


class CannotWrite(Exception):
    """The servers cannot be set up; the text says what to do."""


def write_all(plan: MediaPlan, own: ServerSecrets) -> None:
    """Writes everything anew. Raises CannotWrite and OSError."""
    for folder in (
        plan.folder,
        plan.socket.parent,
        plan.recordings,
        plan.relay_settings.parent,
        *(plan.janus_settings / each for each in ("", "plugins", "transports", "none")),
    ):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    _link(plan.janus_settings / "plugins", JANUS_FOLDER / "plugins" / _PLUGIN)
    _link(plan.janus_settings / "transports", JANUS_FOLDER / "transports" / _TRANSPORT)
    for name, text in _janus_files(plan, own).items():
        _write(plan.janus_settings / name, text)
    _write(plan.relay_settings, _relay_file(plan, own))


def _link(folder: Path, to: Path) -> None:
    """The only one there: what Janus finds, it loads."""
    if not to.is_file():
        raise CannotWrite(f"{to} is missing. Run: apt-get install janus coturn")
    for old in folder.iterdir():
        old.unlink()
    (folder / to.name).symlink_to(to)


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)


def _janus_files(plan: MediaPlan, own: ServerSecrets) -> dict[str, str]:
    place = plan.janus_settings
    return {
        "janus.jcfg": f"""general: {{
  configs_folder = "{place}"
  plugins_folder = "{place}/plugins"
  transports_folder = "{place}/transports"
  events_folder = "{place}/none"
  loggers_folder = "{place}/none"
  debug_level = 3
  debug_colors = false
  hide_dependencies = true
  # There is no way to the admin API; were there one, nobody would know this.
  admin_secret = "{secrets.token_hex(32)}"
  token_auth = true
  token_auth_secret = "{own.requests}"
  session_timeout = 30
  reclaim_session_timeout = 0
}}
media: {{
  rtp_port_range = "{plan.media_range.first}-{plan.media_range.last}"
  # Seconds without a packet until we are told that nothing comes.
  no_media_timer = 1
}}
nat: {{
  ice_lite = true
  ice_enforce_list = "{plan.media_address}"
  ignore_mdns = true
}}
""",
        "janus.transport.websockets.jcfg": f"""general: {{
  json = "compact"
  ws = true
  ws_unix = "{plan.socket.relative_to(plan.folder)}"
  wss = false
  ws_logging = "none"
}}
admin: {{
  admin_ws = false
  admin_wss = false
}}
""",
        "janus.plugin.videoroom.jcfg": f"""general: {{
  admin_key = "{own.rooms}"
  lock_rtp_forward = true
  string_ids = true
}}
""",
    }


def _relay_file(plan: MediaPlan, own: ServerSecrets) -> str:
    folder = plan.relay_settings.parent
    lines = [
        f"listening-ip={plan.relay_address}",
        f"listening-port={plan.relay_port}",
        # What is relayed leaves from where the media server is, and is heard by nobody else.
        f"relay-ip={plan.media_address}",
        f"min-port={plan.relay_range.first}",
        f"max-port={plan.relay_range.last}",
        f"allowed-peer-ip={plan.media_address}",
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "no-multicast-peers",
        "no-tcp-relay",
        "use-auth-secret",
        f"static-auth-secret={own.relay}",
        "realm=calls",
        "stale-nonce=600",
        f"user-quota={PORTS_A_PASS}",
        "fingerprint",
        "no-cli",
        "no-software-attribute",
        "no-rfc5780",
        "no-stun-backward-compatibility",
        f"userdb={folder}/users",
        f"pidfile={folder}/pid",
        "log-file=stdout",
        "simple-log",
    ]
    if plan.certificate and plan.certificate_key:
        lines += [
            f"tls-listening-port={plan.tls_port}",
            f"cert={plan.certificate}",
            f"pkey={plan.certificate_key}",
            "no-tlsv1",
            "no-tlsv1_1",
            "no-dtls",
        ]
    else:
        lines += ["no-tls", "no-dtls"]
    return "".join(f"{line}\n" for line in lines)
