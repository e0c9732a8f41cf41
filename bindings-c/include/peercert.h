/*
 * peercert: mutual TLS for applications. Generated from the sources of the library; do not edit.
 *
 * Names are peercert_<noun>_<verb>. peercert_<noun>_new() makes an object and
 * peercert_<noun>_free() frees it; free takes NULL. All types are opaque.
 *
 * Arguments: a first argument that is const is only read. Inputs come before outputs, and an
 * optional peercert_error ** is last: NULL says that you do not care; otherwise it is written when
 * the call fails, and only then, and the error is yours to free. What stood there before is
 * overwritten, not freed. Outputs are written only when the result is PEERCERT_OK.
 *
 * Results: PEERCERT_OK (0) is success and PEERCERT_ERROR (-1) failure; calls that move bytes also
 * give PEERCERT_WANT_READ and PEERCERT_WANT_WRITE, which are no failures. Calls that cannot fail
 * give their answer; for NULL that is NULL or 0. Whatever a program does wrong that can be told
 * (NULL, a wrong order, an unknown name, a buffer without room, a use after an error or after
 * closing) is an error with a code, of kind state.
 *
 * Texts are NUL-terminated UTF-8 without NUL inside. What is borrowed belongs to the object that it
 * came from and is freed with that; each function says so.
 *
 * Threads: no state belongs to a thread, so that an object may move between them. Calls whose first
 * argument is const may be made on one object by several threads at once, as long as no thread
 * makes another call on it, but for those that say that others may go on. Acceptors, reports,
 * rules, what is known of proxies, values and errors are meant to be shared so. Of a connection
 * over a descriptor, one thread may read while another writes; both have one deadline, and nobody
 * closes or frees meanwhile.
 *
 * After fork() both processes may go on with objects that no other thread was in a call with. Of a
 * connection only one of them should: the two would encrypt with the same keys.
 *
 * In the build that shares the system's libssl, calls empty the thread's error queue of OpenSSL: a
 * program reads its own errors there before it calls.
 *
 * The library never raises SIGPIPE, installs no handlers of signals or of exit, and reads no
 * environment variables of its own. A panic inside is the error internal.panic, and Rust's message
 * about it on standard error. Running out of memory ends the process.
 */

#ifndef PEERCERT_H
#define PEERCERT_H

#include <stddef.h>
#include <stdint.h>

/* The version of this header: peercert_version_number() is the library's. */
#define PEERCERT_VERSION "0.1.0"
#define PEERCERT_VERSION_MAJOR 0
#define PEERCERT_VERSION_MINOR 1
#define PEERCERT_VERSION_PATCH 0
#define PEERCERT_VERSION_NUMBER 256

/* True or false: peercert_value_flag(). */
#define PEERCERT_FLAG 1

/* A whole number: peercert_value_integer(). */
#define PEERCERT_INTEGER 2

/* A text: peercert_value_text(). */
#define PEERCERT_TEXT 3

/* A list: peercert_value_len(), peercert_value_at(). */
#define PEERCERT_LIST 4

/*
 * A dictionary: peercert_value_get(), or peercert_value_len(), peercert_value_key_at() and
 * peercert_value_at() in the order of the keys.
 */
#define PEERCERT_DICT 5

/* The call is done. */
#define PEERCERT_OK 0

/* The call failed; the error, if one was asked for, says why. */
#define PEERCERT_ERROR (-1)

/*
 * The call goes on when there are more bytes from the peer: feed them, or wait until the descriptor
 * can be read, and call again.
 */
#define PEERCERT_WANT_READ 1

/*
 * The call goes on when bytes have gone out to the peer: take and send them, or wait until the
 * descriptor can be written, and call again.
 */
#define PEERCERT_WANT_WRITE 2

/* Client-certificate modes, values of the option client_cert_mode. */
#define PEERCERT_MODE_NONE "none"
#define PEERCERT_MODE_REQUEST "request"
#define PEERCERT_MODE_REQUIRE_ANY "require_any"
#define PEERCERT_MODE_OPTIONAL "optional"
#define PEERCERT_MODE_REQUIRE "require"

/* Options. Each may be set once. */
/*
 * The server's certificate chain, PEM, leaf first (or one certificate in DER).
 * (peercert_options_set())
 */
#define PEERCERT_OPTION_CERTIFICATE "certificate"
/* The same as bytes. (peercert_options_set_bytes()) */
#define PEERCERT_OPTION_CERTIFICATE_DATA "certificate_data"
/* The server's private key, PEM or DER. (peercert_options_set()) */
#define PEERCERT_OPTION_KEY "key"
/* The same as bytes. (peercert_options_set_bytes()) */
#define PEERCERT_OPTION_KEY_DATA "key_data"
/*
 * Certificate, chain and key in one PKCS#12 file (.p12, .pfx), in place of certificate and key.
 * (peercert_options_set())
 */
#define PEERCERT_OPTION_PKCS12 "pkcs12"
/* The same as bytes. (peercert_options_set_bytes()) */
#define PEERCERT_OPTION_PKCS12_DATA "pkcs12_data"
/* Opens an encrypted key or the PKCS#12 file; nobody is ever prompted. (peercert_options_set()) */
#define PEERCERT_OPTION_KEY_PASSWORD "key_password"
/*
 * Whether clients are asked for a certificate: none, request, require_any, optional, require.
 * (peercert_options_set(); default none)
 */
#define PEERCERT_OPTION_CLIENT_CERT_MODE "client_cert_mode"
/*
 * The CAs that client certificates are verified with, PEM; nothing else is trusted.
 * (peercert_options_set())
 */
#define PEERCERT_OPTION_CLIENT_CA_FILE "client_ca_file"
/*
 * A folder of such files: PEM or DER by any name, or one that `openssl rehash` has prepared.
 * (peercert_options_set())
 */
#define PEERCERT_OPTION_CLIENT_CA_PATH "client_ca_path"
/* The same as bytes. (peercert_options_set_bytes()) */
#define PEERCERT_OPTION_CLIENT_CA_DATA "client_ca_data"
/*
 * Which names of CAs clients are told: auto (of these CAs), none, or a PEM file with the CAs to
 * name, whose contents are not trusted. (peercert_options_set(); default auto)
 */
#define PEERCERT_OPTION_CLIENT_CA_NAMES "client_ca_names"
/*
 * Certificate revocation lists of the client CAs, PEM or DER; delta and indirect ones are refused.
 * (peercert_options_set())
 */
#define PEERCERT_OPTION_CLIENT_CRL_FILE "client_crl_file"
/* A folder of such files. (peercert_options_set()) */
#define PEERCERT_OPTION_CLIENT_CRL_PATH "client_crl_path"
/*
 * Which certificates are looked up: none, leaf, chain (every one below the CA that vouches). The
 * default is chain once a list is given. (peercert_options_set())
 */
#define PEERCERT_OPTION_CLIENT_CRL_CHECK "client_crl_check"
/*
 * How many intermediates are allowed between a client's certificate and its CA.
 * (peercert_options_set_integer(); default 9)
 */
#define PEERCERT_OPTION_CLIENT_VERIFY_DEPTH "client_verify_depth"
/*
 * Whether a CA that is not self-signed may vouch, without its root. (peercert_options_set_flag();
 * default false)
 */
#define PEERCERT_OPTION_CLIENT_PARTIAL_CHAIN "client_partial_chain"
/*
 * What a client's extendedKeyUsage has to say: default (clientAuth, if there is one), strict (there
 * must be one). (peercert_options_set(); default default)
 */
#define PEERCERT_OPTION_CLIENT_EKU "client_eku"
/*
 * The mode of a certificate that the application asks for after the handshake (TLS 1.3, OpenSSL
 * only). (peercert_options_set(); default none)
 */
#define PEERCERT_OPTION_CLIENT_CERT_LATER "client_cert_later"
/* The lowest TLS version: 1.2, 1.3. (peercert_options_set(); default 1.2) */
#define PEERCERT_OPTION_MIN_VERSION "min_version"
/* The highest TLS version: 1.2, 1.3. (peercert_options_set(); default 1.3) */
#define PEERCERT_OPTION_MAX_VERSION "max_version"
/*
 * Cipher suites for TLS 1.2, by OpenSSL's names. (peercert_options_set() or
 * peercert_options_set_list())
 */
#define PEERCERT_OPTION_CIPHERS "ciphers"
/* Cipher suites for TLS 1.3. (peercert_options_set() or peercert_options_set_list()) */
#define PEERCERT_OPTION_CIPHERSUITES "ciphersuites"
/* Key exchange groups. (peercert_options_set() or peercert_options_set_list()) */
#define PEERCERT_OPTION_GROUPS "groups"
/*
 * Signature schemes, for clients' certificates and for our own signature. (peercert_options_set()
 * or peercert_options_set_list())
 */
#define PEERCERT_OPTION_SIGNATURE_ALGORITHMS "signature_algorithms"
/*
 * Application protocols in the order of preference (RFC 7301). (peercert_options_set() or
 * peercert_options_set_list())
 */
#define PEERCERT_OPTION_ALPN "alpn"
/*
 * Virtual hosts: the name that clients ask for (SNI), or *.name, to a set of these options; what a
 * host does not say is as for the server. (peercert_options_set_options())
 */
#define PEERCERT_OPTION_HOSTS "hosts"
/*
 * Whether clients that ask for no name, or another than those of hosts, are refused.
 * (peercert_options_set_flag(); default false)
 */
#define PEERCERT_OPTION_STRICT_SNI "strict_sni"
/* Whether sessions are resumed. (peercert_options_set_flag(); default true) */
#define PEERCERT_OPTION_SESSION_TICKETS "session_tickets"
/*
 * For how many seconds after the full handshake a session may be resumed.
 * (peercert_options_set_integer(); default 300)
 */
#define PEERCERT_OPTION_SESSION_TIMEOUT "session_timeout"
/*
 * From 1 to 4 keys of 48 or 80 random bytes that session tickets are encrypted with; the first
 * encrypts, the others only open. Without them, keys are made and never leave the process.
 * (peercert_options_set_bytes() or peercert_options_set_bytes_list())
 */
#define PEERCERT_OPTION_TICKET_KEYS "ticket_keys"
/*
 * The same as files, one key each (openssl rand 80). (peercert_options_set() or
 * peercert_options_set_list())
 */
