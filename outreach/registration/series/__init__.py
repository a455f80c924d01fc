"""連続講座: how far someone is, which sessions make up a series, and the certificate at its end."""
