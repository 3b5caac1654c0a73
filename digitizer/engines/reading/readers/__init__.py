"""The engines that read a page: Tesseract, PP-OCR, a vision model on the premises."""
