"""What a model looks at: the weight of each word of a text, and of words over many texts."""
