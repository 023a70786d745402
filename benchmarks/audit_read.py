"""Pairs that a rule names without any planting, and that have the defect: a person read each of them.

By rule, the first eight digits of the pair's id. What is named and not listed is a false alarm.
"""


def _ids(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


REAL: dict[str, frozenset[str]] = {
    "V05": _ids(  # a word or a sign apart
        "1d98cff4 209dedb4 2d6215df 319073c8 339f1e92 3496ae4d 3e1dfd54 430241aa 5005f374 64a54544 "
        "6e5e9d60 722bbc28 8787cc89 9520057c 99c06a2f b532dfab cdb3548d d1aa4f4c d617fe74 f167275f "
        "f7dc79a7"
    ),
    "V09": _ids(  # KTO chat with another turn in the answer
        "24827145 87045959"
    ),
    "V10": _ids(  # mojibake or U+FFFD in the file
        "137c6714 1742e6e4 2495e65d 3b8f5616 5011c559 62121e87 6750d4ee a05da32c e725d518 f3824713"
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
    "V28": _ids(  # small models that go round in circles
        "008330cb 0397bc5e 04f08ea9 0986653d 09f51f3e 173a1f70 19b7d20d 1b5a8ac7 1ba59562 21bce3e2 "
        "28cb660f 2b038452 42b948fd 49bef9d5 4a1d06d9 4fddff22 50516988 54c9aa8a 5ab765c4 5d998e05 "
        "65bacfb9 6fd95c53 709d98ef 758d7e0d 77afcb02 81e463e4 85e63464 860acb40 86bfd433 882c37dc "
        "9395a078 a94fd739 abb8abe1 acaf966e ae777ef4 b08c7a00 b296a5f4 b3273820 b3295961 bf4a09dc "
        "bfaae8d6 cc20d123 cd61d2a9 d2cea862 d4b7d918 d6d2e2e8 db496e99 fd9aeba8 fe456548"
    ),
}
