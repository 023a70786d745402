"""README.md of a merged model: what it is made of, how it was checked, how to use it."""

from training.base_model import ModelKind
from training.merging.agreement import Agreement
from training.merging.asked import Merge
from training.runs import Request


def write(request: Request, merge: Merge, found: Agreement) -> str:
    """The card as Markdown with a YAML header the Hub understands."""
    base = [f"base_model: {request.model.name}"] if request.model.kind is ModelKind.HUB else []
    header = ["---", "library_name: transformers", *base, "tags:", "- dpo", "- trl", "- pairloom", "---"]
    revision = f" at revision `{request.model.revision}`" if request.model.revision else ""
    origin = [
        f"- Base model: `{request.model.name}`{revision}",
        f"- Adapter: run `{merge.run}`; its card tells recipe, curves and held-out results",
        f"- Release: `{request.release_name}`, fingerprint `{request.fingerprint}`",
        f"- Numbers: {merge.kind}",
    ]
    parts = [
        "\n".join(header),
        f"# {request.model.name} tuned on {request.release_name} (merged)",
        "\n".join(origin),
        f"## Check\n\n{found.sentence}",
        _USE,
    ]
    return "\n\n".join(parts) + "\n"


_USE = """## Use

```python
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained("model", dtype="auto")
tokenizer = AutoTokenizer.from_pretrained("model")
```

For a GGUF file, as llama.cpp and Ollama read it, run llama.cpp's `convert_hf_to_gguf.py` on this folder."""
