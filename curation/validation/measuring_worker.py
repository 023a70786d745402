"""`python -m curation.validation.measuring_worker`: measures pairs that arrive on standard input.

Both pipes carry one Arrow stream each; every batch of pairs is answered by one batch of facts.
"""

import sys

import pyarrow as pa

from curation import no_pandas
from curation.validation import measuring


def main() -> None:
    no_pandas.here()
    output = sys.stdout.buffer
    with pa.ipc.new_stream(output, measuring.SCHEMA) as answers:
        for batch in pa.ipc.open_stream(sys.stdin.buffer):
            rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            answers.write_batch(measuring.measured(rows))
            output.flush()


if __name__ == "__main__":
    main()
