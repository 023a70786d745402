"""Which versions of the libraries that decide a result are installed."""

import importlib.metadata
import platform

_DECISIVE = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "bitsandbytes", "tokenizers")


def versions() -> dict[str, str]:
    """Library → version, Python first; what is not installed is not named."""
    found = {"python": platform.python_version()}
    for name in _DECISIVE:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