#define PEERCERT_OPTION_TICKET_KEY_FILES "ticket_key_files"
/*
 * How many seconds a handshake may take, for the faces that own the socket.
 * (peercert_options_set_number(); default 10)
 */
#define PEERCERT_OPTION_HANDSHAKE_TIMEOUT "handshake_timeout"
/*
 * An OCSP response (RFC 6960) for the server's certificate, DER or PEM, that is stapled to
 * handshakes while it is fresh; one that does not fit is left out with a warning.
 * (peercert_options_set())
 */
#define PEERCERT_OPTION_OCSP_RESPONSE "ocsp_response"
/*
 * Where the keys of every connection are written, for debugging only; the environment's
 * SSLKEYLOGFILE is ignored. (peercert_options_set())
 */
#define PEERCERT_OPTION_INSECURE_KEYLOG_FILE "insecure_keylog_file"

/* Options of a trusted proxy, for peercert_forwarded_new(). */
/*
 * `rfc9440`, `xfcc`, `nginx` or `apache`: the form of what the proxy sends. Required.
 * (peercert_options_set())
 */
#define PEERCERT_OPTION_FORWARDED_FORMAT "forwarded_format"
/*
 * IP addresses, networks (`10.0.0.0/8`) and `unix`, a list or a text with commas: who is trusted.
 * (peercert_options_set() or peercert_options_set_list())
 */
#define PEERCERT_OPTION_FORWARDED_FROM "forwarded_from"
/*
 * A text of at least 16 characters, or a list of them, that the proxy sends with every request.
 * (peercert_options_set() or peercert_options_set_list())
 */
#define PEERCERT_OPTION_FORWARDED_SECRET "forwarded_secret"
/* The header that holds the secret; `X-Peercert-Secret` by default. (peercert_options_set()) */
#define PEERCERT_OPTION_FORWARDED_SECRET_HEADER "forwarded_secret_header"
/*
 * `true`: a certificate without a verdict counts as verified, because the proxy forwards no other.
 * (peercert_options_set_flag())
 */
#define PEERCERT_OPTION_FORWARDED_VERIFIED "forwarded_verified"
/*
 * With `nginx` and `apache`: the header that holds the certificate; `X-SSL-Client-Cert` and
 * `SSL-Client-Cert` by default. (peercert_options_set())
 */
#define PEERCERT_OPTION_FORWARDED_CERT_HEADER "forwarded_cert_header"
/*
 * With `nginx` and `apache`: the header that holds the verdict; `X-SSL-Client-Verify` and
 * `SSL-Client-Verify` by default. (peercert_options_set())
 */
#define PEERCERT_OPTION_FORWARDED_VERIFY_HEADER "forwarded_verify_header"

/* Whose names an export gives. */
#define PEERCERT_FORMAT_APACHE "apache"
#define PEERCERT_FORMAT_NGINX "nginx"
#define PEERCERT_FORMAT_CGI "cgi"
#define PEERCERT_FORMAT_BASICAUTH "basicauth"
#define PEERCERT_FORMAT_RFC9440 "rfc9440"
#define PEERCERT_FORMAT_XFCC "xfcc"
#define PEERCERT_FORMAT_ASGI "asgi"

/*
 * Details of an export, set as options are. peercert_connection_export() takes the first three;
 * what was negotiated the connection knows.
 */
/* Who the caller is to the application. Without it no user is told. (peercert_options_set()) */
#define PEERCERT_DETAIL_USER "user"
/*
 * The rule that gave `user` pins this very certificate, so that the user counts though the
 * certificate is not verified. (peercert_options_set_flag())
 */
#define PEERCERT_DETAIL_PINNED "pinned"
/*
 * Say `GENEROUS`, as Apache does with TLS 1.2, where all that is wrong is an unknown CA.
 * (peercert_options_set_flag())
 */
#define PEERCERT_DETAIL_GENEROUS "generous"
/*
 * Now, in seconds since 1970-01-01 UTC; by default the system's time.
 * (peercert_options_set_integer())
 */
#define PEERCERT_DETAIL_NOW "now"
/* The server's certificate, PEM or DER. (peercert_options_set_bytes()) */
#define PEERCERT_DETAIL_SERVER_CERTIFICATE "server_certificate"
/* TLS version, `TLSv1.2` or `TLSv1.3`. (peercert_options_set()) */
#define PEERCERT_DETAIL_PROTOCOL "protocol"
/* Cipher suite, by OpenSSL's name. (peercert_options_set()) */
#define PEERCERT_DETAIL_CIPHER "cipher"
/* Its number in IANA's registry. (peercert_options_set_integer()) */
#define PEERCERT_DETAIL_CIPHER_NUMBER "cipher_number"
/* The bits of its key that are secret. (peercert_options_set_integer()) */
#define PEERCERT_DETAIL_CIPHER_BITS "cipher_bits"
/* The bits of its algorithm. (peercert_options_set_integer()) */
#define PEERCERT_DETAIL_CIPHER_ALGORITHM_BITS "cipher_algorithm_bits"
/* The name that the client asked for (SNI). (peercert_options_set()) */
#define PEERCERT_DETAIL_SERVER_NAME "server_name"
/* The negotiated application protocol. (peercert_options_set()) */
#define PEERCERT_DETAIL_ALPN "alpn"
/* The session was resumed. (peercert_options_set_flag()) */
#define PEERCERT_DETAIL_RESUMED "resumed"
/* The identifier of the session. (peercert_options_set_bytes()) */
#define PEERCERT_DETAIL_SESSION_ID "session_id"
/* The client knows secure renegotiation (RFC 5746). (peercert_options_set_flag()) */
#define PEERCERT_DETAIL_SECURE_RENEGOTIATION "secure_renegotiation"
/* The scheme of the client's signature, by its TLS name. (peercert_options_set()) */
#define PEERCERT_DETAIL_SIGNATURE_SCHEME "signature_scheme"

/*
 * Keys of the dictionaries clientcert, certinfo, details and counters, and of those in them. A key
 * that several of them have is here once.
 */
/* The client sent a certificate. */
#define PEERCERT_KEY_PRESENT "present"
/*
 * A certificate was sent, its chain verified for TLS client authentication, and that held when this
 * handshake ended.
 */
#define PEERCERT_KEY_VERIFIED "verified"
/* `ok`, `absent`, or the reason as a sentence in OpenSSL 3's wording. */
#define PEERCERT_KEY_VERIFYRESULT "verifyresult"
/* `OK`, `ABSENT`, or OpenSSL's X509_V_ERR name without that prefix: the first error met. */
#define PEERCERT_KEY_VERIFYCODE "verifycode"
/* Every error met, in order; empty when verified. */
#define PEERCERT_KEY_VERIFYERRORS "verifyerrors"
/*
 * SHA-256 of the DER of the trust anchor that vouched, lower-case hex. Absent when the host or
 * proxy that verified (`source`) does not tell.
 */
#define PEERCERT_KEY_ANCHOR "anchor"
/* The session was resumed: the certificate was sent on an earlier connection. */
#define PEERCERT_KEY_RESUMED "resumed"
/*
 * Where the certificate was seen: `tls` (this handshake), `forwarded` (a trusted proxy's header),
 * `host` (the program that ended TLS).
 */
#define PEERCERT_KEY_SOURCE "source"
/* Position in the chain: 0 is the leaf. */
#define PEERCERT_KEY_DEPTH "depth"
/* The error's name, as in `verifycode`. */
#define PEERCERT_KEY_CODE "code"
/* The error as a sentence, as in `verifyresult`. */
#define PEERCERT_KEY_TEXT "text"
/* Subject in OpenSSL's XN_FLAG_ONELINE form: encoded order, `CN = a, O = b`. */
#define PEERCERT_KEY_SUBJECT "subject"
/* Issuer, in the form of `subject`. */
#define PEERCERT_KEY_ISSUER "issuer"
/* Serial number, upper-case hex in whole bytes; `0` for zero, `-05` when negative. */
#define PEERCERT_KEY_SERIAL "serial"
/*
 * Start of validity, `Apr 30 08:12:20 2026 GMT`, the day padded with a space; `Bad time value` when
 * it cannot be read.
 */
#define PEERCERT_KEY_NOTBEFORE "notbefore"
/* End of validity, in the form of `notbefore`. */
#define PEERCERT_KEY_NOTAFTER "notafter"
/* SHA-256 of the DER, lower-case hex. */
#define PEERCERT_KEY_FINGERPRINT "fingerprint"
/* Subject alternative names by kind, each kind in certificate order. */
#define PEERCERT_KEY_SAN "san"
/* X.509 version: 1, 2 or 3; another number comes with a warning. */
#define PEERCERT_KEY_VERSION "version"
/* Subject as an RFC 4514 string, in UTF-8. */
#define PEERCERT_KEY_SUBJECTDN "subjectdn"
/* Issuer as an RFC 4514 string, in UTF-8. */
#define PEERCERT_KEY_ISSUERDN "issuerdn"
/* Subject as RDNs in encoded order, each a list of attributes: the form to match on. */
#define PEERCERT_KEY_SUBJECTNAME "subjectname"
/* Issuer, in the form of `subjectname`. */
#define PEERCERT_KEY_ISSUERNAME "issuername"
/* Start of validity in seconds since 1970-01-01 UTC; negative before. */
#define PEERCERT_KEY_NOTBEFORETIME "notbeforetime"
/* End of validity in seconds since 1970-01-01 UTC. */
#define PEERCERT_KEY_NOTAFTERTIME "notaftertime"
/*
 * SHA-256 of the DER of SubjectPublicKeyInfo, lower-case hex: what to pin across renewals (RFC
 * 7469).
 */
#define PEERCERT_KEY_SPKI "spki"
/* `x5t#S256`: the SHA-256 of the DER in base64url without padding (RFC 8705). */
#define PEERCERT_KEY_THUMBPRINT "thumbprint"
/*
 * `RSA`, `RSA-PSS`, `EC`, `DSA`, `ED25519`, `ED448`, `X25519`, `X448`; an unknown algorithm by OID.
 */
#define PEERCERT_KEY_KEYTYPE "keytype"
/* Size of the key in bits. */
#define PEERCERT_KEY_KEYBITS "keybits"
/*
 * Name of the curve (`P-256`, `P-384`, `P-521`, else OpenSSL's name), or its OID; `explicit` for
 * written-out parameters.
 */
