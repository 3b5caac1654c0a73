"""The program on PostgreSQL does what it does on SQLite."""

from __future__ import annotations

import dataclasses
import threading
from datetime import date
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.access import locks, login
from digitizer.capture.scans import ledger, sealing
from digitizer.covers import following, own_covers
from digitizer.facility import Facility
from digitizer.letters.actions import correct_page, mailbox, search_mail
from digitizer.letters.search import indexing, terms
from digitizer.letters.search.page_search import search_pages
from digitizer.messages import actions as messages
from digitizer.messages import exporting
from digitizer.messages import writing as conversing
from digitizer.messages.printing import render_queued
from digitizer.messages.writing import Save
from digitizer.model.errors import Conflict, NotAllowed
from digitizer.model.events import DECISIONS, LOG, Subject, Verb
from digitizer.model.mail import Direction, Draft, LetterState, PageRole
from digitizer.model.originals import Obstacle
from digitizer.model.paper import Original
from digitizer.model.prints import PrintKind, PrintState
from digitizer.model.retention import HoldOn, MailKind, RunState
from digitizer.model.settings import Release
from digitizer.notifications import changes, outbox
from digitizer.operations import actions as operations
from digitizer.operations import paper_destruction
from digitizer.operations.care import needs_care
from digitizer.operations.reports import actions as reports
from digitizer.operations.reports.periods import Period
from digitizer.originals import actions as originals
from digitizer.people import roster
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents import contacts, own_account, own_contacts, sign_up
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.blocks import doubts_about
from digitizer.policies import actions as policies
from digitizer.policies import marks, watch_rules
from digitizer.policies.watch_rules import NewRule, WatchKind
from digitizer.prints import actions as prints
from digitizer.retention import actions as retention
from digitizer.screening import cases, checks, decisions, legal_mail, recalls, review, senders
from digitizer.screening.delivering import Waits
from digitizer.storage import tables_upkeep
from digitizer.storage.database import reading, writing
from digitizer.storage.every_table import metadata
from digitizer.storage.tables import event, scan, shelf
from digitizer.support.clock import now
from tests.support.api_kit import Program
from tests.support.boxed_paper import boxed
from tests.support.conversing import as_correspondent, link_in, mailed, make_contact, with_family
from tests.support.kept_mail import destroyed, old_message, old_stack, scheduled, words_left
from tests.support.known_times import KnownTimes
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    deliver,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
    stored_letter,
)
from tests.support.print_system import BLANK_PDF
from tests.support.screened_mail import waiting_letter
from tests.support.sealed_mail import balances, marker, sealed, seen, stack
from tests.support.secrets_left import secrets_left
from tests.support.sent_at_once import send_at_once, sent_ids
from tests.support.web_kit import PASSWORD
from tests.support.whole_facility import cheap_hashes


