"""Wrong logins: to keep others out, to try more than is allowed, to learn who exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter

from digitizer.access.throttling import accounts_a_day, rules_of, tries_a_day, tries_a_day_at
from digitizer.model.events import Verb
from digitizer.model.people import StaffRole
from tests.support.web_kit import PASSWORD, PIN
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Visitor

_FAILED = str(Verb.LOGIN_FAILED)
_STEP = timedelta(minutes=3)
_DAY = timedelta(days=1)


def _wrong_pins() -> Iterator[str]:
    return (f"{number:06d}" for number in count(100_000) if f"{number:06d}" != PIN)


def _fail(visitor: Visitor, number: str, times: int, **headers: str) -> None:
    for pin, _ in zip(_wrong_pins(), range(times), strict=False):
        visitor.log_in(number, pin, **headers)


# --- keeping others out


def _others_log_in(target: Target) -> str:
    """An inmate and a clerk, each at a device that did nothing."""
    inmate = target.visitor().log_in(target.new_inmate())
    clerk = target.visitor().staff_in(target.new_staff())
    shut_if(inmate and clerk, f"inmate let in: {inmate}, clerk let in: {clerk}")
    return "an inmate and a clerk log in elsewhere"


def _wrong_pins_of_nobody(target: Target) -> str:
    kiosk = target.visitor()
    for number in range(40):
        kiosk.log_in(f"nobody-{number}", "111222")
    return _others_log_in(target)


def _mistypes(target: Target, people: int = 5, times: int = 3) -> str:
    kiosk, numbers = target.address(), target.new_inmates(people)
    for number in numbers:
        _fail(target.visitor(kiosk), number, times)
    let_in = [target.visitor(kiosk).log_in(number) for number in numbers]
    shut_if(all(let_in), f"of {people} who mistyped {times} times, {sum(let_in)} are let in")
    return f"all {people} are let in with the right PIN"


def _right_pins(target: Target) -> str:
    kiosk, numbers = target.address(), target.new_inmates(60)
    let_in = sum(target.visitor(kiosk).log_in(number) for number in numbers)
    shut_if(let_in == len(numbers), f"{let_in} of {len(numbers)} let in at one kiosk")
    return f"{let_in} right PINs at one kiosk, all let in"


def _forged_address(target: Target, headers: Callable[[str], Mapping[str, str]]) -> str:
    """The attacker says that they are the victim's kiosk."""
    victim, attacker = target.address(), target.visitor()
    for number in range(40):
        attacker.log_in(f"nobody-{number}", "111222", **headers(victim))
    let_in = target.visitor(victim).log_in(target.new_inmate())
    shut_if(let_in, f"the kiosk that was named lets in: {let_in}")
    return "the kiosk that was named still lets in"


def _forged_past_the_proxy(target: Target) -> str:
    victim, attacker = target.address(), target.direct()
    for number in range(40):
        attacker.log_in(f"nobody-{number}", "111222", X_Forwarded_For=victim)
    let_in = target.visitor(victim).log_in(target.new_inmate())
    shut_if(let_in, f"the kiosk that was named lets in: {let_in}")
    return "from the service's own port the header counts for nothing"


def _staff_from_a_kiosk(target: Target) -> str:
    """Wrong passwords of a supervisor, typed at an inmates' kiosk."""
    name, office = target.new_staff(StaffRole.SUPERVISOR), target.address()
    target.visitor(office).staff_in(name)
    for kiosk in (target.visitor() for _ in range(6)):
        for number in range(6):
            kiosk.staff_in(name, f"a wrong password {number}")
    let_in = target.visitor(office).staff_in(name)
    shut_if(let_in, f"the supervisor, at their own desk, is let in: {let_in}")
    return "30 wrong ones elsewhere; the supervisor is let in at their own desk"


def _persistent(target: Target, terminals: int, days: int) -> str:
    """All that can be failed from strange terminals, day after day; the owner keeps coming."""
    number, own = target.new_inmate(), target.address()
    target.visitor(own).log_in(number)
    kiosks = [target.address() for _ in range(terminals)]
    for _ in range(days):
        for kiosk in kiosks:
            _fail(target.visitor(kiosk), number, 6)
        let_in = target.visitor(own).log_in(number)
        shut_if(let_in, f"the owner, at a kiosk they know, is let in: {let_in}")
        target.pass_time(_DAY)
    return f"{terminals} strange kiosks, {days} days: the owner is let in each day"


def _at_the_owners_kiosk(target: Target) -> str:
    """Where the owner logs in: they wait there one step, and not elsewhere."""
    number, own = target.new_inmate(), [target.address() for _ in range(2)]
    for kiosk in own:
        target.visitor(kiosk).log_in(number)
    _fail(target.visitor(own[0]), number, 40)
    elsewhere = target.visitor(own[1]).log_in(number)
    target.pass_time(timedelta(minutes=16))
    later = target.visitor(own[0]).log_in(number)
    shut_if(elsewhere and later, f"at their other kiosk: {elsewhere}; after 16 minutes: {later}")
    return "let in at their other kiosk at once, and at this one after 16 minutes"


