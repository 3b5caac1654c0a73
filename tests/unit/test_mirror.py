"""The tests of ``digitizer/a/b.py`` are in ``tests/unit/a/test_b.py``; what differs says why."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "tests" / "unit"

#: Rooms at the top of the tree, whose tests keep the room's name; digitizer's rooms leave its out.
BESIDE = ("inbox_watch", "trials", "training", "benchmarks")

#: Test files about more than one module, and what they are about.
WIDER = {
    "access/test_login_meanwhile.py": "what happens to an account while its password is checked",
    "departures/test_mail_after_leaving.py": "covers and mailboxes of who left and came back",
    "operations/test_shared_backups.py": "backups that share files with an earlier one",
    "engines/opening/test_pdf_cells.py": "every way to write a PDF, of the trial of damaged files",
    "engines/searchable_pdf/test_pdf_a.py": "the whole file by the clauses of PDF/A",
    "engines/test_no_metadata.py": "where a photo was taken, in all that is made of it",
    "entrances/web/shared/test_long_addresses.py": "addresses that a page answers with",
    "legal/test_alone.py": "that no other room searches, lists or counts it",
    "messages/test_readers_language.py": "each kind of paper that an inmate gets",
    "messages/test_request_steps.py": "steps of a request, by the verbs, in any order",
    "protected_line/test_alone.py": "that no other room lists or counts it",
    "people/roster_file/test_layouts.py": "the layouts of jails' systems, from bytes to rows",
    "screening/test_nothing_gets_past.py": "every way to a mailbox, in any order",
    "screening/test_withheld_pages.py": "a withheld page, by every way to its inmate",
    "screening/test_nothing_is_left.py": "a destroyed key, in every byte of a home",
    "storage/test_unstorable.py": "what no database can store, by every door",
    "storage/test_postgresql.py": "the main job on the other database",
    "calls/test_guests_of_a_call.py": "several guests, by the states of a call",
    "visits/test_random_events.py": "every verb of visits, in any order",
    "test_docs.py": "the documents",
    "test_glossary.py": "the words in code, pages and documents",
    "test_links.py": "the documents",
    "test_made_letters.py": "tests/support/made_letters.py",
    "test_mirror.py": "the tests",
    "test_rooms.py": "which module imports which",
}

#: Modules without tests of their own: why, and where under tests/ they are tested if anywhere.
ELSEWHERE = {
    "operations/backup_folder.py": ("by both ways", "unit/operations/test_backup.py"),
    "operations/restore.py": ("with what is restored", "unit/operations/test_backup.py"),
    "model/visits.py": ("types", "unit/visits/test_actions.py"),
    "model/visit_settings.py": ("settings", "unit/visits/test_actions.py"),
    "storage/tables_visits.py": ("tables", "unit/storage/test_schema.py"),
    "visits/asking.py": ("by the verbs", "unit/visits/test_actions.py"),
    "visits/books.py": ("by the verbs", "unit/visits/test_actions.py"),
    "visits/limits.py": ("by the verbs", "unit/visits/test_actions.py"),
    "visits/notices.py": ("by the verbs", "unit/visits/test_actions.py"),
    "visits/places.py": ("by the verbs", "unit/visits/test_actions.py"),
    "visits/records.py": ("by the verbs", "unit/visits/test_actions.py"),
    "visits/rules.py": ("by the verbs", "unit/visits/test_actions.py"),
    "visits/video.py": ("with the calls", "integration/test_video_visits.py"),
    "visits/setup.py": ("by the verbs", "unit/visits/test_actions.py"),
    "entrances/web/inmate/visits.py": ("every route", "integration/test_every_route.py"),
    "entrances/web/staff/visit_booking.py": ("every route", "integration/test_every_route.py"),
    "entrances/web/staff/visit_setup.py": ("every route", "integration/test_every_route.py"),
    "entrances/web/staff/visits.py": ("every route", "integration/test_every_route.py"),
    "calls/actions.py": ("the verbs", "integration/test_every_verb.py"),
    "calls/records.py": ("by the board and the verbs", "unit/calls/test_board.py"),
    "calls/service.py": ("with the servers", "acceptance/test_calls_in_browser.py"),
    "storage/tables_calls.py": ("tables", "unit/storage/test_schema.py"),
    "entrances/web/family/calls.py": ("in browsers", "acceptance/test_calls_in_browser.py"),
    "entrances/web/inmate/calls.py": ("in browsers", "acceptance/test_calls_in_browser.py"),
    "entrances/web/staff/calls.py": ("in browsers", "acceptance/test_calls_in_browser.py"),
    "entrances/web/family/guests.py": ("in browsers", "acceptance/test_guests_in_browser.py"),
    "calls/trying.py": ("the verbs", "integration/test_every_verb.py"),
    "entrances/web/shared/trying.py": ("in browsers", "acceptance/test_devices_in_browser.py"),
    "entrances/web/family/devices.py": ("in browsers", "acceptance/test_devices_in_browser.py"),
    "entrances/web/inmate/devices.py": ("in browsers", "acceptance/test_devices_in_browser.py"),
    "entrances/web/staff/devices.py": ("in browsers", "acceptance/test_devices_in_browser.py"),
    "engines/calls/fake.py": ("the port's contract", "unit/engines/calls/test_port.py"),
    "engines/calls/janus_connection.py": ("with Janus", "unit/engines/calls/test_janus.py"),
    "model/evidence.py": ("types", "unit/evidence/test_actions.py"),
    "evidence/contents.py": ("by what is packed", "unit/evidence/test_actions.py"),
    "evidence/trail.py": ("by what is packed", "unit/evidence/test_actions.py"),
    "engines/printing/kit/flowing_pages.py": (
        "by what is printed on them",
        "unit/engines/printing/sheets/test_evidence_pack.py",
    ),
    "entrances/cli/evidence.py": ("as a shell runs it", "integration/test_evidence.py"),
    "departures/codes.py": ("by the verbs", "unit/departures/test_taking.py"),
    "departures/contents.py": ("by what is in the file", "unit/departures/test_building.py"),
    "departures/making.py": ("by the verbs", "unit/departures/test_taking.py"),
    "storage/tables_queue.py": ("tables", "unit/storage/test_schema.py"),
    "storage/tables_departures.py": ("tables", "unit/storage/test_schema.py"),
    "model/retention.py": ("types", "unit/retention/test_actions.py"),
    "storage/tables_retention.py": ("tables", "unit/storage/test_schema.py"),
    "retention/due.py": ("by what is due", "unit/retention/test_waiting.py"),
    "emptying/files.py": ("by what is left", "unit/retention/test_carrying_out.py"),
    "emptying/stacks.py": ("by what is left", "unit/retention/test_carrying_out.py"),
    "emptying/tables.py": ("by what is left", "unit/retention/test_carrying_out.py"),
    "retention/neighbours.py": ("by what is left", "unit/retention/test_carrying_out.py"),
    "retention/runs.py": ("by the verbs", "unit/retention/test_actions.py"),
    "appeals/records.py": ("by the verbs", "unit/appeals/test_actions.py"),
    "appeals/refusals.py": ("by what is noted", "unit/screening/test_appeal_notices.py"),
    "appeals/rejections.py": ("by what is noted", "unit/screening/test_appeal_notices.py"),
    "capture/isolated/survey.py": (
        "whole files in a sandbox",
        "integration/test_paths_of_paper.py",
    ),
    "capture/pipeline.py": ("puts the steps together", "integration/test_paths_of_paper.py"),
    "capture/splitting/holds.py": ("a type", ""),
    "covers/drawing.py": ("by what is printed", "unit/covers/test_actions.py"),
    "engines/codes/unpatterned.py": (
        "by what it reveals",
        "unit/capture/isolated/test_sighting.py",
    ),
    "engines/imaging/paper_marks.py": (
        "by what it leaves",
        "unit/engines/imaging/test_blankness.py",
    ),
    "engines/isolation/child.py": ("another process", "unit/engines/isolation/test_sandbox.py"),
    "engines/opening/heif.py": (
        "on files of telephones, which few can write",
        "unit/trials/test_damage.py",
    ),
    "engines/opening/jpeg_file.py": (
        "by its pages",
        "unit/engines/opening/test_pillow_pictures.py",
    ),
    "engines/opening/pdf_contents.py": ("by its pages", "unit/engines/opening/test_pdf.py"),
    "engines/opening/pdf_plain.py": ("by its pages", "unit/engines/opening/test_pdf.py"),
    "engines/opening/tiff_file.py": ("by its pages", "unit/engines/opening/test_tiff_page.py"),
    "engines/opening/tiff_strips.py": ("by its pages", "unit/engines/opening/test_tiff_page.py"),
    "engines/printing/kit/drawing.py": ("read back", "unit/engines/codes/test_marks.py"),
    "engines/printing/kit/sheet.py": (
        "read back",
        "unit/engines/printing/sheets/test_cover_sheet.py",
    ),
    "engines/printing/sheets/cover_blocks.py": (
        "read back",
        "unit/engines/printing/sheets/test_cover_sheet.py",
    ),
    "entrances/api/app.py": ("every route and scope", "integration/test_api.py"),
    "entrances/api/callers.py": ("every route and scope", "integration/test_api.py"),
    "entrances/api/shapes.py": ("types", ""),
    "entrances/failures.py": ("pages", "unit/entrances/web/shared/test_error_pages.py"),
    "entrances/framing.py": ("requests", "unit/entrances/web/shared/test_headers.py"),
    "entrances/web/shared/announced.py": (
        "on the pages",
        "unit/entrances/web/staff/test_announcements.py",
    ),
    "entrances/cli/service.py": ("starts the service", "integration/test_clean_stop.py"),
    "entrances/service/web_server.py": ("a server that listens", "integration/test_web_server.py"),
    "entrances/web/shared/print_at_once.py": (
        "by what is printed",
        "unit/entrances/web/staff/test_new_covers.py",
    ),
    "messages/rendering.py": ("by what is printed", "unit/messages/test_printing.py"),
    "model/appeals.py": ("types", "unit/appeals/test_actions.py"),
    "model/prints.py": ("types", "unit/prints/test_queue.py"),
    "letters/progress.py": ("lists of states", "unit/entrances/api/test_mail.py"),
    "operations/actions.py": ("its verbs", "unit/operations/test_anchors.py"),
    "operations/appeal_clocks.py": ("with the clocks", "unit/appeals/test_clocks.py"),
    "operations/reports/counted.py": (
        "by its figures",
        "unit/operations/reports/test_figures.py",
    ),
    "people/whereabouts.py": ("where they went", "unit/transfers/test_actions.py"),
    "storage/tables_transfers.py": ("the tables", "unit/storage/test_schema.py"),
    "transfers/marks.py": ("who it is", "unit/transfers/test_actions.py"),
    "transfers/neighbours.py": ("the other facilities", "unit/transfers/test_actions.py"),
    "transfers/offers.py": ("both ends", "unit/transfers/test_actions.py"),
    "transfers/parcels.py": ("what goes along", "unit/transfers/test_actions.py"),
    "transfers/stores.py": ("stored files", "unit/transfers/test_actions.py"),
    "transfers/unpacking.py": ("what is written", "unit/transfers/test_actions.py"),
    "people/belongings.py": ("moved with a number", "unit/people/test_renumbering.py"),
    "people/earlier_numbers.py": ("kept for a number", "unit/people/test_renumbering.py"),
    "people/kept_rosters.py": ("kept and applied", "unit/people/test_rosters.py"),
    "people/roster.py": ("applied to the tables", "unit/people/test_roster_plan.py"),
    "people/roster_choices.py": ("by what is read", "unit/people/roster_file/test_layouts.py"),
    "people/roster_file/known_headings.py": (
        "words of headings",
        "unit/people/roster_file/test_layouts.py",
    ),
    "people/roster_file/layout.py": ("by what is read", "unit/people/roster_file/test_layouts.py"),
    "people/roster_file/problems.py": (
        "by what is refused",
        "unit/people/roster_file/test_reading.py",
    ),
    "people/roster_file/table.py": ("by what is read", "unit/people/roster_file/test_reading.py"),
    "people/roster_file/text.py": ("by what is read", "unit/people/roster_file/test_reading.py"),
    "people/roster_import.py": ("from file to tables", "unit/people/test_rosters.py"),
    "people/correspondents/asks.py": (
        "by the verbs",
        "unit/people/correspondents/test_own_contacts.py",
    ),
    "people/correspondents/telling.py": ("by what is told", "unit/messages/test_news.py"),
    "screening/message_draws.py": ("rows of the log", "unit/screening/test_message_checks.py"),
    "screening/held_list.py": ("in parts", "unit/entrances/api/test_mail.py"),
    "storage/overwriting.py": ("by what is left", "unit/screening/test_nothing_is_left.py"),
    "people/correspondents/contacts.py": (
        "by the verbs",
        "unit/people/correspondents/test_actions.py",
    ),
    "people/correspondents/records.py": (
        "by the verbs",
        "unit/people/correspondents/test_actions.py",
    ),
    "storage/tables_correspondents.py": ("tables", "unit/storage/test_schema.py"),
    "storage/tables_refusals.py": ("a table", "unit/storage/test_schema.py"),
    "storage/tables_appeals.py": ("the tables", "unit/storage/test_schema.py"),
    "storage/tables_auditing.py": ("the tables", "unit/storage/test_schema.py"),
    "model/auditing.py": ("by the verbs", "unit/auditing/test_actions.py"),
    "auditing/records.py": ("by the verbs", "unit/auditing/test_actions.py"),
    "auditing/searching.py": ("by the verbs", "unit/auditing/test_actions.py"),
    "auditing/weeks.py": ("by the verbs", "unit/auditing/test_actions.py"),
    "storage/tables_api.py": ("the tables", "unit/storage/test_schema.py"),
    "storage/tables_messages.py": ("tables", "unit/storage/test_schema.py"),
    "storage/tables_screening.py": ("tables", "unit/storage/test_schema.py"),
    "storage/tables.py": ("the tables", "unit/storage/test_schema.py"),
    "storage/tables_upkeep.py": ("the tables", "unit/storage/test_schema.py"),
    "storage/tables_prints.py": ("the tables", "unit/storage/test_schema.py"),
    "storage/tables_logbook.py": ("the tables", "unit/storage/test_schema.py"),
    "entrances/web/staff/logbook_people.py": (
        "on the pages",
        "unit/entrances/web/staff/test_found_items.py",
    ),
    "legal/by_sender.py": ("by the verbs", "unit/legal/test_actions.py"),
    "legal/items.py": ("by the verbs", "unit/legal/test_actions.py"),
    "legal/senders.py": ("by the verbs", "unit/legal/test_registry.py"),
    "storage/tables_legal.py": ("the tables", "unit/storage/test_schema.py"),
    "originals/boxes.py": ("by the verbs", "unit/originals/test_actions.py"),
    "originals/drawn.py": ("by the verbs", "unit/originals/test_destroying.py"),
    "originals/holds.py": ("by the verbs", "unit/originals/test_actions.py"),
    "originals/papers.py": ("by the verbs", "unit/originals/test_actions.py"),
    "model/originals.py": ("types", "unit/originals/test_actions.py"),
    "operations/paper_destruction.py": (
        "with what is destroyed",
        "unit/originals/test_destroying.py",
    ),
    "storage/tables_originals.py": ("the tables", "unit/storage/test_schema.py"),
    "logbook/writing.py": ("by the verbs", "unit/logbook/test_actions.py"),
    "storage/tables_requests.py": ("the tables", "unit/storage/test_schema.py"),
    "storage/tables_protected.py": ("the tables", "unit/storage/test_schema.py"),
    "protected_line/sealing.py": ("by who opens it", "unit/protected_line/test_actions.py"),
    "messages/request_paper.py": ("from print to scan", "integration/test_requests_on_paper.py"),
    "support/paths.py": ("names of folders", ""),
    "inbox_watch/errors.py": ("names of errors", ""),
    "inbox_watch/reports.py": ("types", ""),
}


def _modules() -> set[str]:
    """Every module with code of its own: not what begins a package or a program, no migration."""
    of_digitizer = (path.relative_to(ROOT / "digitizer") for path in ROOT.glob("digitizer/**/*.py"))
    beside = (path.relative_to(ROOT) for path in ROOT.glob("inbox_watch/**/*.py"))
    return {
        str(path)
        for path in (*of_digitizer, *beside)
        if not path.name.startswith("__") and "migrations" not in path.parts
    }


def _test_of(module: str) -> str:
    path = Path(module)
    return str(path.with_name(f"test_{path.name}"))


def _test_files() -> set[str]:
    return {str(path.relative_to(UNIT)) for path in UNIT.rglob("test_*.py")}


def _mirrors_something(test_file: str) -> bool:
    path = Path(test_file)
    subject = path.with_name(path.name.removeprefix("test_"))
    of_digitizer = path.parts[0] not in BESIDE
    whole = ROOT / "digitizer" / subject if of_digitizer else ROOT / subject
    return whole.is_file() or (whole.with_suffix("") / "__init__.py").is_file()


def test_every_test_file_mirrors_a_module_or_says_what_it_is_about() -> None:
    lost = {name for name in _test_files() if not _mirrors_something(name)}
    assert lost - WIDER.keys() == set(), "move these, or list them as wider"
    assert WIDER.keys() - lost == set(), "these are gone, or mirror a module"


def test_every_module_has_its_tests_or_says_where_they_are() -> None:
    tests = _test_files()
    bare = {module for module in _modules() if _test_of(module) not in tests}
    assert bare - ELSEWHERE.keys() == set(), "write tests for these, or say where they are"
    assert ELSEWHERE.keys() - bare == set(), "these are gone, or have tests of their own"


def test_where_tests_are_said_to_be_there_are_some() -> None:
    named = {where for _, where in ELSEWHERE.values() if where}
    assert {where for where in named if not (ROOT / "tests" / where).is_file()} == set()
