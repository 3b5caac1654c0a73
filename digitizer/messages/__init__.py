"""E-messages: sent, printed with the sheet that brings the answer back, listed by thread."""