def _many_terminals_at_once(target: Target) -> str:
    number, own = target.new_inmate(), target.address()
    target.visitor(own).log_in(number)
    kiosks = [target.address() for _ in range(20)]
    with ThreadPoolExecutor(20) as crowd:
        list(crowd.map(lambda each: _fail(target.visitor(each), number, 6), kiosks))
    let_in = target.visitor(own).log_in(number)
    shut_if(let_in, f"the owner is let in at a kiosk they know: {let_in}")
    return "20 kiosks at the same moment; the owner is let in"


# --- trying more than is allowed


def _checked(target: Target, attack: Callable[[], object]) -> int:
    """How many secrets were checked and found wrong meanwhile."""
    before = target.events(_FAILED)
    attack()
    return target.events(_FAILED) - before


def _at_most(tried: int, most: int) -> str:
    shut_if(0 < tried <= most, f"{tried} PINs checked")
    return f"{tried} PINs checked, {most} allowed"


def _one_account(target: Target, headers: Callable[[int], Mapping[str, str]] | None = None) -> str:
    number, kiosk = target.new_inmate(), target.visitor()

    def attack() -> None:
        for place, pin in zip(range(40), _wrong_pins(), strict=False):
            kiosk.log_in(number, pin, **(headers(place) if headers else {}))

    return _at_most(_checked(target, attack), 5)


def _in_parallel(target: Target) -> str:
    number, address = target.new_inmate(), target.address()

    def attack() -> None:
        with ThreadPoolExecutor(40) as crowd:
            pins = [pin for pin, _ in zip(_wrong_pins(), range(80), strict=False)]
            list(crowd.map(lambda pin: target.visitor(address).log_in(number, pin), pins))

    return _at_most(_checked(target, attack), 5)


def _other_spellings(target: Target) -> str:
    """One number written in many ways has one budget."""
    number, kiosk = target.new_inmate(), target.visitor()
    ways = (number, f" {number}", f"{number} ", number.lower(), f"\t{number}\n", f"{number}\u00a0")

    def attack() -> None:
        for way in ways:
            _fail(kiosk, way, 8)
        _fail(kiosk, number, 8)

    tried = _checked(target, attack)
    own = [row for row in target.throttled() if row[0] == f"inmate:{number}"]
    shut_if(tried <= 5 * len(ways), f"{tried} checked")
    shut_if(len(own) <= 2, f"{len(own)} budgets of one account")
    return f"{len(ways)} ways to write it: the account has one budget at this kiosk"


def _from_many_kiosks(target: Target) -> str:
    number = target.new_inmate()

    def attack() -> None:
        for _ in range(8):
            _fail(target.visitor(), number, 8)

    return _at_most(_checked(target, attack), 20)


def _logging_in_between(target: Target) -> str:
    """The attacker's own right PIN does not give the terminal its tries back."""
    own, victim, kiosk = target.new_inmate(), target.new_inmate(), target.address()

    def attack() -> None:
        for pin, _ in zip(_wrong_pins(), range(30), strict=False):
            target.visitor(kiosk).log_in(victim, pin)
            target.visitor(kiosk).log_in(own)

    return _at_most(_checked(target, attack), 5)


def _all_day(target: Target, most: int, attempt: Callable[[int], None]) -> str:
    """Whatever can be tried in 24 hours, as soon as it can be tried."""

    def attack() -> None:
        passed, number = timedelta(), 0
        while passed < _DAY:
            attempt(number)
            number += 1
            target.pass_time(_STEP)
            passed += _STEP

    return _at_most(_checked(target, attack), most)


def _one_account_all_day(target: Target) -> str:
    number, kiosk, pins = target.new_inmate(), target.visitor(), _wrong_pins()
    rules = rules_of(target.facility.settings.web)
    _fail(kiosk, number, 5)
    most = rules.pair.units_in(_DAY)
    return _all_day(target, most, lambda _: _try(kiosk, number, next(pins)))


def _try(visitor: Visitor, number: str, pin: str) -> None:
    visitor.log_in(number, pin)


def _one_account_everywhere_all_day(target: Target) -> str:
    number, pins = target.new_inmate(), _wrong_pins()
    own = [target.address() for _ in range(3)]
    for kiosk in own:
        target.visitor(kiosk).log_in(number)
    strange = [target.address() for _ in range(5)]
    most = tries_a_day(rules_of(target.facility.settings.web), terminals=None)

    def attempt(_: int) -> None:
        for kiosk in (*own, *strange):
            target.visitor(kiosk).log_in(number, next(pins))

    return _all_day(target, most, attempt)


