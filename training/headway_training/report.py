"""An evaluation's figures as a section of a model's README, between two marks that a later run replaces. No torch."""

import argparse
import re
from pathlib import Path

BEGIN, END = "<!-- evaluation: written by headway_training.evaluate -->", "<!-- end of evaluation -->"


def shown(auc):
    """AUC with its interval, or a dash where a class is missing."""
    value, low, high = auc
    return f"{value:.3f} ({low:.3f} to {high:.3f})" if value == value else "-"


def table(title, groups, with_sensitivity):
    """Rows of groups: heads, AUC and, where there is one, sensitivity at 90 % specificity."""
    head = [f"| {title} | heads | AUC (95 %) |" + (" sensitivity |" if with_sensitivity else "")]
    head.append("|---|---|---|" + ("---|" if with_sensitivity else ""))
    for name, group in groups.items():
        line = f"| {str(name).replace('_', ' ')} | {group['heads']} | {shown(group['auc'])} |"
        if with_sensitivity:
            line += f" {group['sensitivity']:.2f} |" if group["heads"] else " - |"
        head.append(line)
    return "\n".join(head)


def robustness_table(result):
    """What changed acquisitions do, or nothing where that was not measured."""
    if "robustness" not in result:
        return ""
    lines = [
        "",
        "The same heads acquired otherwise:",
        "",
        "| acquisition | heads | AUC (95 %) | mean change of the score |",
    ]
    lines.append("|---|---|---|---|")
    for name, group in result["robustness"].items():
        lines.append(f"| {name} | {group['heads']} | {shown(group['auc'])} | {group['mean_change']:.3f} |")
    return "\n".join(lines) + "\n"


def section(result):
    """The section's Markdown."""
    figures, calibration = result["figures"], result["figures"]["calibration"]
    points = "\n".join(
        f"| {name} | {point['threshold_logit']:.3f} | {point['sensitivity']:.2f} | {point['specificity']:.2f} |"
        for name, point in figures["operating_points"].items()
    )
    return f"""{BEGIN}
## Measured on synthetic heads

{figures["heads"]} synthetic heads at {result["size_voxels"]}^3, half of them abnormal, from label maps and lesion masks that \
were seen neither in training nor in validation; acquisition style: {result["style"]}; seed {result["seed"]}; data version \
{result["data"]}. Each score is the mean of the head and its mirror image. Nothing here was measured on patients.

AUC {shown(figures["auc"])}. Worst map: {figures["worst_map"]}, {shown(figures["by_map"][figures["worst_map"]]["auc"])}.

{table("map", figures["by_map"], False)}

Sensitivity at 90 % specificity; AUC of each row against all normal heads:

{table("class", figures["by_class"], True)}

{table("lesion volume", figures["by_volume"], True)}

{table("contrast", figures["by_contrast"], True)}

{table("slice thickness", figures["by_slice"], False)}

{table("acquisition style", figures["by_style"], False)}

Thresholds were fixed on {result["validation_heads"]} validation heads:

| operating point | threshold (logit) | sensitivity | specificity |
|---|---|---|---|
{points}

Calibration with temperature {calibration["temperature"]:.2f} (fitted on validation heads): Brier {calibration["brier"]:.3f}, \
expected calibration error {calibration["ece_15_bins"]:.3f} in 15 equal bins.

![ROC curve](roc.svg) ![Reliability curve](reliability.svg)
{robustness_table(result)}{END}
"""


def section_arguments(doc):
    """What a module that has the program look at data and writes a section of a model's README is called with."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    return parser


def replaced(text, mine, begin, end):
    """A README's text with a section in place of an earlier one between the same marks, or at the end."""
    mine = mine.rstrip("\n") + "\n"
    if begin in text:
        return re.sub(re.escape(begin) + ".*?" + re.escape(end) + "\n?", lambda _: mine, text, flags=re.DOTALL)
    return text.rstrip("\n") + "\n\n" + mine


def write_section(readme, result):
    """Puts the section of an evaluation into a README."""
    readme = Path(readme)
    text = readme.read_text() if readme.exists() else "# Model\n"
    readme.write_text(replaced(text, section(result), BEGIN, END))
