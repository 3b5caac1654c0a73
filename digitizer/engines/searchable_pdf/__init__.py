"""A letter as one PDF: its pages' pictures, unchanged, under invisible words in their places."""

from digitizer.engines.searchable_pdf.document import PdfPage, searchable_pdf

__all__ = ["PdfPage", "searchable_pdf"]
