"""The trained model of a run becomes its artefact, whole or spread over processes. Imports torch."""

from pathlib import Path
from typing import Any

from peft import PeftModel
from transformers import AutoModelForCausalLM

from training import dpo, materials, ranks
from training.workbench import Bench


def result(bench: Bench, trained: Any) -> Any:
    """Write the artefact, in the first process, and give the model that it holds.

    Every process of a group has to come here: where each holds a part (FSDP, DeepSpeed), the parts are
    gathered first, and the first process reads the artefact back to have a whole model.
    """
    bench.journal.phase("saving the result")
    spread = trained.is_fsdp_enabled or trained.is_deepspeed_enabled
    name = "adapter" if bench.recipe.tuning.has_adapter else "model"
    # Under another name first, so that a half-written artefact never carries the real one.
    scratch = bench.run / f".{name}"
    if bench.recipe.tuning.has_adapter:
        # Not the folder on this machine: the file travels to the Hub and into archives.
        trained.model.peft_config["default"].base_model_name_or_path = bench.request.model.name
    if spread:
        trained.save_model(str(scratch))
    if not ranks.current().is_first:
        return trained.model
    if not spread:
        trained.model.save_pretrained(scratch)
    bench.renderer.tokenizer.save_pretrained(scratch)
    scratch.replace(bench.run / name)
    return _read_back(bench, bench.run / name) if spread else trained.model


def _read_back(bench: Bench, artefact: Path) -> Any:
    if not bench.recipe.tuning.has_adapter:
        return AutoModelForCausalLM.from_pretrained(str(artefact)).to(bench.model.device)
    base = dpo.load_model(materials.model_folder(bench.request, bench.run, bench.journal), bench.fitted)
    return PeftModel.from_pretrained(base, str(artefact))
