"""The analysis of a data set: configuration, data, metrics of every facet, verdicts and analysis.json."""
