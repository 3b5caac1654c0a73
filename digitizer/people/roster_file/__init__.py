"""Reading the files that jail management systems export, without guessing."""
