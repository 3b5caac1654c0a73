"""The client of a reading endpoint, against a real HTTP server that misbehaves."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from digitizer.engines.reading.readers.vision_model import Premises, open_premises
from digitizer.model.errors import EngineError, SettingsError
from digitizer.model.settings import Endpoint
from tests.support.endpoint import MODEL, Act, Handler, Server, failing, saying, serving
from tests.support.patience import HUNG

_JPEG = b"\xff\xd8 a picture"
_LONG = HUNG


def _client(server: Server, seconds: float = _LONG, rest: float = 0.0) -> Premises:
    endpoint = Endpoint(url=server.url, model=MODEL, timeout_seconds=seconds)
    return Premises(endpoint, "a-token", pause_seconds=0.01, rest_seconds=rest)


def _error(act: Act, seconds: float = _LONG) -> tuple[str, int]:
    """What the client says, and how often it asked."""
    with serving(act) as server, pytest.raises(EngineError) as caught:
        _client(server, seconds).read(_JPEG)
    return str(caught.value), len(server.questions)


def test_the_picture_is_sent_and_the_text_comes_back() -> None:
    with serving(saying("Dear friend,\nwrite soon.")) as server:
        assert _client(server).read(_JPEG) == "Dear friend,\nwrite soon."
    (asked,) = server.questions
    assert asked.path == "/v1/chat/completions"
    assert asked.picture == _JPEG
    assert asked.headers["Authorization"] == "Bearer a-token"
    assert (asked.question["model"], asked.question["temperature"]) == (MODEL, 0)


def test_fences_and_invisible_letters_are_dropped() -> None:
    with serving(
        saying("```text\nDe\u202ear\x00 fri\u0065\u0301nd\x1b[2J\n\tyours\n```")
    ) as server:
        assert _client(server).read(_JPEG) == "Dear friénd[2J\nyours"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with serving(failing(status, 2, "there it is")) as server:
        assert _client(server).read(_JPEG) == "there it is"
    assert len(server.questions) == 3


def test_three_tries_and_no_more() -> None:
    message, asked = _error(failing(503, 9))
    assert "503" in message
    assert asked == 3


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    message, asked = _error(failing(status, 9))
    assert str(status) in message
    assert asked == 1


def test_no_redirect_is_followed() -> None:
    with serving(saying("stolen")) as thief:

        def act(handler: Handler, _number: int) -> None:
            handler.send_response(307)
            handler.send_header("Location", thief.url + "/chat/completions")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        message, asked = _error(act)
    assert "307" in message
    assert (asked, thief.questions) == (1, [])


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(saying("from the proxy")) as proxy, serving(saying("direct")) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert _client(server).read(_JPEG) == "direct"
    assert proxy.questions == []


def test_a_text_that_was_cut_short_is_refused() -> None:
    assert "before the end" in _error(saying("Dear fri", ended="length"))[0]


@pytest.mark.parametrize("text", [None, 5, ["a"]])
def test_an_answer_without_text_is_refused(text: object) -> None:
    assert "no text" in _error(saying(text))[0]


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"{}", b'{"choices": []}', b"[" * 200_000, b"\xff\xfe", b"null"]
)
def test_an_answer_of_no_protocol_is_refused(body: bytes) -> None:
    def act(handler: Handler, _number: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    assert "protocol" in _error(act)[0]


def test_an_endless_answer_is_cut_off() -> None:
    def act(handler: Handler, _number: int) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:  # until the client hangs up
            handler.wfile.write(b" " * 65536)

    message, asked = _error(act)
    assert "too large" in message
    assert asked == 1


def test_an_answer_broken_off_is_tried_again() -> None:
    def act(handler: Handler, number: int) -> None:
        if number == 3:
            handler.say("whole")
            return
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b'{"choices"')

    with serving(act) as server:
        assert _client(server).read(_JPEG) == "whole"


def test_an_answer_that_drips_is_cut_at_the_deadline() -> None:
    """Each byte comes well within any time-out of a single read."""

    def act(handler: Handler, _number: int) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not handler.server.let_go.wait(0.02):
            handler.wfile.write(b" ")

    message, asked = _error(act, seconds=0.4)
    assert "too long" in message
    assert asked <= 1, "all tries share the time of a page"


def test_headers_that_drip_are_cut_at_the_deadline() -> None:
    def act(handler: Handler, _number: int) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not handler.server.let_go.wait(0.02):
            handler.wfile.write(b"z")

    assert "too long" in _error(act, seconds=0.4)[0]


def test_nobody_there_is_an_error_and_not_a_crash() -> None:
    with serving(saying("")) as server:
        gone = _client(server)
    with pytest.raises(EngineError, match="refused"):
        gone.read(_JPEG)


def test_a_dead_endpoint_is_left_alone_for_a_while() -> None:
    with serving(failing(500, 99)) as server:
        client = _client(server, rest=3600.0)
        for _ in range(5):
            with pytest.raises(EngineError):
                client.read(_JPEG)
    assert len(server.questions) == 3, "only the first page was tried"


def test_after_its_rest_it_is_asked_again() -> None:
    with serving(failing(500, 3, "back")) as server:
        client = _client(server, rest=0.0)
        with pytest.raises(EngineError):
            client.read(_JPEG)
        assert client.read(_JPEG) == "back"


def test_closing_ends_a_call_that_waits() -> None:
    asked = threading.Event()

    def act(handler: Handler, _number: int) -> None:
        asked.set()
        handler.server.let_go.wait()

    with serving(act) as server, ThreadPoolExecutor(1) as threads:
        client = _client(server)
        call = threads.submit(client.read, _JPEG)
        assert asked.wait(_LONG)
        client.close()
        with pytest.raises(CancelledError):
            call.result()  # else it would wait, and end as one that took too long
        with pytest.raises(CancelledError):
            client.read(_JPEG)


def test_the_doctor_learns_what_is_wrong() -> None:
    with serving(saying("")) as server:
        assert _client(server).problem() is None
        other = Premises(Endpoint(url=server.url, model="another"))
        assert other.problem() == "it does not know the model another"
        wrong = Premises(Endpoint(url=server.url + "/x", model=MODEL))
        assert "does not know" in (wrong.problem() or "")
    assert "refused" in (_client(server).problem() or "")


# ---- from the settings ---------------------------------------------------------------------


def test_without_a_url_there_is_none(tmp_path: Path) -> None:
    assert open_premises(Endpoint(), tmp_path) is None


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000/v1", "http://localhost/v1", "https://[::1]:9/v1", "http://127.9.9.9"],
)
def test_this_machine_is_allowed(url: str) -> None:
    assert Endpoint(url=url, model="m").url == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://10.1.2.3:8000/v1", "not this machine"),
        ("https://api.example.com/v1", "not this machine"),
        ("http://127.0.0.1.example.com/v1", "not this machine"),
        ("http://localhost.example.com", "not this machine"),
        ("http://2130706433/", "not this machine"),
        ("http://user@127.0.0.1/", "no login"),
        ("http://127.0.0.1/v1?key=x", "query"),
        ("ftp://127.0.0.1/", "must be like"),
        ("127.0.0.1:8000", "must be like"),
    ],
)
def test_other_hosts_and_odd_urls_are_refused(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Endpoint(url=url, model="m")


def test_a_host_that_is_named_is_allowed() -> None:
    url = "http://Reader.example:8000/v1"
    assert Endpoint(url=url, model="m", allowed_hosts=("reader.EXAMPLE",)).url == url


def test_a_model_is_needed() -> None:
    with pytest.raises(ValueError, match="model"):
        Endpoint(url="http://127.0.0.1/v1")


def test_the_token_comes_from_its_file(tmp_path: Path) -> None:
    with serving(saying("text")) as server:
        endpoint = Endpoint(url=server.url, model=MODEL, key_file="token")
        with pytest.raises(SettingsError, match="cannot be read"):
            open_premises(endpoint, tmp_path)
        (tmp_path / "token").write_text("s3cret\n")
        (tmp_path / "token").chmod(0o644)
        with pytest.raises(SettingsError, match="chmod 600"):
            open_premises(endpoint, tmp_path)
        (tmp_path / "token").chmod(0o600)
        made = open_premises(endpoint, tmp_path)
        assert made is not None
        made.read(_JPEG)
        (tmp_path / "token").write_text("two\nlines")
        with pytest.raises(SettingsError, match="one line"):
            open_premises(endpoint, tmp_path)
    assert server.questions[0].headers["Authorization"] == "Bearer s3cret"
