"""What stands where on a page: lines of print, photographs, specks, reading order."""
