"""Where the defaults of a recipe come from, and how a field of it is written down."""

from dataclasses import field
from typing import Any

from training.knobs import Level


def knob(
    default: Any, *, label: str, group: str, unit: str, why: str, source: str,
    low: float | None = None, high: float | None = None, level: Level = Level.EXPERT,
) -> Any:  # fmt: skip
    """A dataclass field whose metadata the form, the table and the checks read."""
    about = {"label": label, "group": group, "unit": unit, "low": low, "high": high, "level": level}
    return field(default=default, metadata={**about, "why": why, "source": source})


APO = "D'Oosterlinck et al. 2024, APO, arXiv 2408.06266, eq. 7; TRL 1.16, KTOConfig"
GAO = "Gao et al. 2023, Scaling laws for reward model overoptimization, arXiv 2210.10760"
KTO = "Ethayarajh et al. 2024, KTO, arXiv 2402.01306"
SEED = "Orca DPO notebook (Labonne 2024, Fine-tune a Mistral-7b model with DPO)"
LORA = "Hu et al. 2021, LoRA, arXiv 2106.09685"
QLORA = "Dettmers et al. 2023, QLoRA, arXiv 2305.14314"
DPO = "Rafailov et al. 2023, DPO, arXiv 2305.18290"
TRAINER = "transformers, TrainingArguments"
TRL = "TRL 1.16, DPOConfig"
SHARE = "share of the run below 1, else steps (0: only at its ends)"
WARM = "share of the run below 1, else steps"
