"""The governance job: asks a model version, and its baseline, about a data set, and leaves the report."""
