---@meta peercert

-- Annotations for LuaLS and whatever else reads LuaCATS. The dictionaries and options are written by
-- `make tables`.

-- <!-- table: annotations -->


---@class peercert.clientcert: peercert.certinfo
---@field present boolean The client sent a certificate.
---@field verified boolean A certificate was sent, its chain verified for TLS client authentication, and that held when this handshake ended.
---@field verifyresult string `ok`, `absent`, or the reason as a sentence in OpenSSL 3's wording.
---@field verifycode string `OK`, `ABSENT`, or OpenSSL's X509_V_ERR name without that prefix: the first error met.
---@field verifyerrors? peercert.verifyerror[] Every error met, in order; empty when verified.
---@field anchor? string SHA-256 of the DER of the trust anchor that vouched, lower-case hex. Absent when the host or proxy that verified (`source`) does not tell.
---@field resumed? boolean The session was resumed: the certificate was sent on an earlier connection.
---@field source string Where the certificate was seen: `tls` (this handshake), `forwarded` (a trusted proxy's header), `host` (the program that ended TLS).

---@class peercert.verifyerror
---@field depth integer Position in the chain: 0 is the leaf.
---@field code string The error's name, as in `verifycode`.
---@field text string The error as a sentence, as in `verifyresult`.

---@class peercert.certinfo
---@field subject string Subject in OpenSSL's XN_FLAG_ONELINE form: encoded order, `CN = a, O = b`.
---@field issuer string Issuer, in the form of `subject`.
---@field serial string Serial number, upper-case hex in whole bytes; `0` for zero, `-05` when negative.
---@field notbefore string Start of validity, `Apr 30 08:12:20 2026 GMT`, the day padded with a space; `Bad time value` when it cannot be read.
---@field notafter string End of validity, in the form of `notbefore`.
---@field fingerprint string SHA-256 of the DER, lower-case hex.
---@field san peercert.san Subject alternative names by kind, each kind in certificate order.
---@field version integer X.509 version: 1, 2 or 3; another number comes with a warning.
---@field subjectdn string Subject as an RFC 4514 string, in UTF-8.
---@field issuerdn string Issuer as an RFC 4514 string, in UTF-8.
---@field subjectname peercert.attribute[][] Subject as RDNs in encoded order, each a list of attributes: the form to match on.
---@field issuername peercert.attribute[][] Issuer, in the form of `subjectname`.
---@field notbeforetime? integer Start of validity in seconds since 1970-01-01 UTC; negative before.
---@field notaftertime? integer End of validity in seconds since 1970-01-01 UTC.
---@field spki string SHA-256 of the DER of SubjectPublicKeyInfo, lower-case hex: what to pin across renewals (RFC 7469).
---@field thumbprint string `x5t#S256`: the SHA-256 of the DER in base64url without padding (RFC 8705).
---@field keytype string `RSA`, `RSA-PSS`, `EC`, `DSA`, `ED25519`, `ED448`, `X25519`, `X448`; an unknown algorithm by OID.
---@field keybits? integer Size of the key in bits.
---@field keycurve? string Name of the curve (`P-256`, `P-384`, `P-521`, else OpenSSL's name), or its OID; `explicit` for written-out parameters.
---@field signature string Signature algorithm of the certificate: OpenSSL's long name, or the OID.
---@field ca boolean basicConstraints says that this is a CA (RFC 5280, 4.2.1.9).
---@field pathlen? integer basicConstraints' path length.
---@field keyusage? string[] Key usages by RFC 5280 name.
---@field extendedkeyusage? string[] Extended key usages by RFC 5280 name, others by OID.
---@field subjectkeyid? string Subject key identifier, lower-case hex.
---@field authoritykeyid? string Authority key identifier, lower-case hex.
---@field policies string[] Certificate policies, OIDs.
---@field ocsp string[] OCSP responders, URLs (authority information access).
---@field caissuers string[] Where the issuer's certificate is, URLs (authority information access).
---@field crl string[] CRL distribution points, URLs.
---@field spiffeid? string SPIFFE ID, only of a valid X.509-SVID leaf.
---@field provisioner? peercert.provisioner step-ca's provisioner (1.3.6.1.4.1.37476.9000.64.1).
---@field extensions peercert.extension[] Every extension, in certificate order.
---@field warnings peercert.warning[] What could not be read or is odd.
---@field pem string The certificate as PEM.

---@class peercert.san
---@field dns string[] DNS names.
---@field email string[] E-mail addresses (rfc822Name, and SmtpUTF8Mailbox of RFC 9598).
---@field uri string[] URIs.
---@field ip string[] IP addresses, IPv6 in RFC 5952 form; one of another length than 4 or 16 octets is in `warnings` instead.
---@field upn string[] Microsoft user principal names (1.3.6.1.4.1.311.20.2.3).
---@field dirname string[] Directory names as RFC 4514 strings.
---@field rid string[] Registered IDs, OIDs.
---@field othername peercert.othername[] Other names that have no list of their own.

---@class peercert.othername
---@field oid string The name's type.
---@field value string The DER of the value, lower-case hex.

---@class peercert.attribute
---@field type string OpenSSL's short name, or the OID.
---@field oid string The attribute's type, an OID.
---@field value string The decoded value.

---@class peercert.provisioner
---@field type string The kind of provisioner (`JWK`, `ACME`, ...), or its number.
---@field name string The provisioner's name.
---@field credentialid string The key or account that the provisioner used.

---@class peercert.extension
---@field oid string The extension's OID.
---@field name string OpenSSL's long name, or the OID.
---@field critical boolean The extension is critical.
---@field value string The DER of the value, lower-case hex.

---@class peercert.warning
---@field code string A stable word.
---@field text string The warning as a sentence.

---@class peercert.identity
---@field identified boolean A rule matched: the caller is a user.
---@field user? string The user; not empty, at most 256 bytes, without control and invisible characters.
---@field groups? string[] The groups, each once, in the form of `user`.
---@field rule? integer The rule that matched, counted from 1.
---@field place? string Where that rule stands: `FILE:LINE`, `line 2` of a text, `rule 2` of a list.
---@field source? string What the rule looked at.
---@field value? string The value of the certificate that matched, as it was compared.
---@field verified? boolean The certificate was verified; false only by a rule with `allow_unverified`.
---@field reason? string Why not: `absent` (no certificate), `unverified`, `no_match`.
---@field message? string The reason as a sentence.

---@class peercert.explanation
---@field identity peercert.identity The answer.
---@field rules peercert.rule[] What came of every rule, in order.

---@class peercert.rule
---@field rule integer The rule, counted from 1.
---@field place string Where it stands, as in `identity`.
---@field source string What it looks at.
---@field pattern string Its value as it is written.
---@field outcome string `matched`, `differs`, `no_value`, `left_out`, `no_user`, `unverified`, `anchor`, `not_tried`.
---@field message string The outcome as a sentence.
---@field values peercert.value[] What came of each value that was compared.

---@class peercert.value
---@field value string The value, at most 256 bytes of it, control characters escaped.
---@field outcome string `fits`, `differs`, `left_out`.
---@field message string The outcome as a sentence.

---@class peercert.details
---@field sslversion string TLS version, `TLSv1.2` or `TLSv1.3`.
---@field cipher string Cipher suite, by OpenSSL's name.
---@field servername string The name that the client asked for (SNI); empty without.
---@field alpn string The negotiated application protocol (RFC 7301); empty without.
---@field group? string The key exchange group by its TLS name.
---@field signaturescheme? string The scheme of the client's signature, by its TLS name; absent without a certificate and when resumed.
---@field resumed boolean The session was resumed.
---@field clientcert peercert.clientcert Of `clientcert`: present, verified, verifyresult and, with a certificate, subject and issuer.

---@class peercert.counters
---@field done integer Handshakes that have ended well since the acceptor was made.
---@field resumed integer Those of them that resumed a session.
---@field inflight integer Handshakes that are going on.
---@field abandoned integer Connections that this program closed before their handshake ended, time-outs included.
---@field refused peercert.count[] Clients that the mode did not let in, by verifycode.
---@field alerts peercert.count[] Handshakes that the client ended with an alert, by its name (RFC 8446, 6.2).
---@field failed peercert.count[] All other handshakes that failed, by error code.
---@field reloads integer Reloads that have ended well.
---@field reloadfailures integer Reloads that failed, so that what was there before is still used.

---@class peercert.count
---@field word string What is counted.
---@field number integer How often it was met.

---@class peercert.options
---@field certificate? string The server's certificate chain, PEM, leaf first (or one certificate in DER).
---@field certificate_data? string The same as bytes.
---@field key? string The server's private key, PEM or DER.
---@field key_data? string The same as bytes.
---@field pkcs12? string Certificate, chain and key in one PKCS#12 file (.p12, .pfx), in place of certificate and key.
---@field pkcs12_data? string The same as bytes.
---@field key_password? string Opens an encrypted key or the PKCS#12 file; nobody is ever prompted.
---@field client_cert_mode? string Whether clients are asked for a certificate: none, request, require_any, optional, require.
---@field client_ca_file? string The CAs that client certificates are verified with, PEM; nothing else is trusted.
---@field client_ca_path? string A folder of such files: PEM or DER by any name, or one that `openssl rehash` has prepared.
---@field client_ca_data? string The same as bytes.
---@field client_ca_names? string Which names of CAs clients are told: auto (of these CAs), none, or a PEM file with the CAs to name, whose contents are not trusted.
---@field client_crl_file? string Certificate revocation lists of the client CAs, PEM or DER; delta and indirect ones are refused.
---@field client_crl_path? string A folder of such files.
---@field client_crl_check? string Which certificates are looked up: none, leaf, chain (every one below the CA that vouches). The default is chain once a list is given.
---@field client_verify_depth? integer How many intermediates are allowed between a client's certificate and its CA.
---@field client_partial_chain? boolean Whether a CA that is not self-signed may vouch, without its root.
---@field client_eku? string What a client's extendedKeyUsage has to say: default (clientAuth, if there is one), strict (there must be one).
---@field client_cert_later? string The mode of a certificate that the application asks for after the handshake (TLS 1.3, OpenSSL only).
---@field min_version? string The lowest TLS version: 1.2, 1.3.
---@field max_version? string The highest TLS version: 1.2, 1.3.
---@field ciphers? string|string[] Cipher suites for TLS 1.2, by OpenSSL's names.
---@field ciphersuites? string|string[] Cipher suites for TLS 1.3.
---@field groups? string|string[] Key exchange groups.
---@field signature_algorithms? string|string[] Signature schemes, for clients' certificates and for our own signature.
---@field alpn? string|string[] Application protocols in the order of preference (RFC 7301).
---@field hosts? table<string, peercert.options> Virtual hosts: the name that clients ask for (SNI), or *.name, to a set of these options; what a host does not say is as for the server.
---@field strict_sni? boolean Whether clients that ask for no name, or another than those of hosts, are refused.
---@field session_tickets? boolean Whether sessions are resumed.
---@field session_timeout? integer For how many seconds after the full handshake a session may be resumed.
---@field ticket_keys? string|string[] From 1 to 4 keys of 48 or 80 random bytes that session tickets are encrypted with; the first encrypts, the others only open. Without them, keys are made and never leave the process.
---@field ticket_key_files? string|string[] The same as files, one key each (openssl rand 80).
---@field handshake_timeout? number How many seconds a handshake may take, for the faces that own the socket.
---@field ocsp_response? string An OCSP response (RFC 6960) for the server's certificate, DER or PEM, that is stapled to handshakes while it is fresh; one that does not fit is left out with a warning.
---@field insecure_keylog_file? string Where the keys of every connection are written, for debugging only; the environment's SSLKEYLOGFILE is ignored.

---@class peercert.forwarded_options
---@field forwarded_format? string `rfc9440`, `xfcc`, `nginx` or `apache`: the form of what the proxy sends. Required.
---@field forwarded_from? string|string[] IP addresses, networks (`10.0.0.0/8`) and `unix`, a list or a text with commas: who is trusted.
---@field forwarded_secret? string|string[] A text of at least 16 characters, or a list of them, that the proxy sends with every request.
---@field forwarded_secret_header? string The header that holds the secret; `X-Peercert-Secret` by default.
---@field forwarded_verified? boolean `true`: a certificate without a verdict counts as verified, because the proxy forwards no other.
---@field forwarded_cert_header? string With `nginx` and `apache`: the header that holds the certificate; `X-SSL-Client-Cert` and `SSL-Client-Cert` by default.
---@field forwarded_verify_header? string With `nginx` and `apache`: the header that holds the verdict; `X-SSL-Client-Verify` and `SSL-Client-Verify` by default.

---@class peercert.export_user
---@field user? string Who the caller is to the application. Without it no user is told.
---@field pinned? boolean The rule that gave `user` pins this very certificate, so that the user counts though the certificate is not verified.
---@field generous? boolean Say `GENEROUS`, as Apache does with TLS 1.2, where all that is wrong is an unknown CA.

---@class peercert.export_details: peercert.export_user
---@field now? integer Now, in seconds since 1970-01-01 UTC; by default the system's time.
---@field server_certificate? string The server's certificate, PEM or DER.
---@field protocol? string TLS version, `TLSv1.2` or `TLSv1.3`.
---@field cipher? string Cipher suite, by OpenSSL's name.
---@field cipher_number? integer Its number in IANA's registry.
---@field cipher_bits? integer The bits of its key that are secret.
---@field cipher_algorithm_bits? integer The bits of its algorithm.
---@field server_name? string The name that the client asked for (SNI).
---@field alpn? string The negotiated application protocol.
---@field resumed? boolean The session was resumed.
---@field session_id? string The identifier of the session.
---@field secure_renegotiation? boolean The client knows secure renegotiation (RFC 5746).
---@field signature_scheme? string The scheme of the client's signature, by its TLS name.


-- <!-- end of table -->

---An error in operation. `tostring` gives a line for a log.
---@class peercert.error
---@field kind "config"|"certificate"|"peer"|"io"|"state"|"internal" Who must act.
---@field code string A stable word of the form `area.problem`.
---@field message string What is wrong, where, what to do.
---@field context table<string, string> Option, path, alert, depth and the like.
---@field problems peercert.error[] Every problem of a configuration.
---@field clientcert? peercert.clientcert Who was refused.

---Whose names an export gives.
---@alias peercert.form "apache"|"nginx"|"cgi"|"basicauth"|"rfc9440"|"xfcc"|"asgi"

---What tells who a client is.
---@class peercert.Caller
local Caller = {}

---Who the client is.
---@return peercert.clientcert? clientcert
---@return peercert.error? err
function Caller:clientcert() end

---Who the client is by rules.
---@param rules peercert.Rules
---@return peercert.identity? identity
---@return peercert.error? err
function Caller:identity(rules) end

---The chain as the client sent it, leaf first, each DER; nil without a certificate and on a resumed
---connection.
---@return string[]? chain
---@return peercert.error? err
function Caller:chain() end

---The client's certificate as DER; nil without one.
---@return string? der
---@return peercert.error? err
function Caller:der() end

---What `clientcert` tells, as JSON text.
---@return string? json
---@return peercert.error? err
function Caller:json() end

---The report on a client whom a host or a proxy has seen.
---@class peercert.Report: peercert.Caller
local Report = {}

---The client under the names that applications already read. What is not given or known has no name.
---@param form peercert.form
---@param details? peercert.export_details
---@return table<string, string|integer|string[]>? names
---@return peercert.error? err
function Report:export(form, details) end

---A connection of ours.
---@class peercert.Connected: peercert.Caller
local Connected = {}

---How the connection is protected.
---@return peercert.details? details
---@return peercert.error? err
function Connected:details() end

---Whether the host that a request names admits the same clients as the one that the connection was made
---for. Where it does not, answer 421 Misdirected Request. Beside virtual hosts, a host in an odd spelling
---(percent-encoded, with a user name, with a comma) is served nowhere: programs read it in different ways.
---@param authority string The request's `Host` or `:authority`.
---@return boolean serves
function Connected:serves(authority) end

---The client under the names that applications already read. What was negotiated the connection fills in.
---@param form peercert.form
---@param details? peercert.export_user
---@return table<string, string|integer|string[]>? names
---@return peercert.error? err
function Connected:export(form, details) end

---Keying material for channel bindings and the like (RFC 5705).
---@param label string
---@param size integer
---@return string? material
---@return peercert.error? err
function Connected:exportkeyingmaterial(label, size) end

---A connection without a socket. "wantread": feed more; "wantwrite": send what `take` gives.
---@class peercert.Connection: peercert.Connected
local Connection = {}

---@param bytes string From the client.
---@return true? done
---@return peercert.error? err
function Connection:feed(bytes) end

---The client sends no more.
function Connection:feed_eof() end

---@return integer count How many bytes of ciphertext the next step needs.
function Connection:wants() end

---@return string bytes For the client; "" when there are none.
function Connection:take() end

---@return true? done
---@return "wantread"|"wantwrite"|peercert.error|nil err
function Connection:handshake() end

---@param size? integer At most one TLS record is read.
---@return string? plaintext "" when the client has ended the connection properly.
---@return "wantread"|"wantwrite"|peercert.error|nil err
function Connection:read(size) end

---@param bytes string
---@return integer? count How many bytes were taken.
---@return "wantread"|"wantwrite"|peercert.error|nil err
function Connection:write(bytes) end

---@return true? done The client has said goodbye, too.
---@return "wantread"|"wantwrite"|peercert.error|nil err
function Connection:close() end

---@return integer count Bytes of plaintext that can be read without more from the client.
function Connection:pending() end

---A connection over a socket, in the shape of LuaSec's.
---@class peercert.Socket: peercert.Connected
local Socket = {}

---@return true? done
---@return "wantread"|"wantwrite"|peercert.error|nil err
function Socket:handshake() end

---@return boolean done
---@return string? err
function Socket:dohandshake() end

---@param pattern? "*l"|"*a"|"l"|"a"|integer
---@param prefix? string
---@return string? text
---@return string? err "wantread", "wantwrite", "timeout", "closed", or an error as text.
---@return string? partial
function Socket:receive(pattern, prefix) end

---@param bytes string
---@param first? integer
---@param last? integer
---@return integer? place Of the last byte sent.
---@return string? err
---@return integer? partial
function Socket:send(bytes, first, last) end

---@param seconds? number Nothing or negative: for ever.
---@param mode? "b"|"t" Each wait by itself, or the whole call.
---@return true
function Socket:settimeout(seconds, mode) end

---@return integer fd -1 when closed.
function Socket:getfd() end

---@return boolean dirty Bytes can be received that `socket.select` does not see.
function Socket:dirty() end

---@return "read"|"write"|"nothing" want
function Socket:want() end

---@return peercert.error? err What is behind the last word.
function Socket:lasterror() end

---@return true
function Socket:close() end

---@class peercert.Acceptor
local Acceptor = {}

---@return peercert.Connection? connection
---@return peercert.error? err
function Acceptor:connection() end

---Before the handshake. A LuaSocket object belongs to the connection from now on; a descriptor stays
---yours.
---@param socket table|userdata|integer
---@return peercert.Socket? connection
---@return peercert.error? err
function Acceptor:wrap(socket) end

---With the handshake done.
---@param socket table|userdata|integer
---@return peercert.Socket? connection
---@return peercert.error|string|nil err
function Acceptor:accept(socket) end

---@return string mode
function Acceptor:mode() end

---@return number seconds
function Acceptor:handshake_timeout() end

---@return string[] warnings
function Acceptor:warnings() end

---Reads every file anew. After an error, what was there before is still used.
---@return true? done
---@return peercert.error? err
function Acceptor:reload() end

---Reloads by itself when a file has been replaced. Nothing of Lua's is called: `reload_error` tells.
---@param seconds number How often a thread looks; 0 for no watch any more.
---@return true? done
---@return peercert.error? err
function Acceptor:watch(seconds) end

---@return peercert.error? err Why the last reload failed; nil when it did not, or there was none.
function Acceptor:reload_error() end

---@return peercert.counters counters Since the acceptor was made, reloads or not.
function Acceptor:counters() end

---@param callback? fun(err: peercert.error)
function Acceptor:on_refusal(callback) end

---Rules that map certificates to users.
---@class peercert.Rules
local Rules = {}

---@return integer count
function Rules:len() end

---@param caller peercert.Caller
---@return peercert.identity? identity
---@return peercert.error? err
function Rules:identify(caller) end

---@param caller peercert.Caller
---@return peercert.explanation? explanation
---@return peercert.error? err
function Rules:explain(caller) end

---The headers of a request: a list of pairs `{ name, value }`, or values by name, where a header that is
---there several times has a list of values.
---@alias peercert.headers string[][]|table<string, string|string[]>

---Which proxies are trusted to say who the client is.
---@class peercert.Forwarded
local Forwarded = {}

---@param sender? string Who is at the other end of the socket: an IP address, or "unix".
---@param headers peercert.headers
---@return peercert.Report? report nil, and no error, when the request comes from no trusted proxy.
---@return peercert.error? err The request has to be refused.
function Forwarded:read(sender, headers) end

---@param name string
---@return boolean claims The header says who a client is: only a trusted proxy may send it.
function Forwarded:claims(name) end

---@param name string
---@return boolean claims The same of a variable, `HTTP_...`.
function Forwarded:claims_variable(name) end

---@param headers peercert.headers
---@return peercert.headers left Those that do not say who a client is.
function Forwarded:strip(headers) end

local peercert = {}

---@param options peercert.options
---@return peercert.Acceptor? acceptor
---@return peercert.error? err
function peercert.acceptor(options) end

---@param data string PEM or DER.
---@return peercert.certinfo? certinfo
---@return peercert.error? err
function peercert.certinfo(data) end

---@param path string
---@return peercert.certinfo? certinfo
---@return peercert.error? err
function peercert.certinfo_file(path) end

---@param data string PEM, PKCS#7, or PKCS#12.
---@param password? string
---@return peercert.certinfo[]? certinfos
---@return peercert.error? err
function peercert.certinfos(data, password) end

---@param certificate? string PEM or DER; nil or "" for none.
---@param verdict? string|number As the host tells it.
---@return peercert.Report? report
---@return peercert.error? err
function peercert.report(certificate, verdict) end

---@param rules string|table[] As a file has it, or a table of its words for each rule; never a path.
---@return peercert.Rules? rules
---@return peercert.error? err
function peercert.rules(rules) end

---@param path string
---@return peercert.Rules? rules
---@return peercert.error? err
function peercert.rules_file(path) end

---@param ... peercert.forwarded_options Those of each trusted proxy; without any, headers are only stripped.
---@return peercert.Forwarded? forwarded
---@return peercert.error? err
function peercert.forwarded(...) end

---@param authorization? string The value of a request's `Authorization`.
---@return boolean fake It passes for one of the form "basicauth".
function peercert.is_fake_basic_auth(authorization) end

---@return string ours
---@return string tls_library
function peercert.version() end

return peercert
