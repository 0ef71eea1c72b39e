"""Measures the engine on populations whose truth is known: coverage of intervals, false alarms, power."""
