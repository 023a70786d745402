"""From a release folder to a tuned adapter. Knows no screen and no database."""
