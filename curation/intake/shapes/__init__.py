"""How other tools write rows: a row of theirs becomes plain rows of ours, or is refused."""
