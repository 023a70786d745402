"""Why a row makes no pair. Neither of these ever leaves intake."""


class Refused(Exception):
    """A row that cannot be understood for certain; the message is a whole sentence."""


class Aside(Exception):
    """A row that is understood and makes no pair, such as a list of level answers; kept aside and counted."""
