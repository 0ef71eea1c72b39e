"""Lets policies see every request as one over TLS, as all are on AWS: here none leaves this machine."""

from ministack import app


def install() -> None:
    """Makes aws:SecureTransport true; else a topic or bucket that wants TLS refuses everybody."""
    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _secure_transport: pin(source_ip, True)
