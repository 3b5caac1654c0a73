"""Letters as PDF: their pages' pictures, unchanged, under invisible words in their places. One
letter as a document, or many documents as one."""

from digitizer.engines.searchable_pdf.collected import GrowingPdf, Leads
from digitizer.engines.searchable_pdf.document import PdfPage, searchable_pdf
from digitizer.engines.searchable_pdf.page_pictures import check_opens

__all__ = ["GrowingPdf", "Leads", "PdfPage", "check_opens", "searchable_pdf"]
