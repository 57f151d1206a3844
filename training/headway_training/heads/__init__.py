"""Synthetic heads: T2-weighted volumes with known findings, made from label maps and lesion masks."""
