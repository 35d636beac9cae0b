"""Glue to read an audit by compliance-trestle, which has OSCAL's models: FILE, run in .venv/oracles.

Prints how many observations, risks and findings it read, and each finding's state; says what is wrong, and exits 1.
"""

import json
import sys
from pathlib import Path

from trestle.oscal.assessment_results import Model

read = Model.model_validate_json(Path(sys.argv[1]).read_text("utf-8")).assessment_results
(result,) = read.results
seen = {one.uuid for one in result.observations}
risks = {one.uuid for one in result.risks or ()}
for finding in result.findings:
    assert {one.observation_uuid for one in finding.related_observations or ()} <= seen, finding.title
    assert {one.risk_uuid for one in finding.related_risks or ()} <= risks, finding.title
told = {
    "oscal": read.metadata.model_dump(mode="json")["oscal_version"],
    "observations": len(seen),
    "risks": len(risks),
    "findings": {one.target.target_id: one.target.status.state.value for one in result.findings},
}
print(json.dumps(told))
