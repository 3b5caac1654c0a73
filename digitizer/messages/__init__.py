"""E-messages: sent, printed with the paper that brings the answer back, listed by thread."""
