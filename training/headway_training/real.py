"""What the program says of real scans, as a section of a model's README. No torch.

python -m headway_training.real --data FOLDER --program PATH_TO_headway --model ../public/models/NAME

Every folder of DICOM files below FOLDER is scored by itself, every NIfTI file by itself; the scans are no test of the model, since
nothing is known of most of them, and nothing is tuned on them. What is not scored is listed with its reason.
"""

import json
import subprocess
from itertools import groupby
from pathlib import Path

from .report import replaced, section_arguments

BEGIN, END = "<!-- real scans: written by headway_training.real -->", "<!-- end of real scans -->"


def inputs(data):
    """Paths to be scored, one by one: folders of DICOM files, NIfTI files."""
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        if folder.name.startswith("dicom_"):
            yield folder
        elif folder.name.startswith("nifti_"):
            yield from sorted(folder.glob("*.nii.gz"))


def studies_of(program, model, path):
    """The studies of the program's report; none where it found none."""
    line = [program, "score", path, "--model", model, "--device", "cpu", "--json"]
    run = subprocess.run(line, capture_output=True, text=True)
    return json.loads(run.stdout)["studies"] if run.stdout else []


def outcome(study):
    """The score with its band, or why there is none."""
    if study["score"] is None:
        return f"| - | {study['reason']['text'].split('. ')[0].rstrip('.')} |"
    cautions = "; ".join(notice.split(". ")[0].rstrip(".") for notice in study["notices"])
    band = study["band"].replace("_", " ")
    return f"| {study['score_0_to_100']} | {band}{'; ' + cautions if cautions else ''} |"


def section(rows):
    """The section's Markdown, of (name, study) pairs."""
    lines = []
    # A folder may hold many studies of which the same is said.
    for (name, said), same in groupby([(name, outcome(study)) for name, study in rows]):
        count = len(list(same))
        lines.append(f"| {name}{f', {count} studies' if count > 1 else ''} {said}")
    lines = "\n".join(lines)
    return f"""{BEGIN}
## Said of real scans

From public collections, and no test: nothing was tuned on them. `ms` are two patients with multiple sclerosis, at two visits each,
whose lesions are subtle on T2; everything else is not what the model is for, and should have no score.

| scan | score, 0 to 100 | |
|---|---|---|
{lines}
{END}"""


def main():
    options = section_arguments(__doc__).parse_args()
    rows = []
    for path in inputs(options.data):
        name = path.relative_to(options.data).as_posix()
        rows += [(name, study) for study in studies_of(options.program, options.model, path)]
    readme = options.model / "README.md"
    readme.write_text(replaced(readme.read_text(), section(rows), BEGIN, END))
    print(f"{len(rows)} studies, {sum(study['score'] is not None for _, study in rows)} scored")


if __name__ == "__main__":
    main()