#define PEERCERT_KEY_KEYCURVE "keycurve"
/* Signature algorithm of the certificate: OpenSSL's long name, or the OID. */
#define PEERCERT_KEY_SIGNATURE "signature"
/* basicConstraints says that this is a CA (RFC 5280, 4.2.1.9). */
#define PEERCERT_KEY_CA "ca"
/* basicConstraints' path length. */
#define PEERCERT_KEY_PATHLEN "pathlen"
/* Key usages by RFC 5280 name. */
#define PEERCERT_KEY_KEYUSAGE "keyusage"
/* Extended key usages by RFC 5280 name, others by OID. */
#define PEERCERT_KEY_EXTENDEDKEYUSAGE "extendedkeyusage"
/* Subject key identifier, lower-case hex. */
#define PEERCERT_KEY_SUBJECTKEYID "subjectkeyid"
/* Authority key identifier, lower-case hex. */
#define PEERCERT_KEY_AUTHORITYKEYID "authoritykeyid"
/* Certificate policies, OIDs. */
#define PEERCERT_KEY_POLICIES "policies"
/* OCSP responders, URLs (authority information access). */
#define PEERCERT_KEY_OCSP "ocsp"
/* Where the issuer's certificate is, URLs (authority information access). */
#define PEERCERT_KEY_CAISSUERS "caissuers"
/* CRL distribution points, URLs. */
#define PEERCERT_KEY_CRL "crl"
/* SPIFFE ID, only of a valid X.509-SVID leaf. */
#define PEERCERT_KEY_SPIFFEID "spiffeid"
/* step-ca's provisioner (1.3.6.1.4.1.37476.9000.64.1). */
#define PEERCERT_KEY_PROVISIONER "provisioner"
/* Every extension, in certificate order. */
#define PEERCERT_KEY_EXTENSIONS "extensions"
/* What could not be read or is odd. */
#define PEERCERT_KEY_WARNINGS "warnings"
/* The certificate as PEM. */
#define PEERCERT_KEY_PEM "pem"
/* DNS names. */
#define PEERCERT_KEY_DNS "dns"
/* E-mail addresses (rfc822Name, and SmtpUTF8Mailbox of RFC 9598). */
#define PEERCERT_KEY_EMAIL "email"
/* URIs. */
#define PEERCERT_KEY_URI "uri"
/*
 * IP addresses, IPv6 in RFC 5952 form; one of another length than 4 or 16 octets is in `warnings`
 * instead.
 */
#define PEERCERT_KEY_IP "ip"
/* Microsoft user principal names (1.3.6.1.4.1.311.20.2.3). */
#define PEERCERT_KEY_UPN "upn"
/* Directory names as RFC 4514 strings. */
#define PEERCERT_KEY_DIRNAME "dirname"
/* Registered IDs, OIDs. */
#define PEERCERT_KEY_RID "rid"
/* Other names that have no list of their own. */
#define PEERCERT_KEY_OTHERNAME "othername"
/* The name's type. */
#define PEERCERT_KEY_OID "oid"
/* The DER of the value, lower-case hex. */
#define PEERCERT_KEY_VALUE "value"
/* OpenSSL's short name, or the OID. */
#define PEERCERT_KEY_TYPE "type"
/* The provisioner's name. */
#define PEERCERT_KEY_NAME "name"
/* The key or account that the provisioner used. */
#define PEERCERT_KEY_CREDENTIALID "credentialid"
/* The extension is critical. */
#define PEERCERT_KEY_CRITICAL "critical"
/* A rule matched: the caller is a user. */
#define PEERCERT_KEY_IDENTIFIED "identified"
/* The user; not empty, at most 256 bytes, without control and invisible characters. */
#define PEERCERT_KEY_USER "user"
/* The groups, each once, in the form of `user`. */
#define PEERCERT_KEY_GROUPS "groups"
/* The rule that matched, counted from 1. */
#define PEERCERT_KEY_RULE "rule"
/* Where that rule stands: `FILE:LINE`, `line 2` of a text, `rule 2` of a list. */
#define PEERCERT_KEY_PLACE "place"
/* Why not: `absent` (no certificate), `unverified`, `no_match`. */
#define PEERCERT_KEY_REASON "reason"
/* The reason as a sentence. */
#define PEERCERT_KEY_MESSAGE "message"
/* The answer. */
#define PEERCERT_KEY_IDENTITY "identity"
/* What came of every rule, in order. */
#define PEERCERT_KEY_RULES "rules"
/* Its value as it is written. */
#define PEERCERT_KEY_PATTERN "pattern"
/* `matched`, `differs`, `no_value`, `left_out`, `no_user`, `unverified`, `anchor`, `not_tried`. */
#define PEERCERT_KEY_OUTCOME "outcome"
/* What came of each value that was compared. */
#define PEERCERT_KEY_VALUES "values"
/* TLS version, `TLSv1.2` or `TLSv1.3`. */
#define PEERCERT_KEY_SSLVERSION "sslversion"
/* Cipher suite, by OpenSSL's name. */
#define PEERCERT_KEY_CIPHER "cipher"
/* The name that the client asked for (SNI); empty without. */
#define PEERCERT_KEY_SERVERNAME "servername"
/* The negotiated application protocol (RFC 7301); empty without. */
#define PEERCERT_KEY_ALPN "alpn"
/* The key exchange group by its TLS name. */
#define PEERCERT_KEY_GROUP "group"
/*
 * The scheme of the client's signature, by its TLS name; absent without a certificate and when
 * resumed.
 */
#define PEERCERT_KEY_SIGNATURESCHEME "signaturescheme"
/* Of `clientcert`: present, verified, verifyresult and, with a certificate, subject and issuer. */
#define PEERCERT_KEY_CLIENTCERT "clientcert"
/* Handshakes that have ended well since the acceptor was made. */
#define PEERCERT_KEY_DONE "done"
/* Handshakes that are going on. */
#define PEERCERT_KEY_INFLIGHT "inflight"
/* Connections that this program closed before their handshake ended, time-outs included. */
#define PEERCERT_KEY_ABANDONED "abandoned"
/* Clients that the mode did not let in, by verifycode. */
#define PEERCERT_KEY_REFUSED "refused"
/* Handshakes that the client ended with an alert, by its name (RFC 8446, 6.2). */
#define PEERCERT_KEY_ALERTS "alerts"
/* All other handshakes that failed, by error code. */
#define PEERCERT_KEY_FAILED "failed"
/* Reloads that have ended well. */
#define PEERCERT_KEY_RELOADS "reloads"
/* Reloads that failed, so that what was there before is still used. */
#define PEERCERT_KEY_RELOADFAILURES "reloadfailures"
/* What is counted. */
#define PEERCERT_KEY_WORD "word"
/* How often it was met. */
#define PEERCERT_KEY_NUMBER "number"

/* Kinds of errors: who must act. */
#define PEERCERT_ERROR_KIND_CONFIG "config"
#define PEERCERT_ERROR_KIND_CERTIFICATE "certificate"
#define PEERCERT_ERROR_KIND_PEER "peer"
#define PEERCERT_ERROR_KIND_IO "io"
#define PEERCERT_ERROR_KIND_STATE "state"
#define PEERCERT_ERROR_KIND_INTERNAL "internal"

