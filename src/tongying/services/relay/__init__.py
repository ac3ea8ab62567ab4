"""The relay of sound and picture, for two browsers that do not reach one another.

It stands between them as an ICE-lite agent on one UDP port and passes on what it cannot read: the
DTLS handshake and every SRTP packet go from end to end, so no key is ever here.
"""