def test_a_search_on_postgresql_forgives_as_on_sqlite(
    cluster: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_SHELVED_TOGETHER", 2)
    texts = {2: read("my dear hother", mother=0.6), 3: read("a gardem"), 4: read("dear x mother")}
    file(cluster, split_of(letter_of(new_cover(cluster), 1, 4)), texts)
    deliver(cluster, ORSON, "Café garden", b"2")
    with reading(cluster.engine) as tx:
        monkeypatch.setattr(terms, "_KNOWN", WeakKeyDictionary())
        assert [hit.page for hit in search_pages(tx, '"dear mother"', ORSON)] == [1]
        assert [hit.score for hit in search_pages(tx, "garden", ORSON)][:1] == [1.0]
        assert len(search_pages(tx, "garden cafe", ORSON)) == 2
        assert tx.execute(sa.select(sa.func.count()).select_from(shelf)).scalar_one() > 0


def test_the_main_job_on_postgresql(cluster: Facility) -> None:
    mine = deliver(cluster, ORSON, "my dear garden", b"1")
    deliver(cluster, PETRA, "her garden", b"2")
    held, whole = held_letter(cluster, new_cover(cluster)), held_whole(cluster)
    assert [hit.letter for hit in search_mail(cluster, "gardem", OPERATOR, ORSON)] == [mine]
    assert search_mail(cluster, "'gard%*", OPERATOR) != ()
    first, second = decisions.cut(cluster, held, 3, CLERK, "two letters")
    decisions.assign(cluster, second, ORSON, CLERK, "looked")
    decisions.reject(cluster, first, CLERK, "glitter")
    decisions.assign(cluster, whole, PETRA, CLERK, "looked")
    assert len(mailbox(cluster, ORSON, OPERATOR)) == 2
    assert all(account.balanced for account in operations.reconcile(cluster, OPERATOR))
    events_, problem = operations.verify_audit(cluster, OPERATOR)
    assert (events_ > 5, problem) == (True, None)
    with writing(cluster.engine) as tx:
        tx.execute(sa.delete(event).where(event.c.seq == events_))
    assert operations.verify_audit(cluster, OPERATOR)[1] is not None


def test_sealing_and_unsealing_on_postgresql(cluster: Facility, tmp_path: Path) -> None:
    code = marker(cluster)
    first = sealed(cluster, tmp_path / "w", what=seen(marked=code))
    second = sealed(cluster, tmp_path / "w", stack(3), what=seen(3, marked=code))
    assert [each.sure for each in legal_mail.sealed_scans(cluster, SUPERVISOR)] == [True, False]
    with reading(cluster.engine) as tx:
        keys = {
            each.id: sealing.find_sealed(tx, cluster.seal_keys, each.id).key
            for each in (first, second)
        }
        data = Path(tx.execute(sa.text("SHOW data_directory")).scalar_one())
    legal_mail.lift(cluster, second.id, SUPERVISOR, "scanned again")
    new = legal_mail.cut(cluster, first.id, [3, 4], SUPERVISOR, "another letter")
    legal_mail.destroy(cluster, first.id, SUPERVISOR, "handed over", confirmed=True)
    with reading(cluster.engine) as tx:
        states = {each: ledger.scan_state(tx, each) for each in (first.id, second.id, new)}
    assert states == {first.id: "filed", second.id: "waiting", new: "waiting"}
    for folder in (data, cluster.home):
        assert list(secrets_left(folder, keys)) == []
    assert all(account.balanced for account in operations.reconcile(cluster, OPERATOR))
    assert operations.verify_audit(cluster, OPERATOR)[1] is None


def test_one_form_is_one_message_on_postgresql(cluster: Facility, cluster_url: str) -> None:
    """Sent by two processes at once, by an inmate and by somebody outside."""
    ida = make_contact(cluster)
    sent: set[str] = set()
    for kind, name, whom in (("inmate", ORSON, str(ida)), ("correspondent", str(ida), ORSON)):
        one, other = send_at_once(cluster, kind, name, whom, 4, cluster_url)
        assert one == other
        sent |= set(one)
    assert sorted(sent_ids(cluster)) == sorted(sent)
    assert len(sent) == 8


def test_two_pages_of_one_writer_lose_nothing_on_postgresql(cluster: Facility) -> None:
    ida = make_contact(cluster)
    me = as_correspondent(ida)
    first, second = (conversing.conversation(cluster, ORSON, me) for _ in range(2))
    conversing.save_draft(cluster, ORSON, "", "Kept", me, Save(second.form, 1))
    with pytest.raises(conversing.BothKept):
        conversing.write(cluster, ORSON, "", "Typed", me, Save(first.form, 1))
    kept = conversing.conversation(cluster, ORSON, me)
    assert (kept.draft.body, kept.entries) == ("Typed\n\nKept", ())


def test_writers_at_once_on_postgresql(cluster: Facility) -> None:
    """One scan for the same bytes, one order of the log, one claimant a scan."""
    part = [Original("a" * 64, "a.pdf", 1)]
    claimed: list[str] = []
    problems: list[BaseException] = []
    start = threading.Barrier(4)

    def write(name: str) -> None:
        try:
            start.wait()
            for _ in range(5):
                with writing(cluster.engine) as tx:
                    entry = ledger.enter(tx, part, "default")
                    audit.record(tx, OPERATOR, Verb.TAKE_IN, Subject.scan(entry.scan.id))
            with writing(cluster.engine) as tx:
                if ledger.claim_next(tx, name):
                    claimed.append(name)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(f"{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(claimed) == 1
    with reading(cluster.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar() == 1
        assert audit.verify_chain(tx) == (21, None)


def test_what_today_shows_on_postgresql(cluster: Facility) -> None:
    held_letter(cluster)
    held_whole(cluster)
    day = cases.day_of_intake(cluster, CLERK)
    assert (day.held, len(day.lines), len(day.longest)) == (2, 2, 2)
    found = {each.what for each in needs_care(cluster, CLERK).findings}
    assert found == {"scanner default", "backup"}, "it is backed up as on SQLite"


def test_the_outbox_on_postgresql(cluster: Facility) -> None:
    with writing(cluster.engine) as tx:
        item = outbox.put(tx, "a@b", "A", "B", cause=LOG, sender="c@d")
        assert outbox.due(tx, now()) == (item,)
        assert outbox.claim(tx, item, now()) is not None
        assert outbox.begin(tx, item, now())
        assert outbox.doubt_all(tx) == 1


def test_correspondents_blocks_and_refusals_on_postgresql(cluster: Facility) -> None:
    ida = correspondents.add_correspondent(cluster, Entry("Ida Márlow", "12 Elm Street"), CLERK)
    twice = correspondents.add_correspondent(cluster, Entry("I. Marlow"), CLERK)
    correspondents.ask_for_contact(cluster, twice, ORSON, CLERK)
    correspondents.approve_contact(cluster, ida, ORSON, SUPERVISOR, "a sister")
    today = now().astimezone().date()
    block = correspondents.block_mail(cluster, ida, ORSON, SUPERVISOR, "asked for", until=today)
    held = held_letter(cluster, new_cover(cluster))
    senders.name_sender(cluster, held, ida, Entry(""), CLERK)
    assert len(senders.look_at_senders(cluster, held, CLERK).blocked) == 1
    decisions.assign(cluster, held, ORSON, CLERK, "looked", despite=[block])
    with reading(cluster.engine) as tx:
        assert contacts.who_wrote(tx) == {ORSON: ["Ida Márlow"]}
        (doubt,) = doubts_about(tx, "IDA MARLOW", roster.inmate_row_id(tx, ORSON))
    assert "asked for" in doubt.message
    correspondents.unblock_mail(cluster, block, SUPERVISOR, "over")
    correspondents.merge_correspondents(cluster, ida, twice, SUPERVISOR, "one person")
    assert [each.id for each in correspondents.correspondents(cluster, "mar", CLERK)] == [twice]
    person = correspondents.correspondent(cluster, twice, CLERK)
    assert ([each.letter for each in person.letters], len(person.contacts)) == ([held], 1)
    for _ in range(3):
        with pytest.raises(NotAllowed):
            correspondents.block_mail(cluster, twice, None, CLERK, "no")
    assert [each.more for each in locks.refusals(cluster, SUPERVISOR)] == [0]


def test_reports_on_postgresql(cluster: Facility) -> None:
    times = KnownTimes(cluster)
    paper = times.scan("2026-03-03 10:00:00", pages=6)
    times.letter(paper, delivered="2026-03-03 10:01:00", confidence=(0.05, 0.95))
    held = times.letter(paper, held="2026-03-03 10:01:00", reasons=["sheet_count"])
    times.decide(held, "2026-03-03 11:00:00", Verb.ASSIGN, 20)
    again = times.letter(times.scan("2026-03-02 10:00:00"), delivered="2026-03-02 10:00:30")
    times.event("2026-03-03 12:00:00", Verb.RECALL, f"letter:{again}", "Ruth")
    times.event("2026-03-03 12:01:00", Verb.ASSIGN, f"letter:{again}", "Ruth")
    day = Period(date(2026, 3, 3), date(2026, 3, 3))
    found = {each.key: each for each in reports.report(cluster, day, OPERATOR).figures}
    assert found["volume"].rows[0].values == (2, 1, 6)
    assert found["delay"].rows[0].values == (60, 3600, 2)
    assert found["held"].rows[0].values == (1, 100.0)
    assert found["scanner"].rows[0].values == (2, 1, 1, 6, 50.0)
    assert [row.values[0] for row in found["confidence"].rows] == [1, *[0] * 8, 1]
    assert found["effort"].rows[-1].values == (20, 20, 3, 2, 1)


def test_the_api_on_postgresql(cluster: Facility) -> None:
    mine, held = deliver(cluster, ORSON, "my dear garden", b"1"), held_whole(cluster)
    with Program(cluster) as program:
        first = program.get("/letters").json()
        assert [each["letter"] for each in first["items"]] == [mine]
        decisions.assign(cluster, held, PETRA, CLERK, "looked")
        (changed,) = program.get("/letters", params={"after": first["next"]}).json()["items"]
        assert changed["booking_number"] == PETRA
        assert len(program.get("/inmates", params={"limit": "1"}).json()["items"]) == 1
        parts = [program.get("/balance", params={"limit": "1"}).json()]
        parts.append(program.get("/balance", params={"after": parts[0]["next"]}).json())
        assert all(each["balanced"] for part in parts for each in part["items"])
        assert len({each["scan"] for part in parts for each in part["items"]}) == 2
        key = program.new_key()
        covers = [program.post(f"/inmates/{ORSON}/covers", json={}, headers=key) for _ in range(2)]
        assert covers[0].content == covers[1].content
        assert program.get("/held").json()["items"] == []


def test_changes_are_told_on_postgresql(cluster: Facility) -> None:
    with writing(cluster.engine) as tx:
        changes.tell(tx, "https://jms.example")
        tx.execute(sa.update(tables_upkeep.outbox).values(state="sent", ended=now()))
    mine = deliver(cluster, ORSON, "my dear garden", b"1")
    with writing(cluster.engine) as tx:
        assert changes.is_untold(tx, "https://jms.example")
        changes.tell(tx, "https://jms.example")
        assert not changes.is_untold(tx, "https://jms.example")
        bodies = list(tx.execute(sa.select(tables_upkeep.outbox.c.body)).scalars())
    assert any(mine in body for body in bodies)


def test_screening_on_postgresql(cluster: Facility) -> None:
    """Rules, pages that are withheld, two people, and a blind check."""
    screening = cluster.settings.screening.model_copy(
        update={"second_look": "marked", "checked_percent": 100.0}
    )
    settings = cluster.settings.model_copy(update={"screening": screening})
    strict = dataclasses.replace(cluster, settings=settings)
    rule = NewRule(WatchKind.WORDS, "Yours", "", "report 12", watch_rules.today())
    set_ = policies.add_rule(strict, rule, SUPERVISOR)
    marked = waiting_letter(strict, b"1", release=Release.AUTOMATIC)
    plain = waiting_letter(strict, b"2", texts={2: "hello", 3: "there"})
    assert [each.letter for each in review.waiting(strict, CLERK)] == [marked, plain]
    assert policies.rules(strict, CLERK)[0].marked == 1
    decisions.withhold(strict, marked, 2, CLERK, "a map")
    assert decisions.release(strict, marked, CLERK, "the rest") is Waits.SECOND
    assert review.look_at(strict, plain, CLERK).following is None
    assert decisions.release(strict, marked, SUPERVISOR, "the rest") is None
    decisions.release(strict, plain, CLERK, "fine")
    assert checks.waiting(strict, SUPERVISOR) == (plain,)
    for number in (2, 3):
        checks.page_picture(strict, plain, number, SUPERVISOR)
    assert checks.judge(strict, plain, [3], "a code", SUPERVISOR).is_miss
    assert checks.measured(strict, SUPERVISOR).missed.of == 1
    policies.end_rule(strict, set_.id, SUPERVISOR, "over")
    assert all(account.balanced for account in operations.reconcile(strict, OPERATOR))


def test_the_print_queue_on_postgresql(cluster: Facility) -> None:
    draft = Draft(Direction.TO_INMATE, ORSON, "Aunt Ida", "Hi", "How are you?")
    messages.send(cluster, draft, OPERATOR)
    sheet = prints.queue_pdf(cluster, CLERK, PrintKind.SEPARATOR, "Separator", BLANK_PDF)
    waiting = prints.look_at_queue(cluster, CLERK).waiting
    numbers = [each.number for pile in waiting for each in pile.prints]
    assert render_queued(cluster, numbers, CLERK) == ()
    batch = prints.send(cluster, CLERK, numbers, "outbox")
    assert {each.state for each in batch.prints} == {PrintState.PRINTED}
    assert [each.message.printed is None for each in messages.threads(cluster, ORSON, CLERK)] == [
        False
    ]
    (again,) = prints.print_again(cluster, sheet, sheet, CLERK, "a jam", spoiled=True)
    open_batch = prints.send(cluster, CLERK, [again], "this computer")
    prints.came_not(cluster, [open_batch.number], CLERK)
    assert prints.find_print(cluster, again, CLERK).state is PrintState.RENDERED


def _last_decision(facility: Facility) -> audit.Event:
    with reading(facility.engine) as tx:
        return next(each for each in audit.latest_events(tx) if each.verb in DECISIONS)


def test_undo_and_recall_on_postgresql(cluster: Facility) -> None:
    rule = NewRule(WatchKind.WORDS, "Yours", "", "report 12", watch_rules.today())
    policies.add_rule(cluster, rule, SUPERVISOR)
    letter = waiting_letter(cluster, b"1", texts={2: "Dear", 3: "Yours", 4: "ever"})
    _, second = decisions.cut(cluster, letter, 3, CLERK, "two letters")
    decisions.undo(cluster, letter, _last_decision(cluster).seq, CLERK)
    assert [each.page is not None for each in _marks(cluster, letter)] == [True]
    _, second = decisions.cut(cluster, letter, 3, CLERK, "two letters")
    decisions.join(cluster, letter, second, CLERK, "one letter")
    decisions.undo(cluster, letter, _last_decision(cluster).seq, CLERK)
    assert [each.page is not None for each in _marks(cluster, second)] == [True]
    whole = held_whole(cluster)
    made = decisions.assign(cluster, whole, ORSON, CLERK, "his")
    assert decisions.undo(cluster, made, _last_decision(cluster).seq, CLERK) == whole
    decisions.withhold(cluster, letter, 2, CLERK, "a map")
    decisions.undo(cluster, letter, _last_decision(cluster).seq, CLERK)
    decisions.release(cluster, letter, CLERK, "fine")
    recalls.recall(cluster, letter, SUPERVISOR, "look again")
    assert mailbox(cluster, ORSON, OPERATOR) == ()
    assert all(account.balanced for account in operations.reconcile(cluster, OPERATOR))


def _marks(facility: Facility, letter: str) -> tuple[marks.Mark, ...]:
    with reading(facility.engine) as tx:
        return marks.marks_of(tx, [letter]).get(letter, ())


def test_what_is_asked_again_at_the_release_on_postgresql(cluster: Facility) -> None:
    """A block that was set since, also for the second part of a cut; a page that was given back."""
    letter = waiting_letter(cluster, b"1", texts={2: "Dear", 3: "Yours", 4: "ever"})
    for number in (2, 3, 4):
        review.page_picture(cluster, letter, number, CLERK)
    ida = correspondents.add_correspondent(cluster, Entry("Ida Marlow"), CLERK)
    twin = correspondents.add_correspondent(cluster, Entry("I. Marlow"), CLERK)
    senders.name_sender(cluster, letter, ida, Entry(""), CLERK)
    _, second = decisions.cut(cluster, letter, 4, CLERK, "two letters")
    block = correspondents.block_mail(cluster, ida, ORSON, SUPERVISOR, "asked for")
    correspondents.merge_correspondents(cluster, ida, twin, SUPERVISOR, "one person")
    with pytest.raises(Conflict, match=f"--despite {block}"):
        review.release(cluster, letter, CLERK, "fine")
    with pytest.raises(Conflict, match=f"--despite {block}"):
        decisions.assign(cluster, second, ORSON, CLERK, "his")
    correspondents.unblock_mail(cluster, block, SUPERVISOR, "over")
    decisions.withhold(cluster, letter, 3, SUPERVISOR, "a map")
    decisions.mark_page(cluster, letter, 3, PageRole.CONTENT, SUPERVISOR, "a river")
    with pytest.raises(Conflict, match="not seen as it is now"):
        review.release(cluster, letter, CLERK, "fine")
    review.page_picture(cluster, letter, 3, CLERK)
    review.release(cluster, letter, CLERK, "fine")
    assert [each.letter for each in mailbox(cluster, ORSON, OPERATOR)] == [letter]


def test_a_page_that_was_withheld_is_scanned_again_on_postgresql(cluster: Facility) -> None:
    code = new_cover(cluster)
    old = letters_of(cluster, file(cluster, split_of(letter_of(code, 1, 4)), content=b"1"))[0].id
    recalls.recall(cluster, old, SUPERVISOR, "look again")
    decisions.withhold(cluster, old, 3, CLERK, "a map")
    new = letters_of(cluster, file(cluster, split_of(letter_of(code, 1, 4)), content=b"2"))[0]
    assert (new.state, "a map" in new.reason) == ("awaiting_review", True)
    decisions.rescanned(cluster, old, new.id, SUPERVISOR, "again")
    decisions.undo(cluster, old, _last_decision(cluster).seq, SUPERVISOR)
    decisions.rescanned(cluster, old, new.id, SUPERVISOR, "again")
    with pytest.raises(Conflict, match="a map"):
        decisions.release(cluster, new.id, SUPERVISOR, "fine")


def test_a_corrected_text_and_a_blind_check_on_postgresql(cluster: Facility) -> None:
    screening = cluster.settings.screening.model_copy(update={"checked_percent": 100.0})
    settings = cluster.settings.model_copy(update={"screening": screening})
    drawn = dataclasses.replace(cluster, settings=settings)
    letter = waiting_letter(drawn, b"1")
    decisions.release(drawn, letter, CLERK, "fine")
    assert checks.waiting(drawn, SUPERVISOR) == (letter,)
    correct_page(drawn, letter, 2, "nothing", SUPERVISOR)
    recalls.recall(drawn, letter, SUPERVISOR, "look again")
    rule = NewRule(WatchKind.WORDS, "Dear", "", "report 12", watch_rules.today())
    assert policies.add_rule(drawn, rule, SUPERVISOR).marked == 1
    decisions.reject(drawn, letter, CLERK, "in code")
    assert checks.waiting(drawn, SUPERVISOR) == ()


def test_the_familys_pages_on_postgresql(cluster: Facility) -> None:
    families, here = with_family(cluster), "10.0.0.7"
    nora = Entry("Nora Kessel", "", "nora@example.org", "es")
    with cheap_hashes():
        sign_up.ask_for_account(families, nora, PASSWORD, PASSWORD, here)
        link = link_in(mailed(families)[-1].body)
        email = sign_up.confirm(families, link.rpartition("/")[2], PASSWORD, here)
        visit = login.visit(families, login.enter_as_correspondent(families, email, PASSWORD, here))
        assert visit is not None
        own_contacts.ask_to_write(families, PETRA, "petra samplewood", visit.actor, here)
        (ask,) = correspondents.waiting_asks(families, CLERK)
        correspondents.approve_ask(families, ask.id, SUPERVISOR, "known")
        conversing.write(families, PETRA, "Hi", "Hello", visit.actor)
        made = own_covers.make_cover(families, PETRA, "", 1, visit.actor, here)
        assert following.follow(families, made, here) == ()
        assert exporting.export_own(families, visit.actor).startswith(b"PK")
        own_contacts.stop_mail(families, PETRA, visit.actor, "a quarrel")
        own_contacts.take_up_mail(families, PETRA, visit.actor)
        sign_up.ask_for_reset(families, email, here)
        own_account.delete_own_account(families, PASSWORD, visit.actor, here)
    assert correspondents.waiting_asks(families, CLERK) == ()


def test_paper_is_asked_for_held_and_destroyed(cluster: Facility) -> None:
    at = boxed(cluster)
    (scan, _), (asked, letter), (held, _) = at.add(), at.add(), at.add()
    originals.use_box(cluster, at.code, "default", CLERK)
    originals.ask_for(cluster, letter, "his mother", CLERK)
    originals.hold_paper(cluster, held, now().astimezone().date(), SUPERVISOR, "a case")
    assert [each.scan for each in originals.due(cluster, CLERK, at.code)] == [scan]
    seen = originals.overview(cluster, CLERK)
    assert (seen.due, len(seen.asked), len(seen.holds)) == (1, 1, 1)
    number = originals.propose(cluster, [scan], CLERK)
    assert paper_destruction.confirm(cluster, number, SUPERVISOR).destroyed == 1
    assert originals.certificate(cluster, number, CLERK).startswith(b"%PDF")
    assert originals.find_box(cluster, at.code, CLERK).box.scans == 2
    assert {at.obstacle(asked), at.obstacle(held)} == {Obstacle.ASKED, Obstacle.HOLD}


def test_nothing_of_what_was_destroyed_is_left_in_its_tables(cluster: Facility) -> None:
    """In no row of any table. The server's own log is beyond us: see docs/operating.md."""
    here = scheduled(cluster)
    mine, other = old_stack(here, [ORSON, PETRA], 0)
    sent = old_message(here, ORSON, 50)
    hold = retention.set_hold(here, HoldOn.INMATE, PETRA, SUPERVISOR, "a claim")
    for kind in (MailKind.LETTERS, MailKind.MESSAGES):
        destroyed(here, kind)

    def in_rows() -> str:
        with reading(here.engine) as tx:
            return repr([tx.execute(sa.select(each)).all() for each in metadata.sorted_tables])

    rows = in_rows()
    assert [word for word in (*mine.words, *sent.words) if word in rows] == []
    assert [word for word in other.words if word not in rows] == ["zqcover0001vxk"], "in pictures"
    assert list(words_left(here.home, (*mine.words, *sent.words))) == []
    assert stored_letter(here, mine.id).state is LetterState.DESTROYED
    assert balances(here)
    retention.lift_hold(here, hold, SUPERVISOR, "settled")
    with reading(here.engine) as somebody:
        somebody.execute(sa.select(scan)).all()  # as a backup does, for a while
        run = destroyed(here, MailKind.LETTERS)
        assert retention.run_of(here, run, OPERATOR)[0].state is RunState.REWRITE_OWED
    retention.carry_out(here, OPERATOR)
    assert retention.run_of(here, run, OPERATOR)[0].state is RunState.DONE
    assert [word for word in other.words if word in in_rows()] == []
    assert balances(here)
