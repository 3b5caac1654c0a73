"""The tables of all rooms together, for what goes through every one of them: migrations and copies.
A module of tables that is missing here has its tables in neither."""

from digitizer.storage import (  # noqa: F401
    tables_api,
    tables_appeals,
    tables_auditing,
    tables_calls,
    tables_correspondents,
    tables_departures,
    tables_legal,
    tables_logbook,
    tables_messages,
    tables_originals,
    tables_prints,
    tables_protected,
    tables_queue,
    tables_refusals,
    tables_requests,
    tables_retention,
    tables_screening,
    tables_transfers,
    tables_upkeep,
    tables_visits,
)
from digitizer.storage.tables import metadata

__all__ = ["metadata"]
