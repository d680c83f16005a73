"""What becomes of an engine's SVG: read, cleaned, styled and made small."""