# --- spraying


def _spray(target: Target, accounts: int) -> str:
    """One PIN over all accounts, at one kiosk, at once."""
    numbers, kiosk = target.new_inmates(accounts), target.visitor()
    tried = _checked(target, lambda: [kiosk.log_in(number, "123456") for number in numbers])
    return _at_most(tried, 25)


def _spray_all_day(target: Target) -> str:
    numbers, kiosk = iter(target.new_inmates(600)), target.visitor()
    most = accounts_a_day(rules_of(target.facility.settings.web))
    for _ in range(25):
        kiosk.log_in(next(numbers), "123456")
    return _all_day(target, most, lambda _: _try(kiosk, next(numbers), "123456"))


def _spray_twenty_pins(target: Target) -> str:
    """The likeliest PINs on a few accounts at one kiosk."""
    numbers, kiosk, pins = target.new_inmates(30), target.visitor(), _wrong_pins()
    most = tries_a_day_at(rules_of(target.facility.settings.web))

    def attempt(_: int) -> None:
        for number in numbers:
            kiosk.log_in(number, next(pins))

    return _all_day_coarse(target, most, attempt)


def _all_day_coarse(target: Target, most: int, attempt: Callable[[int], None]) -> str:
    def attack() -> None:
        for number in range(24):
            attempt(number)
            target.pass_time(timedelta(hours=1))

    return _at_most(_checked(target, attack), most)


def _spray_staff(target: Target) -> str:
    names, kiosk = [target.new_staff() for _ in range(60)], target.visitor()
    tried = _checked(target, lambda: [kiosk.staff_in(name, "Password1234!") for name in names])
    return _at_most(tried, 25)


def _spray_made_up(target: Target) -> str:
    """Numbers of nobody count too, or else the lock would show who exists."""
    kiosk = target.visitor()
    tried = _checked(target, lambda: [kiosk.log_in(f"X-{n}", "123456") for n in range(100)])
    return _at_most(tried, 25)


def _spray_with_forged_hops(target: Target) -> str:
    numbers, kiosk = target.new_inmates(80), target.visitor()

    def attack() -> None:
        for place, number in enumerate(numbers):
            kiosk.log_in(number, "123456", X_Forwarded_For=f"10.9.{place}.1, 10.8.{place}.2")

    return _at_most(_checked(target, attack), 25)


# --- while it is locked


def _locked(target: Target) -> tuple[str, str]:
    """A booking number, and the kiosk at which it is locked."""
    number, kiosk = target.new_inmate(), target.address()
    _fail(target.visitor(kiosk), number, 5)
    return number, kiosk


def _nothing_is_checked(target: Target) -> str:
    number, kiosk = _locked(target)
    owed, events = target.throttled(), target.events()
    visitor = target.visitor(kiosk)
    right = visitor.log_in(number)
    wrong = visitor.log_in(number, "111222")
    shut_if(not right and not wrong, "a PIN was let in while locked")
    shut_if(target.throttled() == owed, "something was charged while locked")
    # That somebody was refused is recorded once, whether the PIN was right or not.
    shut_if(target.events() <= events + 1, "each try was recorded while locked")
    return "nothing checked or charged, the refusal recorded once"


def _same_answer(target: Target) -> str:
    number, kiosk = _locked(target)
    other = target.new_inmate()
    forms = {
        "locked, right PIN": (number, PIN),
        "locked, wrong PIN": (number, "111222"),
        "wrong PIN": (other, "111222"),
        "nobody": ("nobody-9", "111222"),
        "released": (target.new_inmate(status="released", pin_hash=None), PIN),
        "empty": ("", ""),
    }
    pages = {}
    for name, (typed, pin) in forms.items():
        form = {"booking_number": typed, "pin": pin}
        answer = target.visitor(kiosk).post("/login", form)
        left_out = ("date", "content-length")
        headers = {k: v for k, v in answer.headers.items() if k not in left_out}
        pages[name] = (answer.status, answer.bare, tuple(sorted(headers.items())))
    shut_if(len(set(pages.values())) == 1, f"the answers differ: {[*pages]}")
    return f"one answer to {len(pages)} kinds of refusal"


def _terminal_locked(target: Target) -> str:
    """The right PINs of others, at a terminal that is locked."""
    kiosk, number = target.address(), target.new_inmate()
    for place in range(30):
        target.visitor(kiosk).log_in(f"nobody-{place}", "111222")
    owed = target.throttled()
    let_in = target.visitor(kiosk).log_in(number)
    shut_if(not let_in and target.throttled() == owed, f"let in: {let_in}")
    target.pass_time(timedelta(minutes=13))
    shut_if(target.visitor(kiosk).log_in(number), "still locked after 13 minutes")
    return "refused like any, nothing charged; let in 13 minutes later"


