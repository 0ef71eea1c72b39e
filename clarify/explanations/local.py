"""explanations_shap/out.jsonl: every explained text, as SageMaker Clarify writes it for text.

The form is that of a job with `save_local_shap_values` and `text_config`:
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html
"""

import json
from pathlib import Path
from typing import Any

from analysis.texts import TEXT

from explanations.attribution import Attribution
from explanations.explain import Explained

_DECIMALS = 8
"""Two more than the scores have."""


def write_local(path: Path, explained: Explained) -> bool:
    """Writes the file and its folder; of anything but probe data it writes nothing and returns False, because
    the file holds whole texts. Raises OSError.
    """
    if not explained.is_probe:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for identifier, attribution in zip(explained.identifiers, explained.attributions, strict=True):
            file.write(json.dumps(_line(identifier, attribution), ensure_ascii=False) + "\n")
    return True


def _line(identifier: str, attribution: Attribution) -> dict[str, Any]:
    attributions = [
        {
            "attribution": [round(weight, _DECIMALS) for weight in weights],
            "description": {"partial_text": part.text, "start_idx": part.start},
        }
        for part, weights in zip(attribution.parts, attribution.weights.tolist(), strict=True)
    ]
    feature = {"feature_name": TEXT, "data_type": "free_text", "attributions": attributions}
    return {"explanations": [feature], "join_source_value": identifier}