/* Codes of errors. */
/* No option has this name. */
#define PEERCERT_CODE_CONFIG_UNKNOWN_OPTION "config.unknown_option"
/* One option is given twice, perhaps in two spellings. */
#define PEERCERT_CODE_CONFIG_DUPLICATE_OPTION "config.duplicate_option"
/* The option's value has the wrong type. */
#define PEERCERT_CODE_CONFIG_WRONG_TYPE "config.wrong_type"
/* The option's value is not one of those that it takes. */
#define PEERCERT_CODE_CONFIG_INVALID_VALUE "config.invalid_value"
/* An option that is needed is not given. */
#define PEERCERT_CODE_CONFIG_MISSING_OPTION "config.missing_option"
/* Two options exclude each other. */
#define PEERCERT_CODE_CONFIG_CONFLICTING_OPTIONS "config.conflicting_options"
/* No client-certificate mode has this name. */
#define PEERCERT_CODE_CONFIG_UNKNOWN_MODE "config.unknown_mode"
/* A mode that verifies is asked for and there is no CA to verify with. */
#define PEERCERT_CODE_CONFIG_MODE_WITHOUT_CA "config.mode_without_ca"
/* Client CAs are given and no mode that would ask for a certificate. */
#define PEERCERT_CODE_CONFIG_CA_WITHOUT_MODE "config.ca_without_mode"
/* A TLS version that is unknown or too old. */
#define PEERCERT_CODE_CONFIG_UNSUPPORTED_VERSION "config.unsupported_version"
/* The lowest TLS version is above the highest. */
#define PEERCERT_CODE_CONFIG_VERSION_RANGE "config.version_range"
/* A cipher, group, signature algorithm or protocol name that this TLS library does not know. */
#define PEERCERT_CODE_CONFIG_UNKNOWN_NAME "config.unknown_name"
/* The option belongs to a TLS library other than the one that is built in. */
#define PEERCERT_CODE_CONFIG_UNSUPPORTED_OPTION "config.unsupported_option"
/* A file that an option names does not exist. */
#define PEERCERT_CODE_CONFIG_FILE_NOT_FOUND "config.file_not_found"
/* A file that an option names cannot be read. */
#define PEERCERT_CODE_CONFIG_FILE_UNREADABLE "config.file_unreadable"
/* The server's certificate cannot be read. */
#define PEERCERT_CODE_CONFIG_BAD_CERTIFICATE "config.bad_certificate"
/* The server's private key cannot be read. */
#define PEERCERT_CODE_CONFIG_BAD_KEY "config.bad_key"
/* The private key is encrypted and no password is given. */
#define PEERCERT_CODE_CONFIG_MISSING_PASSWORD "config.missing_password"
/* The password does not open the private key. */
#define PEERCERT_CODE_CONFIG_WRONG_PASSWORD "config.wrong_password"
/* The private key does not belong to the certificate. */
#define PEERCERT_CODE_CONFIG_KEY_MISMATCH "config.key_mismatch"
/* A CA file holds no CA certificate. */
#define PEERCERT_CODE_CONFIG_NO_CA "config.no_ca"
/* A certificate revocation list cannot be used. */
#define PEERCERT_CODE_CONFIG_BAD_CRL "config.bad_crl"
/* The certificate or key is weaker than what is accepted. */
#define PEERCERT_CODE_CONFIG_WEAK_KEY "config.weak_key"
/* The application to serve does not import, or is none. */
#define PEERCERT_CODE_CONFIG_BAD_APPLICATION "config.bad_application"
/* A package or program that the command needs is not installed. */
#define PEERCERT_CODE_CONFIG_MISSING_PACKAGE "config.missing_package"
/* A rule that maps certificates to users is wrong; the message says in which line. */
#define PEERCERT_CODE_CONFIG_BAD_RULE "config.bad_rule"
/* A setting of another TLS interface that is not offered here; the message names the option. */
#define PEERCERT_CODE_CONFIG_NOT_OFFERED "config.not_offered"
/* The name of a virtual host is no host name, or has a wildcard where none works. */
#define PEERCERT_CODE_CONFIG_BAD_HOST_NAME "config.bad_host_name"
/* The option belongs to the whole server and not to one of its hosts. */
#define PEERCERT_CODE_CONFIG_SERVER_OPTION "config.server_option"
/* A session ticket key has neither 48 nor 80 bytes, or two share a name. */
#define PEERCERT_CODE_CONFIG_BAD_TICKET_KEY "config.bad_ticket_key"
/* The data is no certificate. */
#define PEERCERT_CODE_CERTIFICATE_UNREADABLE "certificate.unreadable"
/* The data is empty. */
#define PEERCERT_CODE_CERTIFICATE_EMPTY "certificate.empty"
/* The data is larger than what is read (1 MB). */
#define PEERCERT_CODE_CERTIFICATE_TOO_LARGE "certificate.too_large"
/* The bundle cannot be read. */
#define PEERCERT_CODE_CERTIFICATE_BAD_BUNDLE "certificate.bad_bundle"
/* The password does not open the bundle. */
#define PEERCERT_CODE_CERTIFICATE_WRONG_PASSWORD "certificate.wrong_password"
/* The private key cannot be read. */
#define PEERCERT_CODE_CERTIFICATE_BAD_KEY "certificate.bad_key"
/* The certificate request cannot be read or its signature is wrong. */
#define PEERCERT_CODE_CERTIFICATE_BAD_REQUEST "certificate.bad_request"
/* What should be issued cannot be: a name, date, usage or key is not possible. */
#define PEERCERT_CODE_CERTIFICATE_CANNOT_ISSUE "certificate.cannot_issue"
/* The bundle is encrypted and no password is given. */
#define PEERCERT_CODE_CERTIFICATE_MISSING_PASSWORD "certificate.missing_password"
/* The certificate cannot be said in the form that is asked for. */
#define PEERCERT_CODE_CERTIFICATE_NOT_EXPRESSIBLE "certificate.not_expressible"
/* The mode demands a certificate and the peer sent none. */
#define PEERCERT_CODE_PEER_NO_CERTIFICATE "peer.no_certificate"
/* The peer's certificate does not verify and the mode refuses that. */
#define PEERCERT_CODE_PEER_CERTIFICATE_REFUSED "peer.certificate_refused"
/* The peer's certificate message is larger than what is accepted (100 kB). */
#define PEERCERT_CODE_PEER_CERTIFICATE_TOO_LARGE "peer.certificate_too_large"
/* The peer's certificate has a key larger than what is accepted (RSA 16,384 bits). */
#define PEERCERT_CODE_PEER_KEY_TOO_LARGE "peer.key_too_large"
/* The peer's certificate cannot be read. */
#define PEERCERT_CODE_PEER_CERTIFICATE_UNREADABLE "peer.certificate_unreadable"
/* The certificate that a trusted proxy forwards cannot be read. */
#define PEERCERT_CODE_PEER_FORWARDED_UNREADABLE "peer.forwarded_unreadable"
/* What a trusted proxy forwards is larger than what is read (64 kB). */
#define PEERCERT_CODE_PEER_FORWARDED_TOO_LARGE "peer.forwarded_too_large"
/* What a trusted proxy forwards is there twice, or in two forms at once. */
#define PEERCERT_CODE_PEER_FORWARDED_AMBIGUOUS "peer.forwarded_ambiguous"
/* The peer spoke plain HTTP to the TLS port. */
#define PEERCERT_CODE_PEER_PLAIN_HTTP "peer.plain_http"
/* The peer did not speak TLS. */
#define PEERCERT_CODE_PEER_NOT_TLS "peer.not_tls"
/* The peer closed or reset the connection in the middle of something. */
#define PEERCERT_CODE_PEER_CLOSED "peer.closed"
/* The peer sent a fatal alert. */
#define PEERCERT_CODE_PEER_ALERT "peer.alert"
/* The peer and this server share no TLS version, cipher, group or signature algorithm. */
#define PEERCERT_CODE_PEER_NOTHING_SHARED "peer.nothing_shared"
/* The peer asked for a host that this server does not have, and strict_sni is on. */
#define PEERCERT_CODE_PEER_UNRECOGNIZED_NAME "peer.unrecognized_name"
/* The peer broke the TLS protocol. */
#define PEERCERT_CODE_PEER_PROTOCOL "peer.protocol"
/* A file or folder could not be read or written. */
#define PEERCERT_CODE_IO_FILE "io.file"
/* A file that would be written exists already; nothing is overwritten. */
#define PEERCERT_CODE_IO_FILE_EXISTS "io.file_exists"
/* The address to listen on is in use, or not one of this machine. */
#define PEERCERT_CODE_IO_ADDRESS "io.address"
/* The socket failed. */
#define PEERCERT_CODE_IO_SOCKET "io.socket"
/* The operation did not end in time. */
#define PEERCERT_CODE_IO_TIMEOUT "io.timeout"
/* The system has no thread to give. */
#define PEERCERT_CODE_IO_THREAD "io.thread"
/* A signal interrupted the operation; it may be called again. */
#define PEERCERT_CODE_IO_INTERRUPTED "io.interrupted"
/* The handshake has not ended yet. */
#define PEERCERT_CODE_STATE_HANDSHAKE_PENDING "state.handshake_pending"
/* The web server does not hand over its TLS connection. */
#define PEERCERT_CODE_STATE_NO_CONNECTION "state.no_connection"
/* The TLS library that is built in, or the peer, cannot do this. */
#define PEERCERT_CODE_STATE_UNSUPPORTED "state.unsupported"
/* The connection is closed. */
#define PEERCERT_CODE_STATE_CLOSED "state.closed"
/* A setting cannot change any more: connections have been made of it. */
#define PEERCERT_CODE_STATE_IN_USE "state.in_use"
/* Other bytes are still on their way; those have to be written again first. */
#define PEERCERT_CODE_STATE_WRITE_PENDING "state.write_pending"
/* A certificate has been asked for, and the client has not answered yet. */
#define PEERCERT_CODE_STATE_REQUEST_PENDING "state.request_pending"
/* More bytes came than the connection holds; read first. */
#define PEERCERT_CODE_STATE_INPUT_FULL "state.input_full"
/* An argument that is needed is NULL. */
#define PEERCERT_CODE_STATE_NULL_ARGUMENT "state.null_argument"
/* An argument is not what the call takes: text that is no UTF-8, a negative descriptor. */
#define PEERCERT_CODE_STATE_INVALID_ARGUMENT "state.invalid_argument"
/* A buffer has no room for what the call gives. */
#define PEERCERT_CODE_STATE_BUFFER_TOO_SMALL "state.buffer_too_small"
/* The connection owns no socket, or it owns one and moves its ciphertext itself. */
#define PEERCERT_CODE_STATE_WRONG_TRANSPORT "state.wrong_transport"
/* No dictionary has a key of this name. */
#define PEERCERT_CODE_STATE_UNKNOWN_KEY "state.unknown_key"
/* The value is of another kind than the call reads. */
#define PEERCERT_CODE_STATE_WRONG_KIND "state.wrong_kind"
/* The TLS library failed in a way that nobody outside can mend. */
#define PEERCERT_CODE_INTERNAL_TLS_LIBRARY "internal.tls_library"
/* A callback of peercert panicked; the connection was refused. */
#define PEERCERT_CODE_INTERNAL_PANIC "internal.panic"

