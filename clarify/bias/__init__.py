"""Bias of labels and of predictions between a facet of the data and the rest of it."""

from bias import posttraining, pretraining  # registers the metrics

__all__ = ["posttraining", "pretraining"]
