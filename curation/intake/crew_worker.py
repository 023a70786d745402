"""`python -m curation.intake.crew_worker`: reads stretches of a file for `crew`; nobody imports this module.

Standard input carries one message, the job and its stretches; standard output one a block, or the error that
ended it. The argument is the number of an open socket, which hands over the memory that holds them.
"""

import gc
import os
import socket
import sys
from contextlib import suppress
from typing import cast

from curation import no_pandas
from curation.errors import PairloomError
from curation.intake import pipe, reading, shared
from curation.intake.crew import Order


def main() -> None:
    os.nice(5)  # the process that stores is the one that all wait for
    gc.disable()  # rows make millions of values and no rings of them
    no_pandas.here()
    (container, mapping, source_id, now), stretches = cast(Order, pipe.receive(sys.stdin.buffer))
    output = sys.stdout.buffer
    lender = shared.Lender(socket.socket(fileno=int(sys.argv[1]))) if shared.is_there() else None
    with suppress(BrokenPipeError):  # the import was cancelled
        try:
            for stretch in stretches:
                for block in reading.of(container, mapping, source_id, now, stretch):
                    pipe.send(block, output, lender)
        except PairloomError as error:
            pipe.send(error, output, lender)


if __name__ == "__main__":
    main()
