"""The words that everything else speaks: types, errors, settings. No work is done here."""
