"""This file is about the types of options: of a server, and of each of its virtual hosts.

In: nothing. Out: two `TypedDict`, for programs that put options together and have them checked; the
tests hold them against the core's table. The calls themselves take any spelling of a name.
"""

import os
from collections.abc import Sequence
from typing import TypedDict

__all__ = ["HostOptions", "Options", "Path"]

#: A path to a file or folder.
Path = str | os.PathLike[str]


class HostOptions(TypedDict, total=False):
    """What each virtual host may have of its own."""

    #: The server's certificate chain, PEM, leaf first (or one certificate in DER).
    certificate: Path
    #: The same as bytes.
    certificate_data: bytes
    #: The server's private key, PEM or DER.
    key: Path
    #: The same as bytes.
    key_data: bytes
    #: Certificate, chain and key in one PKCS#12 file (.p12, .pfx), in place of certificate and
    #: key.
    pkcs12: Path
    #: The same as bytes.
    pkcs12_data: bytes
    #: Opens an encrypted key or the PKCS#12 file; nobody is ever prompted.
    key_password: str
    #: Whether clients are asked for a certificate: none, request, require_any, optional, require.
    client_cert_mode: str
    #: The CAs that client certificates are verified with, PEM; nothing else is trusted.
    client_ca_file: Path
    #: A folder of such files: PEM or DER by any name, or one that `openssl rehash` has prepared.
    client_ca_path: Path
    #: The same as bytes.
    client_ca_data: bytes
    #: Which names of CAs clients are told: auto (of these CAs), none, or a PEM file with the CAs
    #: to name, whose contents are not trusted.
    client_ca_names: str | Path
    #: Certificate revocation lists of the client CAs, PEM or DER; delta and indirect ones are
    #: refused.
    client_crl_file: Path
    #: A folder of such files.
    client_crl_path: Path
    #: Which certificates are looked up: none, leaf, chain (every one below the CA that vouches).
    #: The default is chain once a list is given.
    client_crl_check: str
    #: How many intermediates are allowed between a client's certificate and its CA.
    client_verify_depth: int
    #: Whether a CA that is not self-signed may vouch, without its root.
    client_partial_chain: bool
    #: What a client's extendedKeyUsage has to say: default (clientAuth, if there is one), strict
    #: (there must be one).
    client_eku: str
    #: The mode of a certificate that the application asks for after the handshake (TLS 1.3,
    #: OpenSSL only).
    client_cert_later: str
    #: The lowest TLS version: 1.2, 1.3.
    min_version: str
    #: The highest TLS version: 1.2, 1.3.
    max_version: str
    #: Application protocols in the order of preference (RFC 7301).
    alpn: Sequence[str] | str
    #: An OCSP response (RFC 6960) for the server's certificate, DER or PEM, that is stapled to
    #: handshakes while it is fresh; one that does not fit is left out with a warning.
    ocsp_response: Path


class Options(HostOptions, total=False):
    """Every option of a server."""

    #: Cipher suites for TLS 1.2, by OpenSSL's names.
    ciphers: Sequence[str] | str
    #: Cipher suites for TLS 1.3.
    ciphersuites: Sequence[str] | str
    #: Key exchange groups.
    groups: Sequence[str] | str
    #: Signature schemes, for clients' certificates and for our own signature.
    signature_algorithms: Sequence[str] | str
    #: Virtual hosts: the name that clients ask for (SNI), or *.name, to a set of these options;
    #: what a host does not say is as for the server.
    hosts: dict[str, HostOptions]
    #: Whether clients that ask for no name, or another than those of hosts, are refused.
    strict_sni: bool
    #: Whether sessions are resumed.
    session_tickets: bool
    #: For how many seconds after the full handshake a session may be resumed.
    session_timeout: int
    #: From 1 to 4 keys of 48 or 80 random bytes that session tickets are encrypted with; the first
    #: encrypts, the others only open. Without them, keys are made and never leave the process.
    ticket_keys: Sequence[bytes] | bytes
    #: The same as files, one key each (openssl rand 80).
    ticket_key_files: Sequence[Path] | Path
    #: How many seconds a handshake may take, for the faces that own the socket.
    handshake_timeout: float
    #: Where the keys of every connection are written, for debugging only; the environment's
    #: SSLKEYLOGFILE is ignored.
    insecure_keylog_file: Path
