"""The build gate of a hidden suite: wrong code must lose points, right code in any style must not."""
