"""Pairs that a rule names without any planting, and that have the defect: a person read each of them.

By rule, the first eight digits of the pair's id. What is named and not listed is a false alarm. Only for
rules that audit_truth does not define.
"""


def _ids(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


REAL: dict[str, frozenset[str]] = {
    "V09": _ids(  # KTO chat with another turn in the answer
        "24827145 87045959"
    ),
    "V11": _ids(  # the answer is the question
        "4a9c760e 80c5768b"
    ),
    "V22": _ids(  # GSM8K train questions in other words
        "06ab6e0c 163d1455 7ce6200a bc169a8d"
    ),
    "V25": _ids(  # a refusal over an answer
        "8deb8e70"
    ),
    "V27": _ids(  # a telephone number of a shop
        "03e3e665 0467d130 0b22ca0b 3496ae4d adebf8a4"
    ),
}
