"""Trains the sentiment model: fine-tunes a small pre-trained encoder and writes it as an ONNX graph."""