#ifdef __cplusplus
extern "C" {
#endif

/* A dictionary, or a part of one. */
typedef struct peercert_value peercert_value;

/* A validated configuration, shared between threads. */
typedef struct peercert_acceptor peercert_acceptor;

/* TLS with one client. */
typedef struct peercert_connection peercert_connection;

/* What went wrong: who must act, a stable code, a sentence, context, and whoever was refused. */
typedef struct peercert_error peercert_error;

/* Which proxies are trusted, and in which form they tell. */
typedef struct peercert_forwarded peercert_forwarded;

/* Options by name, in the order in which they were set. */
typedef struct peercert_options peercert_options;

/* Who called: an immutable snapshot. */
typedef struct peercert_report peercert_report;

/* Rules, compiled. */
typedef struct peercert_rules peercert_rules;

/*
 * What is told of each handshake that fails, in the thread that drove it. `error` is the error that
 * the call itself gives, with the report on whoever was refused; it is alive until the callback
 * returns. `user_data` is what was given along with the callback. It decides nothing. It must not
 * call the connection, which would wait for itself, nor leave by longjmp() or a C++ exception.
 */
typedef void (*peercert_refusal_callback)(void *user_data,
                                          const peercert_error *error);

/*
 * What is told of each reload that a watch has made, in its thread. `error` is NULL when the new
 * contents are used, or says why they are not; it is alive until the callback returns. `user_data`
 * is what was given along with the callback. It may call the acceptor, and
 * peercert_acceptor_watch() and peercert_acceptor_free(), too; it must not leave by longjmp() or a
 * C++ exception.
 */
typedef void (*peercert_reload_callback)(void *user_data,
                                         const peercert_error *error);

/*
 * What is told each name and its value, in order, each name once. `name` and `value` are alive
 * until the callback returns. `value` is a text; with PEERCERT_FORMAT_ASGI it may be a whole
 * number, a list of texts, or NULL for what is not known. `user_data` is what was given along with
 * the callback. It may make any call, and must not leave by longjmp() or a C++ exception.
 */
typedef void (*peercert_export_callback)(void *user_data,
                                         const char *name,
                                         const peercert_value *value);

/* What this library is. */

/*
 * The versions of peercert and of the TLS library inside, such as `peercert 0.1.0, OpenSSL 3.0.19
 * 27 Jan 2026`.
 * Returns: a text, alive for ever.
 * Since: 0.1.0
 */
const char *peercert_version(void);

/*
 * The version of the library that is loaded, to be compared with `PEERCERT_VERSION_NUMBER`, that of
 * the header.
 * Returns: major version * 65536 + minor * 256 + patch.
 * Since: 0.1.0
 */
uint32_t peercert_version_number(void);

/*
 * Options, by name. Nothing is judged while they are set: the acceptor that is made of them tells
 * every problem at once, each with a code and the option's name. In names and in the words of modes
 * case, `_` and `-` do not count; the README explains them all (`PEERCERT_OPTION_...`). One thread
 * at a time uses an options object.
 */

/*
 * Makes an empty set of options.
 * Returns: the options; free them with peercert_options_free().
 * Since: 0.1.0
 */
peercert_options *peercert_options_new(void);

/*
 * Sets an option to a text: a path, a word, or a list of names with colons between them.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `value`: the text; it is copied.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set(peercert_options *options,
                         const char *name,
                         const char *value,
                         peercert_error **error);

/*
 * Sets an option to bytes: a certificate, a key, CAs.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `data`: the bytes; they are copied. NULL is allowed when there are none.
 * `len`: how many.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set_bytes(peercert_options *options,
                               const char *name,
                               const uint8_t *data,
                               size_t len,
                               peercert_error **error);

/*
 * Sets an option to a whole number.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `value`: the number.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set_integer(peercert_options *options,
                                 const char *name,
                                 int64_t value,
                                 peercert_error **error);

/*
 * Sets an option to a number with a fraction, such as seconds.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `value`: the number.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set_number(peercert_options *options,
                                const char *name,
                                double value,
                                peercert_error **error);

/*
 * Sets an option to true or false.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `value`: 0 is false, everything else true.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set_flag(peercert_options *options,
                              const char *name,
                              int value,
                              peercert_error **error);

/*
 * Sets an option to a list of names, or of paths in UTF-8.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `items`: an array of texts; they are copied. NULL is allowed when there are none.
 * `count`: how many.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set_list(peercert_options *options,
                              const char *name,
                              const char *const *items,
                              size_t count,
                              peercert_error **error);

/*
 * Sets an option to a list of byte strings, such as keys.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `items`: an array of byte strings; they are copied. NULL is allowed when there are none.
 * `lens`: an array of how many bytes each has.
 * `count`: how many byte strings.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set_bytes_list(peercert_options *options,
                                    const char *name,
                                    const uint8_t *const *items,
                                    const size_t *lens,
                                    size_t count,
                                    peercert_error **error);

/*
 * Sets an option to options of its own, by name: what is nested in one option. The option `hosts`
 * takes options whose names are those of the hosts, each set to options in turn.
 * `options`: what gets the option.
 * `name`: the option's name.
 * `nested`: the options inside; they are copied and remain yours.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_options_set_options(peercert_options *options,
                                 const char *name,
                                 const peercert_options *nested,
                                 peercert_error **error);

/*
 * Frees options; what was made of them does not need them.
 * `options`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_options_free(peercert_options *options);

/*
 * Acceptors: a validated configuration that connections are made of. All threads may share one;
 * only peercert_acceptor_on_refusal() and peercert_acceptor_free() want it for themselves.
 * Connections stay usable when the acceptor that they came from is freed. Its files may be read
 * anew: peercert_acceptor_reload().
 */

/*
 * Makes an acceptor. Certificates, keys and CAs are read now; files may be gone until they are read
 * anew.
 * `options`: they are copied and remain yours.
 * `acceptor`: receives the acceptor; free it with peercert_acceptor_free().
 * `error`: receives the error, or NULL. Several problems come at once: peercert_error_problem_at().
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: kind config; state.null_argument, internal.tls_library.
 * Since: 0.1.0
 */
int peercert_acceptor_new(const peercert_options *options,
                          peercert_acceptor **acceptor,
                          peercert_error **error);

/*
 * Sets what is told of each handshake that fails, whichever call drives it; time-outs are told to
 * the caller alone. Set it before threads share the acceptor; connections made before do not have
 * it.
 * `acceptor`: what gets the callback.
 * `callback`: what is called, in any thread that drives a handshake; NULL for nothing.
 * `user_data`: handed to the callback as it is, possibly by several threads at once. It has to live
 * until the acceptor and every connection that was made of it meanwhile are freed.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument.
 * Since: 0.1.0
 */
int peercert_acceptor_on_refusal(peercert_acceptor *acceptor,
                                 peercert_refusal_callback callback,
                                 void *user_data,
                                 peercert_error **error);

/*
 * The client-certificate mode by its name (`PEERCERT_MODE_...`), as the files were read last; of
 * the server itself, where there are virtual hosts.
 * `acceptor`: NULL gives NULL.
 * Returns: a text, alive for ever.
 * Since: 0.1.0
 */
const char *peercert_acceptor_mode(const peercert_acceptor *acceptor);

/*
 * How long a handshake may take where peercert waits for it, in milliseconds (the option
 * `handshake_timeout`).
 * `acceptor`: NULL gives 0.
 * Returns: milliseconds.
 * Since: 0.1.0
 */
int64_t peercert_acceptor_handshake_timeout(const peercert_acceptor *acceptor);

/*
 * What is odd about the configuration, though it does not prevent it: sentences for whoever runs
 * the server, as the files were read last.
 * `acceptor`: the acceptor.
 * `warnings`: receives a list of texts, which no reload changes; free it with
 * peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument.
 * Since: 0.1.0
 */
int peercert_acceptor_warnings(const peercert_acceptor *acceptor,
                               peercert_value **warnings,
                               peercert_error **error);

/*
 * What has become of the handshakes since the acceptor was made, reloads or not: the dictionary
 * `counters`.
 * `acceptor`: the acceptor.
 * `counters`: receives the dictionary; free it with peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument.
 * Since: 0.1.0
 */
int peercert_acceptor_counters(const peercert_acceptor *acceptor,
                               peercert_value **counters,
                               peercert_error **error);

/*
 * Makes a connection without a socket (sans-I/O): bytes from the client go in by
 * peercert_connection_feed(), bytes for it come out by peercert_connection_take(). How long a
 * client may take is for the program to say.
 * `acceptor`: what the connection is made of.
 * `connection`: receives the connection; free it with peercert_connection_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, internal.tls_library.
 * Since: 0.1.0
 */
int peercert_acceptor_connection(const peercert_acceptor *acceptor,
                                 peercert_connection **connection,
                                 peercert_error **error);

/*
 * Makes a connection over the descriptor of a connected stream socket, before its handshake. Calls
 * wait as peercert_connection_set_deadline() says; in the beginning they wait for ever, the
 * handshake, too: the option `handshake_timeout` is for peercert_acceptor_accept(). Whether the
 * descriptor itself is blocking does not matter.
 * `acceptor`: what the connection is made of.
 * `fd`: the descriptor; it remains yours, to be closed after the connection is freed.
 * `connection`: receives the connection; free it with peercert_connection_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument, state.invalid_argument, internal.tls_library.
 * Since: 0.1.0
 */
int peercert_acceptor_wrap(const peercert_acceptor *acceptor,
                           int fd,
                           peercert_connection **connection,
                           peercert_error **error);

/*
 * Makes a connection over the descriptor of a connected stream socket and does its handshake,
 * within the time of the option `handshake_timeout`. A client that is refused gets its alert, and
 * half a second to read it. Later calls wait for ever, until peercert_connection_set_deadline()
 * says otherwise.
 * `acceptor`: what the connection is made of.
 * `fd`: the descriptor; it remains yours, to be closed after the connection is freed, or when the
 * call fails.
 * `connection`: receives the connection; free it with peercert_connection_free().
 * `error`: receives the error, or NULL. One of kind peer may have a report:
 * peercert_error_report().
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: kind peer; io.timeout, io.socket, state.null_argument, state.invalid_argument,
 * internal.tls_library.
 * Since: 0.1.0
 */
int peercert_acceptor_accept(const peercert_acceptor *acceptor,
                             int fd,
                             peercert_connection **connection,
                             peercert_error **error);

/*
 * Frees an acceptor. Connections that were made of it live on. A watch ends; when this returns, its
 * callback is not running in another thread.
 * `acceptor`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_acceptor_free(peercert_acceptor *acceptor);

/*
 * Reloading: an acceptor reads its files anew, when it is told to or by itself. Connections that
 * are made afterwards are of the new contents; those that are there go on as they are, and sessions
 * are resumed where the policy of their host is the same. A file that cannot be used changes
 * nothing: what was there before is still used, and the error tells every problem. Any thread may
 * make these calls while others use the acceptor, but only one at a time peercert_acceptor_watch().
 * A watch is a thread, which fork() does not copy: a server that forks calls it in each process,
 * and not before.
 */

/*
 * Reads every file anew, and uses them from now on. Several calls at once are carried out one after
 * the other.
 * `acceptor`: what reads its files; other threads may use it meanwhile.
 * `error`: receives the error, or NULL. Several problems come at once: peercert_error_problem_at().
 * Returns: PEERCERT_OK, or PEERCERT_ERROR; then what was there before is still used.
 * Errors: kind config; state.null_argument, internal.tls_library.
 * Since: 0.1.0
 */
int peercert_acceptor_reload(peercert_acceptor *acceptor,
                             peercert_error **error);

/*
 * Reloads by itself when a file has been replaced: written, renamed over, or a link pointed
 * elsewhere. A thread of its own looks at intervals, until this is called again or the acceptor is
 * freed. A call ends what the one before has begun, also when it fails, but for errors of kind
 * state.
 * `acceptor`: what watches its files; other threads may use it meanwhile, but not for this call.
 * `seconds`: the interval, up to a day (86,400); 0 for no watch any more.
 * `callback`: what is told of each reload, in the thread that watches; NULL for nothing.
 * `user_data`: handed to the callback as it is. It has to live until this is called again or the
 * acceptor is freed: either waits for a call of the callback that is going on in another thread,
 * and no further one begins.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: config.invalid_value, io.thread, state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_acceptor_watch(peercert_acceptor *acceptor,
                            double seconds,
                            peercert_reload_callback callback,
                            void *user_data,
                            peercert_error **error);

/*
 * Why the last reload failed, whoever made it. While one is going on it waits for that.
 * `acceptor`: NULL gives NULL.
 * Returns: an error; free it with peercert_error_free(). NULL when the last reload did not fail, or
 * there was none.
 * Since: 0.1.0
 */
peercert_error *peercert_acceptor_reload_error(const peercert_acceptor *acceptor);

/*
 * Connections: TLS with one client, either without a socket (sans-I/O:
 * peercert_acceptor_connection()) or over a descriptor (peercert_acceptor_wrap(),
 * peercert_acceptor_accept()). The calls are the same; one that cannot go on gives
 * PEERCERT_WANT_READ or PEERCERT_WANT_WRITE and is called again with the same arguments. Over a
 * descriptor that comes only when the deadline is 0, and from closing. After an error of kind peer
 * or io the connection stays callable: what is left to take is the alert, and the same error comes
 * back. One thread at a time uses a connection; over a descriptor one may read while another
 * writes.
 */

/*
 * Takes in bytes from the client, as many as arrived. After the connection has failed they are
 * thrown away. Sans-I/O only.
 * `connection`: the connection.
 * `data`: the bytes; they are copied. NULL is allowed when there are none.
 * `len`: how many; no more than 262,144 may wait to be read.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR; then none of the bytes was taken.
 * Errors: state.input_full, state.wrong_transport, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_feed(peercert_connection *connection,
                             const uint8_t *data,
                             size_t len,
                             peercert_error **error);

/*
 * Says that the client sends no more: its end of the socket is shut or reset. Sans-I/O only.
 * `connection`: the connection.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.wrong_transport, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_feed_eof(peercert_connection *connection,
                                 peercert_error **error);

/*
 * How many bytes of ciphertext the next step needs: never more than one TLS record, so that who
 * reads just these from a socket leaves there what follows. Feeding more is allowed.
 * `connection`: NULL gives 0.
 * Returns: a number of bytes, at least 1.
 * Since: 0.1.0
 */
size_t peercert_connection_wants(const peercert_connection *connection);

/*
 * Takes bytes that have to go to the client. Call it after every other call, until it gives none:
 * what is left waits for the next call. Sans-I/O only.
 * `connection`: the connection.
 * `buffer`: receives the bytes.
 * `size`: the room in the buffer, at least 1.
 * `count`: receives how many bytes were written to the buffer; 0 when there are none.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.buffer_too_small, state.wrong_transport, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_take(peercert_connection *connection,
                             uint8_t *buffer,
                             size_t size,
                             size_t *count,
                             peercert_error **error);

/*
 * Tells whether bytes wait to be taken for the client.
 * `connection`: NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_connection_has_output(const peercert_connection *connection);

/*
 * Says until when the calls that follow may wait, all of them together. Who wants each call to have
 * its own time says it before each. Over a descriptor only.
 * `connection`: the connection.
 * `milliseconds`: from now on; 0: calls do not wait but give PEERCERT_WANT_READ or
 * PEERCERT_WANT_WRITE; negative: they wait for ever.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.wrong_transport, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_set_deadline(peercert_connection *connection,
                                     int64_t milliseconds,
                                     peercert_error **error);

/*
 * Advances the handshake. Over a descriptor a client that is refused gets half a second to read its
 * alert, unless the deadline is 0; sans-I/O, take the alert and send it before you close.
 * `connection`: the connection.
 * `error`: receives the error, or NULL. One of kind peer may have a report:
 * peercert_error_report().
 * Returns: PEERCERT_OK when it is done (again and again), PEERCERT_WANT_READ, PEERCERT_WANT_WRITE,
 * or PEERCERT_ERROR.
 * Errors: kind peer; io.timeout, io.socket, io.interrupted (a signal came; call again),
 * state.closed, state.null_argument, internal.tls_library.
 * Since: 0.1.0
 */
int peercert_connection_handshake(peercert_connection *connection,
                                  peercert_error **error);

/*
 * Asks the client for its certificate though the handshake has ended: TLS 1.3 on OpenSSL, under the
 * mode client_cert_later. Over a descriptor it waits for the answer, as long as the deadline and
 * the option handshake_timeout allow; sans-I/O, take and send the request. Whenever it does not
 * give PEERCERT_OK, go on with peercert_connection_handshake(); when that gives PEERCERT_OK, the
 * answer is in and a new report has replaced the old one, which stays as it was with who holds it.
 * What the client sends before its answer stays readable, and reading takes the answer, too. One
 * thread at a time asks or reads.
 * `connection`: the connection, its handshake ended.
 * `error`: receives the error, or NULL. One of kind peer may have a report:
 * peercert_error_report().
 * Returns: PEERCERT_OK, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE, or PEERCERT_ERROR.
 * Errors: state.unsupported (AWS-LC, TLS 1.2, or a client that does not offer to answer; the
 * connection goes on), config.missing_option (client_cert_later), state.request_pending,
 * state.handshake_pending, state.closed, state.null_argument; those of
 * peercert_connection_handshake(), state.input_full (read first what the client sends).
 * Since: 0.1.0
 */
int peercert_connection_request_certificate(peercert_connection *connection,
                                            peercert_error **error);

/*
 * Reads plaintext, from one TLS record at most.
 * `connection`: the connection.
 * `buffer`: receives the plaintext.
 * `size`: the room in the buffer, at least 1; a record holds up to 16,384 bytes.
 * `count`: receives how many bytes were read; 0 when the client has ended the connection properly
 * (close_notify). An end without it is the error peer.closed.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE (sans-I/O: more than 262,144 bytes
 * wait to be taken), or PEERCERT_ERROR.
 * Errors: kind peer; io.timeout, io.socket, io.interrupted, state.handshake_pending, state.closed,
 * state.buffer_too_small, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_read(peercert_connection *connection,
                             uint8_t *buffer,
                             size_t size,
                             size_t *count,
                             peercert_error **error);

/*
 * Writes plaintext, perhaps only the beginning of it: call again with the rest. Over a descriptor,
 * after PEERCERT_WANT_WRITE, io.timeout or io.interrupted the same bytes have to be written again,
 * at the same or another address, before any others.
 * `connection`: the connection.
 * `data`: the plaintext. NULL is allowed when there is none.
 * `len`: how many bytes.
 * `count`: receives how many bytes were taken.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE (sans-I/O: more than 262,144 bytes
 * wait to be taken), or PEERCERT_ERROR.
 * Errors: kind peer; io.timeout, io.socket, io.interrupted, state.handshake_pending, state.closed,
 * state.write_pending, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_write(peercert_connection *connection,
                              const uint8_t *data,
                              size_t len,
                              size_t *count,
                              peercert_error **error);

/*
 * How many bytes of plaintext can be read without more bytes from the client. Who waits for the
 * descriptor before reading asks this first.
 * `connection`: NULL gives 0.
 * Returns: a number of bytes.
 * Since: 0.1.0
 */
size_t peercert_connection_pending(const peercert_connection *connection);

/*
 * Says goodbye (close_notify); nothing can be written or read afterwards. Before the handshake has
 * ended there is nobody to say it to, and the connection is closed. Over a descriptor the first
 * call waits until the goodbye is sent, and for nothing else: PEERCERT_WANT_READ then says that the
 * client has not said goodbye itself. Who does not care for that is done; who does calls again.
 * `connection`: the connection.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK when both sides have said goodbye, PEERCERT_WANT_READ, PEERCERT_WANT_WRITE,
 * or PEERCERT_ERROR.
 * Errors: kind peer; io.timeout, io.socket, io.interrupted, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_close(peercert_connection *connection,
                              peercert_error **error);

/*
 * Frees a connection. Over a descriptor nothing more is sent, and the descriptor stays open.
 * `connection`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_connection_free(peercert_connection *connection);

/*
 * The client of a connection: who it is, what was negotiated with it, and which requests of its
 * belong here. The handshake has to have ended.
 */

/*
 * Who the client is: the dictionary `clientcert`, of its certificate and the verdict on it.
 * `connection`: the connection, its handshake ended.
 * `clientcert`: receives the dictionary, which outlives the connection; free it with
 * peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.handshake_pending, state.closed, state.null_argument; the error of a failed
 * handshake.
 * Since: 0.1.0
 */
int peercert_connection_clientcert(const peercert_connection *connection,
                                   peercert_value **clientcert,
                                   peercert_error **error);

/*
 * Who the client is by rules: the dictionary `identity`, as peercert_rules_identify() gives it.
 * `connection`: the connection.
 * `rules`: the rules.
 * `identity`: receives the dictionary, which outlives the connection; free it with
 * peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.handshake_pending, state.null_argument.
 * Since: 0.1.0
 */
int peercert_connection_identity(const peercert_connection *connection,
                                 const peercert_rules *rules,
                                 peercert_value **identity,
                                 peercert_error **error);

/*
 * The report on the client, without building its dictionary.
 * `connection`: the connection, its handshake ended.
 * `report`: receives the report, which belongs to the connection and is freed with it.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.handshake_pending, state.closed, state.null_argument; the error of a failed
 * handshake.
 * Since: 0.1.0
 */
int peercert_connection_report(const peercert_connection *connection,
                               const peercert_report **report,
                               peercert_error **error);

/*
 * The connection itself: the dictionary `details`, of TLS version, cipher, server name and the
 * like.
 * `connection`: the connection, its handshake ended.
 * `details`: receives the dictionary, which outlives the connection; free it with
 * peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.handshake_pending, state.closed, state.null_argument; the error of a failed
 * handshake.
 * Since: 0.1.0
 */
int peercert_connection_details(const peercert_connection *connection,
                                peercert_value **details,
                                peercert_error **error);

/*
 * Tells whether the host that a request names admits the same clients as the one that the
 * connection was made for. Where it does not, the request belongs on another connection: answer 421
 * Misdirected Request (RFC 9110, 15.5.20). Beside virtual hosts, a host in an odd spelling
 * (percent-encoded, with a user name, with a comma) is served nowhere: programs read it in
 * different ways.
 * `connection`: the connection, its handshake ended; NULL gives 0.
 * `authority`: the request's `Host` or `:authority`, with its port if it has one; NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_connection_serves(const peercert_connection *connection,
                               const char *authority);

/*
 * Exports keying material for channel bindings and the like (RFC 5705).
 * `connection`: the connection, its handshake ended.
 * `label`: the label, such as `EXPORTER-Channel-Binding`; there is no context.
 * `buffer`: receives the material.
 * `size`: how many bytes are wanted, at least 1.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.handshake_pending, state.closed, state.buffer_too_small, state.null_argument,
 * state.invalid_argument, internal.tls_library; the error of a failed handshake.
 * Since: 0.1.0
 */
int peercert_connection_export_keying_material(const peercert_connection *connection,
                                               const char *label,
                                               uint8_t *buffer,
                                               size_t size,
                                               peercert_error **error);

/*
 * Reports: who called, as the handshake has shown it. A report never changes, and several threads
 * may read it at once. One that a connection or an error lends is freed with that.
 */

/*
 * Makes the report on the client of a host that ends TLS itself (nginx, HAProxy, lighttpd, Apache),
 * of the certificate that it exposes and its verdict in its own words; `source` is `host`. What is
 * not understood is not verified. The certificate's dates are looked at again.
 * `data`: the certificate, PEM or DER.
 * `len`: how many bytes, at most 1 MB; 0 for no certificate, whatever the verdict.
 * `verdict`: nginx's `SUCCESS`, `NONE` and `FAILED:reason`, HAProxy's number in decimals,
 * lighttpd's and Apache's words, OpenSSL's names and sentences; NULL for a host that says nothing.
 * `report`: receives the report; free it with peercert_report_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: kind certificate; state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_report_new(const uint8_t *data,
                        size_t len,
                        const char *verdict,
                        peercert_report **report,
                        peercert_error **error);

/*
 * Tells whether the client sent a certificate.
 * `report`: NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_report_present(const peercert_report *report);

/*
 * Tells whether the client sent a certificate, its chain verified for TLS client authentication,
 * and that held when this handshake ended.
 * `report`: NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_report_verified(const peercert_report *report);

/*
 * `OK`, `ABSENT`, or the name of the first error (OpenSSL's X509_V_ERR name without that prefix).
 * `report`: NULL gives NULL.
 * Returns: a text, alive as long as the report.
 * Since: 0.1.0
 */
const char *peercert_report_verifycode(const peercert_report *report);

/*
 * `ok`, `absent`, or the first error as a sentence in OpenSSL 3's wording.
 * `report`: NULL gives NULL.
 * Returns: a text, alive as long as the report.
 * Since: 0.1.0
 */
const char *peercert_report_verifyresult(const peercert_report *report);

/*
 * The dictionary `clientcert`, of the certificate and the verdict on it.
 * `report`: the report.
 * `clientcert`: receives the dictionary, which outlives the report; free it with
 * peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument.
 * Since: 0.1.0
 */
int peercert_report_clientcert(const peercert_report *report,
                               peercert_value **clientcert,
                               peercert_error **error);

/*
 * The client's certificate as DER.
 * `report`: NULL gives NULL.
 * `len`: receives the number of bytes, or NULL.
 * Returns: the bytes, alive as long as the report; NULL without a certificate.
 * Since: 0.1.0
 */
const uint8_t *peercert_report_der(const peercert_report *report,
                                   size_t *len);

/*
 * How many certificates the client sent: 0 without one, and on a resumed connection, where nothing
 * is sent.
 * `report`: NULL gives 0.
 * Returns: the length of the chain.
 * Since: 0.1.0
 */
size_t peercert_report_chain_len(const peercert_report *report);

/*
 * One certificate of the chain as the client sent it, as DER.
 * `report`: NULL gives NULL.
 * `index`: 0 is the leaf.
 * `len`: receives the number of bytes, or NULL.
 * Returns: the bytes, alive as long as the report; NULL past the last.
 * Since: 0.1.0
 */
const uint8_t *peercert_report_chain_at(const peercert_report *report,
                                        size_t index,
                                        size_t *len);

/*
 * Frees a report that a call made for you; one that a connection or an error lends is freed with
 * that.
 * `report`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_report_free(peercert_report *report);

#ifdef PEERCERT_OPENSSL

/* Reports on connections of the program's own libssl. */

/*
 * Makes the report on the client of a connection that this program ends itself with the system's
 * libssl: its certificate, and the verdict of that library; `source` is `host`. It is verified only
 * when a CA of the connection's SSL_CTX vouches for it as well, now, whatever a callback of the
 * program's has said. OpenSSL keeps the last error of a chain, not the first; of a resumed session
 * it keeps no intermediates, so that there the SSL_CTX has to know them. Only in the build that
 * shares the system's libssl with the program.
 * `ssl`: an `SSL *` of the server's side, its handshake ended; it is only read, and remains yours.
 * `report`: receives the report; free it with peercert_report_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.handshake_pending, state.invalid_argument (a client's connection),
 * state.null_argument, peer.certificate_unreadable, internal.tls_library.
 * Since: 0.1.0
 */
int peercert_report_new_from_ssl(const void *ssl,
                                 peercert_report **report,
                                 peercert_error **error);

#endif

/*
 * Rules that map certificates to users, in order: the first that matches counts. They never change,
 * and several threads may use them at once. The README explains how they are written.
 */

/*
 * Makes rules of a text as a file has it: one rule in a line. Every problem is told at once.
 * `text`: the rules, UTF-8; data, never a path.
 * `len`: how many bytes.
 * `rules`: receives the rules; free them with peercert_rules_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: config.bad_rule, each problem with the context `line`; state.null_argument,
 * state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_rules_new(const uint8_t *text,
                       size_t len,
                       peercert_rules **rules,
                       peercert_error **error);

/*
 * Makes rules of a file.
 * `file`: the file's name.
 * `rules`: receives the rules; free them with peercert_rules_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: config.bad_rule, each problem with the context `path` and `line`; config.file_not_found,
 * config.file_unreadable; state.null_argument.
 * Since: 0.1.0
 */
int peercert_rules_file(const char *file,
                        peercert_rules **rules,
                        peercert_error **error);

/*
 * How many rules there are.
 * `rules`: NULL gives 0.
 * Returns: the number, at least 1.
 * Since: 0.1.0
 */
size_t peercert_rules_len(const peercert_rules *rules);

/*
 * Who a caller is: the dictionary `identity`.
 * `rules`: the rules.
 * `report`: the report on the caller.
 * `identity`: receives the dictionary; free it with peercert_value_free(). That the caller is
 * nobody is no error: `identified` is false then, and `reason` says why.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument.
 * Since: 0.1.0
 */
int peercert_rules_identify(const peercert_rules *rules,
                            const peercert_report *report,
                            peercert_value **identity,
                            peercert_error **error);

/*
 * What comes of every rule for a caller: the dictionary `explanation`, for whoever writes rules.
 * `rules`: the rules.
 * `report`: the report on the caller.
 * `explanation`: receives the dictionary; free it with peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.null_argument.
 * Since: 0.1.0
 */
int peercert_rules_explain(const peercert_rules *rules,
                           const peercert_report *report,
                           peercert_value **explanation,
                           peercert_error **error);

/*
 * Frees rules.
 * `rules`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_rules_free(peercert_rules *rules);

/*
 * A caller under the names that applications already read: those of mod_ssl, nginx, CGI, proxies
 * and ASGI (`PEERCERT_FORMAT_...`). docs/names.md has them all, and who has none of them.
 */

/*
 * Exports the client of a connection, which fills in what was negotiated.
 * `connection`: the connection, its handshake ended.
 * `format`: whose names (`PEERCERT_FORMAT_...`).
 * `details`: what only the program knows (PEERCERT_DETAIL_USER, PEERCERT_DETAIL_PINNED,
 * PEERCERT_DETAIL_GENEROUS); they are copied and remain yours. NULL for none.
 * `callback`: what is told the names; when the call fails, it has been told none.
 * `user_data`: handed to the callback as it is.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.invalid_argument (an unknown format, a user with control characters),
 * certificate.not_expressible (PEERCERT_FORMAT_BASICAUTH of a subject with a colon), kind config
 * (the details); state.handshake_pending, state.closed, state.null_argument; the error of a failed
 * handshake.
 * Since: 0.1.0
 */
int peercert_connection_export(const peercert_connection *connection,
                               const char *format,
                               const peercert_options *details,
                               peercert_export_callback callback,
                               void *user_data,
                               peercert_error **error);

/*
 * Exports the client of a report, whoever saw it.
 * `report`: the report.
 * `format`: whose names (`PEERCERT_FORMAT_...`).
 * `details`: what is known of the connection (`PEERCERT_DETAIL_...`); they are copied and remain
 * yours. What is not given has no name. NULL for none.
 * `callback`: what is told the names; when the call fails, it has been told none.
 * `user_data`: handed to the callback as it is.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.invalid_argument (an unknown format, a user with control characters),
 * certificate.not_expressible (PEERCERT_FORMAT_BASICAUTH of a subject with a colon), kind config or
 * certificate (the details); state.null_argument.
 * Since: 0.1.0
 */
int peercert_report_export(const peercert_report *report,
                           const char *format,
                           const peercert_options *details,
                           peercert_export_callback callback,
                           void *user_data,
                           peercert_error **error);

/*
 * Tells whether the value of a request's `Authorization` passes for one of
 * PEERCERT_FORMAT_BASICAUTH: a user that starts with `/` and the password `password`. From a client
 * it is an attempt to be somebody else: drop it.
 * `authorization`: the value; NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_is_fake_basic_auth(const char *authorization);

/*
 * Callers whom a trusted proxy has seen, and forwards in headers (`PEERCERT_OPTION_FORWARDED_...`).
 * The same headers from anybody else say nothing: take all of them from a request before an
 * application sees it, whoever has sent it. What is made never changes, and several threads may use
 * it at once.
 */

/*
 * Makes it of the options of each trusted proxy. Every problem is told at once.
 * `proxies`: an array of options; they are copied and remain yours. NULL is allowed when there are
 * none: nobody is trusted then, and headers are only found.
 * `count`: how many.
 * `forwarded`: receives the object; free it with peercert_forwarded_free().
 * `error`: receives the error, or NULL. Several problems come at once: peercert_error_problem_at().
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: kind config; state.null_argument.
 * Since: 0.1.0
 */
int peercert_forwarded_new(const peercert_options *const *proxies,
                           size_t count,
                           peercert_forwarded **forwarded,
                           peercert_error **error);

/*
 * Reads what a request tells of its client, if a trusted proxy has sent it; `source` is
 * `forwarded`.
 * `forwarded`: the object.
 * `sender`: who is at the other end of the socket, never what a header says: an IP address, `unix`
 * for a Unix socket; NULL or empty when it is not known.
 * `names`: an array of the names of all headers of the request, as they were sent: `Client_Cert` is
 * not the header of a proxy that writes `Client-Cert`, and refused.
 * `values`: an array of their values.
 * `lens`: an array of how many bytes each value has.
 * `count`: how many headers. With none, the arrays may be NULL.
 * `report`: receives the report; free it with peercert_report_free(). NULL when the request comes
 * from no trusted proxy, so that nobody is known.
 * `error`: receives the error, or NULL. The request has to be refused then (400).
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: peer.forwarded_unreadable, peer.forwarded_ambiguous, peer.forwarded_too_large;
 * state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_forwarded_read(const peercert_forwarded *forwarded,
                            const char *sender,
                            const char *const *names,
                            const uint8_t *const *values,
                            const size_t *lens,
                            size_t count,
                            peercert_report **report,
                            peercert_error **error);

/*
 * Tells whether the header of this name says who a client is, in whatever spelling: only a trusted
 * proxy may send it, and no application may see it.
 * `forwarded`: the object; NULL is one without proxies.
 * `name`: the header's name; NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_forwarded_claims(const peercert_forwarded *forwarded,
                              const char *name);

/*
 * The same of a variable of CGI, FastCGI and the like: `HTTP_` and the header's name.
 * `forwarded`: the object; NULL is one without proxies.
 * `name`: the variable's name; NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_forwarded_claims_variable(const peercert_forwarded *forwarded,
                                       const char *name);

/*
 * Frees it; reports that it gave do not need it.
 * `forwarded`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_forwarded_free(peercert_forwarded *forwarded);

/*
 * Values: a dictionary as a tree. What peercert_value_free() takes is a whole tree; the values that
 * peercert_value_get() and peercert_value_at() lend belong to it and are freed with it. A value
 * never changes, and several threads may read it at once. All calls take NULL for a value that is
 * not there, so that they can be chained. Keys are `PEERCERT_KEY_...`.
 */

/*
 * The kind of a value: PEERCERT_FLAG, PEERCERT_INTEGER, PEERCERT_TEXT, PEERCERT_LIST or
 * PEERCERT_DICT.
 * `value`: NULL gives 0.
 * Returns: the kind.
 * Since: 0.1.0
 */
int peercert_value_kind(const peercert_value *value);

/*
 * The value under a key of a dictionary.
 * `value`: the dictionary; NULL gives NULL.
 * `key`: the key (`PEERCERT_KEY_...`).
 * `error`: receives the error, or NULL.
 * Returns: a value that belongs to the tree; NULL, and no error, when this dictionary does not have
 * the key, as many have only some; NULL with an error when no dictionary can.
 * Errors: state.unknown_key, state.wrong_kind, state.null_argument, state.invalid_argument (the
 * key).
 * Since: 0.1.0
 */
const peercert_value *peercert_value_get(const peercert_value *value,
                                         const char *key,
                                         peercert_error **error);

/*
 * How many elements a list has, keys a dictionary, bytes a text.
 * `value`: NULL gives 0, as do flags and numbers.
 * Returns: the length.
 * Since: 0.1.0
 */
size_t peercert_value_len(const peercert_value *value);

/*
 * An element of a list, or the value at a place of a dictionary.
 * `value`: the list or dictionary; NULL gives NULL.
 * `index`: from 0.
 * Returns: a value that belongs to the tree; NULL past the last, and for what has no elements.
 * Since: 0.1.0
 */
const peercert_value *peercert_value_at(const peercert_value *value,
                                        size_t index);

/*
 * The key at a place of a dictionary.
 * `value`: the dictionary; NULL gives NULL.
 * `index`: from 0.
 * Returns: a text, alive for ever; NULL past the last, and for what is no dictionary.
 * Since: 0.1.0
 */
const char *peercert_value_key_at(const peercert_value *value,
                                  size_t index);

/*
 * The text, in UTF-8. It has no NUL inside: such a byte in a certificate is shown as `\00`.
 * peercert_value_len() is its length.
 * `value`: NULL gives NULL.
 * Returns: a text that belongs to the tree; NULL when the value is of another kind.
 * Since: 0.1.0
 */
const char *peercert_value_text(const peercert_value *value);

/*
 * The whole number.
 * `value`: the value; NULL is state.null_argument.
 * `integer`: receives the number.
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: state.wrong_kind, state.null_argument.
 * Since: 0.1.0
 */
int peercert_value_integer(const peercert_value *value,
                           int64_t *integer,
                           peercert_error **error);

/*
 * Tells whether the value is the flag true: what is absent or of another kind is not.
 * `value`: NULL gives 0.
 * Returns: 1 or 0.
 * Since: 0.1.0
 */
int peercert_value_flag(const peercert_value *value);

/*
 * The value, with all that is in it, as JSON text (RFC 8259), keys in order.
 * `value`: NULL gives NULL.
 * `len`: receives the number of bytes without the NUL, or NULL.
 * Returns: a text in UTF-8; free it with peercert_string_free().
 * Since: 0.1.0
 */
char *peercert_value_json(const peercert_value *value,
                          size_t *len);

/*
 * Frees a text of peercert_value_json().
 * `string`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_string_free(char *string);

/*
 * Frees a value with all that is in it. What peercert_value_get() and peercert_value_at() lend is
 * not for this.
 * `value`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_value_free(peercert_value *value);

/*
 * Certificates without a connection. Data is data and never a path: a header's value cannot become
 * the reading of a file.
 */

/*
 * Reads one certificate, PEM (the first of several) or DER, told by content: the dictionary
 * `certinfo`.
 * `data`: the certificate.
 * `len`: how many bytes, at most 1 MB.
 * `certinfo`: receives the dictionary; free it with peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: kind certificate; state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_certinfo(const uint8_t *data,
                      size_t len,
                      peercert_value **certinfo,
                      peercert_error **error);

/*
 * Reads one certificate from a file, PEM (the first of several) or DER.
 * `path`: the file's name.
 * `certinfo`: receives the dictionary; free it with peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: io.file, kind certificate; state.null_argument.
 * Since: 0.1.0
 */
int peercert_certinfo_file(const char *path,
                           peercert_value **certinfo,
                           peercert_error **error);

/*
 * Reads all certificates of a bundle: PEM with several, PKCS#7, or PKCS#12 with its password. For
 * files of an operator's, not for what a peer sends.
 * `data`: the bundle.
 * `len`: how many bytes, at most 1 MB.
 * `password`: opens a PKCS#12; NULL for none.
 * `certinfos`: receives a list of dictionaries; free it with peercert_value_free().
 * `error`: receives the error, or NULL.
 * Returns: PEERCERT_OK, or PEERCERT_ERROR.
 * Errors: kind certificate; state.null_argument, state.invalid_argument.
 * Since: 0.1.0
 */
int peercert_certinfos(const uint8_t *data,
                       size_t len,
                       const char *password,
                       peercert_value **certinfos,
                       peercert_error **error);

/*
 * Errors. A call that takes a `peercert_error **` stores one there when it fails, for you to read
 * and to free; NULL says that you do not care. An error does not depend on what it came from: it
 * may be kept and read after that is freed, from several threads at once.
 */

/*
 * Who must act: `config`, `certificate`, `peer`, `io`, `state` or `internal`
 * (`PEERCERT_ERROR_KIND_...`).
 * `error`: NULL gives NULL.
 * Returns: a text, alive as long as the error.
 * Since: 0.1.0
 */
const char *peercert_error_kind(const peercert_error *error);

/*
 * The stable code, of the form `area.problem` (`PEERCERT_CODE_...`).
 * `error`: NULL gives NULL.
 * Returns: a text, alive as long as the error.
 * Since: 0.1.0
 */
const char *peercert_error_code(const peercert_error *error);

/*
 * The sentence: what is wrong, where, what to do. Control characters in it are escaped, so that it
 * can be written to a log as it is; it never holds key material.
 * `error`: NULL gives NULL.
 * Returns: a text, alive as long as the error.
 * Since: 0.1.0
 */
const char *peercert_error_message(const peercert_error *error);

/*
 * A piece of context by its name: `option`, `path`, `alert`, `depth`, `verifycode`, `argument` and
 * the like.
 * `error`: NULL gives NULL.
 * `name`: the piece's name.
 * Returns: a text, alive as long as the error; NULL when it has no such context.
 * Since: 0.1.0
 */
const char *peercert_error_context(const peercert_error *error,
                                   const char *name);

/*
 * How many problems of a configuration the error holds: 0 when it is one by itself.
 * `error`: NULL gives 0.
 * Returns: the number of problems.
 * Since: 0.1.0
 */
size_t peercert_error_problem_len(const peercert_error *error);

/*
 * One problem of a configuration, an error of its own.
 * `error`: NULL gives NULL.
 * `index`: from 0.
 * Returns: an error that belongs to `error` and is freed with it; NULL past the last.
 * Since: 0.1.0
 */
const peercert_error *peercert_error_problem_at(const peercert_error *error,
                                                size_t index);

/*
 * The report on the client that was refused, so that it can be logged whom and why.
 * `error`: NULL gives NULL.
 * Returns: a report that belongs to the error and is freed with it; NULL when the error is about no
 * client.
 * Since: 0.1.0
 */
const peercert_report *peercert_error_report(const peercert_error *error);

/*
 * Frees an error, with its problems and its report.
 * `error`: NULL is allowed.
 * Since: 0.1.0
 */
void peercert_error_free(peercert_error *error);

#ifdef __cplusplus
}
#endif

#endif
