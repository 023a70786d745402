"""What the Hub says about a model: a child process, `python -m training.hub_model NAME [REVISION]`.

The app does not import Hub libraries; this process does, prints one JSON object, and ends.
"""

import json
import sys
from pathlib import Path
from typing import Any


def main(name: str, revision: str) -> dict[str, Any]:
    """Commit, sizes and config of a model on the Hub, or {"error": one sentence}."""
    # Imported here: what is missing or offline becomes a sentence, like everything else.
    import huggingface_hub
    from huggingface_hub import errors as hub_errors

    try:
        about = huggingface_hub.HfApi().model_info(name, revision=revision or None, files_metadata=True)
        config = huggingface_hub.hf_hub_download(name, "config.json", revision=about.sha)
    except hub_errors.GatedRepoError:
        return {"error": f"{name} is gated. Accept its terms on the Hub and set HF_TOKEN."}
    except hub_errors.RevisionNotFoundError:
        return {"error": f"{name} has no revision {revision!r} on the Hub."}
    except hub_errors.RepositoryNotFoundError:
        return {"error": f"There is no model {name} on the Hub, or it is private and HF_TOKEN is not set."}
    except Exception as error:  # offline has many faces: requests, httpx, huggingface_hub, OSError
        return {
            "error": f"The Hub could not be asked about {name} ({type(error).__name__}). Check the network."
        }
    sizes = {one.rfilename: one.size or 0 for one in about.siblings or []}
    weights = {path: size for path, size in sizes.items() if path.endswith(".safetensors")}
    weights = weights or {path: size for path, size in sizes.items() if path.endswith(".bin")}
    counted = about.safetensors.total if about.safetensors else sum(weights.values()) // 2
    return {
        "revision": about.sha,
        "stored_bytes": sum(weights.values()),
        "parameters": counted,
        "config": json.loads(Path(config).read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")) + "\n")
