"""What is said of real scans: one line for what is alike, a reason where there is no score."""

from headway_training.real import section
from headway_training.report import replaced

SCORED = {"score": 0.4, "score_0_to_100": 40, "band": "not_flagged", "notices": ["Age unknown; for adults only. More."]}
DECLINED = {"score": None, "reason": {"text": "116 mm of head covered. Acquire more."}}


def test_alike_studies_of_a_folder_share_a_line():
    text = section([("a", DECLINED), ("a", DECLINED), ("b", DECLINED), ("b", SCORED)])
    assert "| a, 2 studies | - | 116 mm of head covered |\n| b | - | 116 mm of head covered |\n" in text
    assert "| b | 40 | not flagged; Age unknown; for adults only |" in text


def test_a_section_takes_the_place_of_its_predecessor_and_of_nothing_else():
    once = replaced("# Model\n", "<a>1<z>", "<a>", "<z>")
    assert once == "# Model\n\n<a>1<z>\n"
    assert replaced(once + "after\n", "<a>2<z>", "<a>", "<z>") == "# Model\n\n<a>2<z>\nafter\n"
