"""The steps of the flows: one module per printer type, and the options."""