def _takes_as_long(target: Target) -> str:
    """Medians, taken by turns; half as long again would be plain to see."""
    number, kiosk = _locked(target)
    kinds: dict[str, Callable[[], object]] = {
        "locked": lambda: target.visitor(kiosk).log_in(number),
        "wrong": lambda: target.visitor().log_in(target.new_inmate(), "111222"),
        "nobody": lambda: target.visitor().log_in("nobody", "111222"),
    }
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(25):
        for name, one in kinds.items():
            begun = perf_counter()
            one()
            took[name].append(perf_counter() - begun)
    medians = {name: median(some) * 1000 for name, some in took.items()}
    shown = ", ".join(f"{name} {ms:.0f} ms" for name, ms in medians.items())
    shut_if(max(medians.values()) < 1.5 * min(medians.values()), shown)
    return shown


def _guess_password_while_locked(target: Target) -> str:
    name, desk = target.new_staff(), target.address()
    for number in range(5):
        target.visitor(desk).staff_in(name, f"wrong {number}")
    owed = target.throttled()
    let_in = target.visitor(desk).staff_in(name, PASSWORD)
    shut_if(not let_in and owed == target.throttled(), f"let in: {let_in}")
    return "the right password is refused like any, nothing charged"


def _header(name: str) -> Callable[[str], dict[str, str]]:
    return lambda victim: {name: f"for={victim}" if name == "Forwarded" else victim}


_OTHERS: Mapping[str, Play] = {
    "wrong PINs of nobody, through the proxy": _wrong_pins_of_nobody,
    "five people who mistype at one kiosk": _mistypes,
    "X-Forwarded-For names the victim": partial(
        _forged_address, headers=_header("X_Forwarded_For")
    ),
    "twelve who mistype four times each": partial(_mistypes, people=12, times=4),
    "sixty right PINs at one kiosk": _right_pins,
    "X-Real-IP names the victim": partial(_forged_address, headers=_header("X_Real_IP")),
    "Forwarded names the victim": partial(_forged_address, headers=_header("Forwarded")),
    "X-Forwarded-For at the service's own port": _forged_past_the_proxy,
    "a supervisor's name at inmates' kiosks": _staff_from_a_kiosk,
}
_NAMED: Mapping[str, Play] = {
    "from six kiosks": partial(_persistent, terminals=6, days=1),
    "from six kiosks, for ten days": partial(_persistent, terminals=6, days=10),
    "from one kiosk, for twenty days": partial(_persistent, terminals=1, days=20),
    "at one of the owner's own kiosks": _at_the_owners_kiosk,
    "from twenty kiosks at the same moment": _many_terminals_at_once,
}
_MORE: Mapping[str, Play] = {
    "one after another": _one_account,
    "forty connections at once": _in_parallel,
    "another X-Forwarded-For each time": partial(
        _one_account, headers=lambda place: {"X_Forwarded_For": f"10.1.2.{place}"}
    ),
    "https or http claimed, by turns": partial(
        _one_account, headers=lambda place: {"X_Forwarded_Proto": ("http", "https")[place % 2]}
    ),
    "another made-up kiosk cookie each time": partial(
        _one_account, headers=lambda place: {"Cookie": f"__Host-kiosk={place:043d}"}
    ),
    "the number in other spellings": _other_spellings,
    "from eight kiosks": _from_many_kiosks,
    "logging in as oneself between tries": _logging_in_between,
    "at one kiosk, all day": _one_account_all_day,
    "everywhere, also at the owner's three kiosks, all day": _one_account_everywhere_all_day,
}
_SPRAY: Mapping[str, Play] = {
    "one PIN on 200 accounts at once": partial(_spray, accounts=200),
    "one PIN on as many as possible, all day": _spray_all_day,
    "many PINs on 30 accounts, all day": _spray_twenty_pins,
    "one password on all staff": _spray_staff,
    "numbers of nobody": _spray_made_up,
    "forged hops, another each time": _spray_with_forged_hops,
}
_WHILE_LOCKED: Mapping[str, Play] = {
    "nothing is checked": _nothing_is_checked,
    "every refusal is the same": _same_answer,
    "right PINs at a locked terminal": _terminal_locked,
    "a right password of staff": _guess_password_while_locked,
    "how long it takes": _takes_as_long,
}

THEMES = (
    Theme(
        "logins",
        (
            Attack("lock others out", "only the terminal that failed waits", _OTHERS, short=2),
            Attack("lock a named person out", "let in where they logged in of late", _NAMED),
            Attack("guess one account's PIN", "no more tries than documented", _MORE, short=2),
            Attack("one PIN over all accounts", "25 accounts at once", _SPRAY),
            Attack("learn from a lock", "nothing differs", _WHILE_LOCKED, short=2),
        ),
    ),
)
