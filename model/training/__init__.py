"""Trains the sentiment model: a linear classifier over words and pairs of words."""
