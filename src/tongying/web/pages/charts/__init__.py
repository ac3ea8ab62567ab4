"""Charts drawn on the server as SVG: axes with units, direct labels, bands, n; no script."""
