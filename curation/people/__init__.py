"""Who may come in and as what: accounts, invitations, sign-ins, what a provider says, leaving."""
