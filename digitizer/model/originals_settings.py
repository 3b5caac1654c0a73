"""Settings of the paper that was scanned: how long it lies in boxes, and who may ask for it."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from digitizer.model.toml_file import Keys


class Originals(Keys):
    """Paper is due to be destroyed ``keep_days`` after its scan: San Mateo and Sacramento Counties
    keep it for 30 days, and so does TextBehind. Until ``ask_days`` after the scan the paper of a
    letter can be asked for; the same three give out originals within 30 days.

    ``inmates_ask``, ``families_ask``: whether their pages offer it. Staff can always ask for
    somebody.
    """

    keep_days: int = Field(default=30, ge=1, le=3650)
    ask_days: int = Field(default=30, ge=1, le=3650)
    inmates_ask: bool = True
    families_ask: bool = True

    @field_validator("ask_days")
    @classmethod
    def _while_it_is_kept(cls, days: int, info: ValidationInfo) -> int:
        if days > info.data.get("keep_days", days):
            raise ValueError("cannot be more than keep_days: by then the paper may be destroyed.")
        return days
