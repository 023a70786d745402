"""`python -m curation.intake.crew_worker`: reads stretches of a file for `crew`; nobody imports this module.

Standard input carries one pickle, the job and its stretches; standard output one pickle a block, or the
error that ended it. Both ends are ours: nothing from outside is ever unpickled.
"""

import pickle
import sys
from contextlib import suppress

from curation.errors import PairloomError
from curation.intake import blocks


def main() -> None:
    (container, mapping, source_id, now), stretches = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our app
    output = sys.stdout.buffer
    with suppress(BrokenPipeError):  # the import was cancelled
        try:
            for stretch in stretches:
                for block in blocks.of(container, mapping, source_id, now, stretch):
                    pickle.dump(block, output, protocol=5)
                    output.flush()
        except PairloomError as error:
            pickle.dump(error, output)
            output.flush()


if __name__ == "__main__":
    main()
