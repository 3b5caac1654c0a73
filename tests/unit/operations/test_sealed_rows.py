"""What a backup's tables say of mail is encrypted under its owners' keys, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import requests
from digitizer.model.errors import StorageError
from digitizer.operations import owners
from digitizer.operations.sealed_rows import (
    LEFT_OUT,
    SEALED,
    TABLE,
    has_sealed_rows,
    seal_rows,
    unseal_rows,
)
from digitizer.storage.database import copy_database, open_engine, reading, rewrite, writing
from digitizer.storage.encryption import new_seal_key
from digitizer.storage.every_table import metadata
from digitizer.storage.key_book import Owner
from tests.support.asked_staff import ME, with_requests
from tests.support.filed_forms import WORDS, new_form, scan_form
from tests.support.kept_mail import old_message, old_stack, words_left
from tests.support.made_mail import ORSON, PETRA

#: Columns of text, JSON or bytes that stay readable, and why they may: they hold no content.
_NO_CONTENT = {
    "it is about people, not what they wrote to each other": {
        "contact_ask": "booking_number name refused",
        "correspondent": "name address email language plain_name plain",
        "correspondent_account": "email plain_email password_hash",
        "earlier_name": "plain_name",
        "earlier_number": "booking_number",
        "email_bounce": "plain_email problem",
        "held_name": "row",
        "inmate": "booking_number last_name first_name housing_unit status more pin_hash question "
        "answer_hash",
        "leave_link": "token_hash",
        "mail_block": "plain_name wanted_by reason",
        "password_reset": "token_hash",
        "protected_sender": "kind name organisation address reference revoked_why by plain",
        "roster_choice": "choices",
        "roster_file": "sha256 name state content choices reason",
        "arrival": "id facility facility_name booking_number last_name first_name reason by "
        "taken_by",
        "correspondent_mark": "mark",
        "person_mark": "mark",
        "transfer": "id facility facility_name address reason by taken_by taken_as",
        "takeaway_code": "code_hash token_hash made_by ended_why",
        "sign_up": "token_hash email plain_email name language password_hash",
        "staff": "name role password_hash totp_secret totp_pending",
    },
    "it is about visits, not about mail": {
        "kept_apart": "reason",
        "visit": "id kind state reason ended_by outcome outcome_note",
        "visit_closure": "reason",
        "visit_guest": "visit_id name",
        "visit_hold": "id",
        "visit_left": "visit_id refusal reason by",
        "visit_restriction": "allows reason",
        "visit_room": "name medium",
        "visit_session": "kind days begins ends units left_out",
    },
    "it is of the service and of its logins": {
        "alarm": "name message",
        "announcement": "id english spanish author",
        "api_token": "id name secret_hash scopes made_by used_from",
        "backup_run": "id folder problem",
        "event_head": "hash mac",
        "forwarder": "address client scheme",
        "kiosk": "name code_hash token_hash",
        "known_terminal": "account terminal",
        "log_check": "fault",
        "recovery_code": "hash",
        "refusal": "actor_kind actor subject asked",
        "retired_key": "reason",
        "session": "token_hash csrf terminal",
        "throttle": "account terminal",
        "token_sender": "token_id",
        "watch_rule": "id kind words why set_by ended_by",
    },
    "the log says what was done and never what a letter says; it outlives what was destroyed": {
        "event": "actor_kind actor verb subject detail previous hash salt leaf",
        "log_review": "actor_kind person most_of ended_by note closed_by closing",
    },
    "it is about paper and where it lies; it outlives the pictures": {
        "box": "code shelf made_by closed_by",
        "box_in_use": "profile",
        "destruction": "proposed_by withdrawn_by confirmed_by",
        "destruction_scan": "scan_id left_out facts",
        "found_item": "owner kind what currency number item found_by witness went by plain form",
        "logbook_correction": "before reason by",
        "paper": "scan_id place given_to note by",
        "paper_hold": "scan_id item reason by ended_by ended_why",
        "paper_request": "letter scan_id side entered_by on_behalf answer why answered_by",
        "returned_mail": "addressed why note done sender address item by plain form",
    },
    "it is of requests, which no schedule destroys; the words are of those typed here, and what "
    "came on a form is in its letter alone": {
        "inmate_request": "form plan about filed_by entered_by",
        "request_form": "cover_id plan",
        "request_step": "words letter_id confirmed_by confirmed_why extended_by extended_why "
        "answer answered_by",
    },
    "it is of legal mail, which stays sealed under keys of its own and is in no run": {
        "legal_item": "id short_id made_by revoked_why scanned_by opened_by ended_by ending "
        "ending_why",
        "legal_marker": "cover_id facility scan_id",
        "legal_scan": "item_id answer by",
        "seal_destruction": "scan_id actor_kind actor why shell",
        "sealed_page": "scan_id codes standing says picture cut_into",
    },
    "it is about when a call was, and never what was said": {
        "video_call": "id visit kind room_key stage here flowing notice outcome ended_by reason "
        "again inmate_agrees",
        "call_seat": "call_id seat name identified_by sent_out_why typed link device csrf agrees",
        "recording": "call_id key",  # how the key is called: it is in no backup
        "recorded_file": "call_id name sha256",
    },
    "it says that something went to the protected line, and never what": {
        "protected_message": "addressee outbox_id",
        "protected_sheet": "id short_id addressee logged_by",
    },
    "it is what a run says of itself, and holds nothing of what was in it": {
        "leftover_file": "store sha256",
        "legal_hold": "letter message reason case by lifted_by lifted_why",
        "retention_item": "thing item rule fate why hashes",
        "retention_run": "kind state proposed_by reason confirmed_by",
    },
    "it says which machines work, and nothing of mail": {
        "claimant": "name kind machine host",
        "home_rules": "digest",
    },
    "ids, states, digests and who decided: they stay when it is destroyed": {
        "added_photo": "direction stored",
        "appeal": "side entered_by decided_by",
        "cover": "id kind short_id message_id used_by",
        "cover_use": "cover_id letter_id scan_id",
        "cut_part": "letter_id of_letter",
        "letter": "id scan_id kind state cover_id message_id proposed replaced_by",
        "message": "id direction state cover_id first_by form",
        "original": "scan_id sha256 source sealed_as",
        "outbox": "id kind message_id cause state language",
        "page": "scan_id role letter_id",
        "print_batch": "printer by file draft request unit_file unit_draft",
        "print_job": "kind state message_id copied",
        "rejection": "what item parts reasons decided_by sheet kept_by kept_why",
        "scan": "id fingerprint profile state doubt reason replaced_by claimed_by seal_key_id",
    },
}


@contextmanager
def _copy(facility: Facility, folder: Path) -> Iterator[sa.Engine]:
    folder.mkdir()
    copy_database(facility.engine, folder / "mail.sqlite")
    engine = open_engine(f"sqlite:///{folder / 'mail.sqlite'}")
    try:
        yield engine
    finally:
        engine.dispose()


def _sealed(engine: sa.Engine) -> dict[Owner, bytes]:
    """Returns a key for every owner."""
    with writing(engine) as tx:
        kept = owners.kept(tx)
        keys = {owner: new_seal_key() for owner in kept}
        seal_rows(tx, kept, keys)
    return keys


def test_every_column_is_encrypted_or_holds_no_content() -> None:
    """A new column of text, JSON or bytes must be in one of the lists."""
    without = {
        (table, column)
        for tables in _NO_CONTENT.values()
        for table, columns in tables.items()
        for column in columns.split()
    }
    emptied = {(each.table, column) for each in SEALED for column in each.empty or ()}
    whole = {each.table for each in SEALED if each.empty is None} | set(LEFT_OUT)
    found = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.String | sa.JSON | sa.LargeBinary)
        and table.name not in whole
        and (table.name, column.name) not in emptied
    }
    assert found - without == set(), "say whose it is in SEALED, or why it holds no content"
    assert without - found == set(), "these are gone, or are encrypted"
    assert whole <= metadata.tables.keys()
    assert all(metadata.tables[table].c[column] is not None for table, column in emptied)


def test_with_every_key_all_comes_back(facility: Facility, tmp_path: Path) -> None:
    mail = old_stack(facility, [ORSON, PETRA], 0)
    sent = old_message(facility, ORSON, 50)
    words = [
        word
        for each in (*mail, sent)
        for word in each.words
        if "cover" not in word and "photo" not in word
    ]
    with _copy(facility, tmp_path / "copy") as engine:
        with reading(engine) as tx:
            assert not has_sealed_rows(tx)
        there = {each.split(" in ")[0] for each in words_left(tmp_path / "copy", words)}
        assert there == set(words)
        keys = _sealed(engine)
        rewrite(engine)
        engine.dispose()
        assert list(words_left(tmp_path / "copy", words)) == []
        with writing(engine) as tx:
            assert has_sealed_rows(tx)
            unseal_rows(tx, keys)
        with reading(engine) as tx, reading(facility.engine) as own:
            assert not has_sealed_rows(tx)
            # What is left out is made anew by a restore, or ended by it.
            for table in metadata.sorted_tables:
                if table.name not in LEFT_OUT:
                    mine, theirs = (
                        one.execute(sa.select(table).order_by(*table.primary_key)).all()
                        for one in (tx, own)
                    )
                    assert mine == theirs, table.name


def test_a_row_that_was_changed_does_not_come_back(facility: Facility, tmp_path: Path) -> None:
    old_message(facility, ORSON, 50)
    with _copy(facility, tmp_path / "copy") as engine:
        keys = _sealed(engine)
        with writing(engine) as tx:
            tx.exec_driver_sql(f"UPDATE {TABLE} SET content = zeroblob(60)")
        with pytest.raises(StorageError, match="cannot be decrypted"), writing(engine) as tx:
            unseal_rows(tx, keys)


def test_what_has_no_key_is_left_out(facility: Facility, tmp_path: Path) -> None:
    sent, other = (old_message(facility, ORSON, number) for number in (50, 51))
    with _copy(facility, tmp_path / "copy") as engine:
        keys = _sealed(engine)
        del keys[owners.of_thing(sent.id)]
        with writing(engine) as tx:
            unseal_rows(tx, keys)
            rows = tx.execute(sa.text("SELECT id, subject FROM message ORDER BY subject")).all()
    assert [tuple(row) for row in rows] == [(sent.id, ""), (other.id, other.words[1])]


def test_what_a_form_says_is_in_its_letter_alone(facility: Facility, tmp_path: Path) -> None:
    here = with_requests(facility)
    form = scan_form(here, new_form(here))
    (mine,) = requests.own_requests(here, ME)
    assert WORDS in mine.body
    word = WORDS.split()[0]
    with _copy(here, tmp_path / "copy") as engine:
        engine.dispose()
        assert list(words_left(tmp_path / "copy", [word])) != []
        assert owners.of_thing(form.id) in _sealed(engine)
        rewrite(engine)
        engine.dispose()
        assert list(words_left(tmp_path / "copy", [word])) == []
