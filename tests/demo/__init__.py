"""A house with printers that print, to use the integration by hand."""
