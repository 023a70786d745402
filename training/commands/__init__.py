"""One module a command: NAME, HELP, configure(parser), run(arguments) → terminal.Outcome."""
