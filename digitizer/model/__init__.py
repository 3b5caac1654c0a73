"""The types, errors and settings that everything else uses. No work is done here."""
