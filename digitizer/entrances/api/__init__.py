"""The API: what other programs call, each with a token of its own."""
