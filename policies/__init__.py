"""Judgement: pure functions over facts, and the rules that people edit."""
