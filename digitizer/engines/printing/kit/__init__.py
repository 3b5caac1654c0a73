"""What all printed paper shares: fonts, frames, text in any script, photos."""
