"""Workers begin without a library that they never use."""

import subprocess
import sys

_LISTS = """
import sys
from curation import no_pandas
no_pandas.here()
import pyarrow as pa
print(pa.array(["a", None]).to_pylist(), "pandas" in sys.modules)
"""


def test_lists_become_arrow_arrays_without_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", _LISTS], capture_output=True, text=True, check=True)
    assert done.stdout == "['a', None] False\n"
