"""Which labels are probably wrong: a model of the stored labels, and what it disbelieves."""
