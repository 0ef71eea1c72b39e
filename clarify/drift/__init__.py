"""Whether a week's traffic still is like the texts that the model was trained on, from histograms alone."""
