"""Scripted scenarios for rules, which compare every view that a step could change."""
