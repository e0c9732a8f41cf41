//! This file is about the dictionary: which keys there are, of which type, and when.
//!
//! In: nothing. Out: [`KEYS`], the table that documentation, type stubs and C macros are generated
//! from, and [`Sink`], the visitor through which every face builds its own dictionary. It may not
//! know where values come from (`cert::describe`, `peer`) nor what a face makes of them.

/// The type of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Flag,
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of lists or dictionaries, whose own keys are in the group of that name.
    List,
    /// A dictionary, whose own keys are in the group of that name.
    Dict,
}

impl Type {
    /// The type as a word for tables: `flag`, `integer`, `text`, `texts`, `list`, `dict`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Texts => "texts",
            Self::List => "list",
            Self::Dict => "dict",
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The dictionary that the key belongs to: `clientcert`, `certinfo`, `san`, ...
    pub group: &'static str,
    /// The key as every face spells it.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Type,
    /// When the key is there: `always`, or the condition.
    pub presence: &'static str,
    /// What the value means, with format and unit.
    pub meaning: &'static str,
    /// A value as JSON.
    pub example: &'static str,
}

/// A key of the dictionary: an index into [`KEYS`], so that a face can keep its own form of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u8);

impl Key {
    /// The key as every face spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The position in [`KEYS`].
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        #[expect(
            clippy::indexing_slicing,
            reason = "keys are made only from the table's own positions"
        )]
        &KEYS[self.index()]
    }
}

/// What a face implements to receive a dictionary. Calls come in the order of the contract; a value
/// inside a dictionary follows its [`Sink::key`]. Every `begin_*` has its [`Sink::end`].
///
/// Sinks do not fail in the middle: one that can keeps its first failure and gives it at the end.
pub trait Sink {
    /// Names the next value of the dictionary that is open.
    fn key(&mut self, key: Key);
    /// A text.
    fn text(&mut self, value: &str);
    /// A whole number.
    fn integer(&mut self, value: i64);
    /// True or false.
    fn flag(&mut self, value: bool);
    /// Opens a list.
    fn begin_list(&mut self);
    /// Opens a dictionary.
    fn begin_dict(&mut self);
    /// Closes the list or dictionary opened last.
    fn end(&mut self);

    /// A key and its text.
    fn text_at(&mut self, key: Key, value: &str) {
        self.key(key);
        self.text(value);
    }
    /// A key and its number.
    fn integer_at(&mut self, key: Key, value: i64) {
        self.key(key);
        self.integer(value);
    }
    /// A key and its flag.
    fn flag_at(&mut self, key: Key, value: bool) {
        self.key(key);
        self.flag(value);
    }
    /// A key and its list of texts.
    fn texts_at<T: AsRef<str>>(&mut self, key: Key, values: impl IntoIterator<Item = T>)
    where
        Self: Sized,
    {
        self.key(key);
        self.begin_list();
        for value in values {
            self.text(value.as_ref());
        }
        self.end();
    }
}

macro_rules! keys {
    ($($group:ident { $($name:ident = $key:literal $kind:ident, $presence:literal, $meaning:literal, $example:literal;)+ })+) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "counts the rows")]
        enum Position { $($($name,)+)+ }

        /// The keys by name, for whoever fills or reads a dictionary.
        pub mod key {
            use super::{Key, Position};
            $($(
                #[doc = $meaning]
                pub const $name: Key = Key(Position::$name as u8);
            )+)+
        }

        /// The table: every key of every dictionary, in the order in which they appear.
        pub static KEYS: &[Row] = &[$($(Row {
            group: stringify!($group),
            name: $key,
            kind: Type::$kind,
            presence: $presence,
            meaning: $meaning,
            example: $example,
        },)+)+];
    };
}

keys! {
    clientcert {
        PRESENT = "present" Flag, "always", "The client sent a certificate.", "true";
        VERIFIED = "verified" Flag, "always", "A certificate was sent, its chain verified for TLS client authentication, and that held when this handshake ended.", "true";
        VERIFYRESULT = "verifyresult" Text, "always", "`ok`, `absent`, or the reason as a sentence in OpenSSL 3's wording.", "\"ok\"";
        VERIFYCODE = "verifycode" Text, "always", "`OK`, `ABSENT`, or OpenSSL's X509_V_ERR name without that prefix: the first error met.", "\"OK\"";
        VERIFYERRORS = "verifyerrors" List, "present", "Every error met, in order; empty when verified.", "[]";
        ANCHOR = "anchor" Text, "verified", "SHA-256 of the DER of the trust anchor that vouched, lower-case hex. Absent when the host or proxy that verified (`source`) does not tell.", "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"";
        RESUMED = "resumed" Flag, "present", "The session was resumed: the certificate was sent on an earlier connection.", "false";
        SOURCE = "source" Text, "always", "Where the certificate was seen: `tls` (this handshake), `forwarded` (a trusted proxy's header), `host` (the program that ended TLS).", "\"tls\"";
    }
    verifyerror {
        ERROR_DEPTH = "depth" Integer, "always", "Position in the chain: 0 is the leaf.", "0";
        ERROR_CODE = "code" Text, "always", "The error's name, as in `verifycode`.", "\"CERT_HAS_EXPIRED\"";
        ERROR_TEXT = "text" Text, "always", "The error as a sentence, as in `verifyresult`.", "\"certificate has expired\"";
    }
    certinfo {
        SUBJECT = "subject" Text, "always", "Subject in OpenSSL's XN_FLAG_ONELINE form: encoded order, `CN = a, O = b`.", "\"CN = test-client, O = Example\"";
        ISSUER = "issuer" Text, "always", "Issuer, in the form of `subject`.", "\"CN = Example Client CA\"";
        SERIAL = "serial" Text, "always", "Serial number, upper-case hex in whole bytes; `0` for zero, `-05` when negative.", "\"538810D38E442686\"";
        NOTBEFORE = "notbefore" Text, "always", "Start of validity, `Apr 30 08:12:20 2026 GMT`, the day padded with a space; `Bad time value` when it cannot be read.", "\"Apr 30 08:12:20 2026 GMT\"";
        NOTAFTER = "notafter" Text, "always", "End of validity, in the form of `notbefore`.", "\"Apr 30 08:12:20 2027 GMT\"";
        FINGERPRINT = "fingerprint" Text, "always", "SHA-256 of the DER, lower-case hex.", "\"cba8c79368235286bddeec9959d5b09230520b6a65d1b1cc6fb33a7aaf3c18f1\"";
        SAN = "san" Dict, "always", "Subject alternative names by kind, each kind in certificate order.", "{\"dns\": [\"client1.example.org\"], \"email\": [], \"uri\": [], \"ip\": [], \"upn\": [], \"dirname\": [], \"rid\": [], \"othername\": []}";
        VERSION = "version" Integer, "always", "X.509 version: 1, 2 or 3; another number comes with a warning.", "3";
        SUBJECTDN = "subjectdn" Text, "always", "Subject as an RFC 4514 string, in UTF-8.", "\"O=Example,CN=test-client\"";
        ISSUERDN = "issuerdn" Text, "always", "Issuer as an RFC 4514 string, in UTF-8.", "\"CN=Example Client CA\"";
        SUBJECTNAME = "subjectname" List, "always", "Subject as RDNs in encoded order, each a list of attributes: the form to match on.", "[[{\"type\": \"CN\", \"oid\": \"2.5.4.3\", \"value\": \"test-client\"}]]";
        ISSUERNAME = "issuername" List, "always", "Issuer, in the form of `subjectname`.", "[[{\"type\": \"CN\", \"oid\": \"2.5.4.3\", \"value\": \"Example Client CA\"}]]";
        NOTBEFORETIME = "notbeforetime" Integer, "readable", "Start of validity in seconds since 1970-01-01 UTC; negative before.", "1777536740";
        NOTAFTERTIME = "notaftertime" Integer, "readable", "End of validity in seconds since 1970-01-01 UTC.", "1809072740";
        SPKI = "spki" Text, "always", "SHA-256 of the DER of SubjectPublicKeyInfo, lower-case hex: what to pin across renewals (RFC 7469).", "\"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\"";
        THUMBPRINT = "thumbprint" Text, "always", "`x5t#S256`: the SHA-256 of the DER in base64url without padding (RFC 8705).", "\"y6jHk2gjUoa93uyZWdWwkjBSC2pl0bHMb7M6eq88GPE\"";
        KEYTYPE = "keytype" Text, "always", "`RSA`, `RSA-PSS`, `EC`, `DSA`, `ED25519`, `ED448`, `X25519`, `X448`; an unknown algorithm by OID.", "\"EC\"";
        KEYBITS = "keybits" Integer, "known", "Size of the key in bits.", "256";
        KEYCURVE = "keycurve" Text, "EC", "Name of the curve (`P-256`, `P-384`, `P-521`, else OpenSSL's name), or its OID; `explicit` for written-out parameters.", "\"P-256\"";
        SIGNATURE = "signature" Text, "always", "Signature algorithm of the certificate: OpenSSL's long name, or the OID.", "\"ecdsa-with-SHA256\"";
        CA = "ca" Flag, "always", "basicConstraints says that this is a CA (RFC 5280, 4.2.1.9).", "false";
        PATHLEN = "pathlen" Integer, "given", "basicConstraints' path length.", "0";
        KEYUSAGE = "keyusage" Texts, "extension", "Key usages by RFC 5280 name.", "[\"digitalSignature\"]";
        EXTENDEDKEYUSAGE = "extendedkeyusage" Texts, "extension", "Extended key usages by RFC 5280 name, others by OID.", "[\"clientAuth\"]";
        SUBJECTKEYID = "subjectkeyid" Text, "extension", "Subject key identifier, lower-case hex.", "\"3b0e8c1f\"";
        AUTHORITYKEYID = "authoritykeyid" Text, "extension", "Authority key identifier, lower-case hex.", "\"77aa01d2\"";
        POLICIES = "policies" Texts, "always", "Certificate policies, OIDs.", "[]";
        OCSP = "ocsp" Texts, "always", "OCSP responders, URLs (authority information access).", "[]";
        CAISSUERS = "caissuers" Texts, "always", "Where the issuer's certificate is, URLs (authority information access).", "[]";
        CRL = "crl" Texts, "always", "CRL distribution points, URLs.", "[]";
        SPIFFEID = "spiffeid" Text, "valid SVID", "SPIFFE ID, only of a valid X.509-SVID leaf.", "\"spiffe://example.org/user/test-client\"";
        PROVISIONER = "provisioner" Dict, "extension", "step-ca's provisioner (1.3.6.1.4.1.37476.9000.64.1).", "{\"type\": \"JWK\", \"name\": \"1year\", \"credentialid\": \"SlOH\"}";
        EXTENSIONS = "extensions" List, "always", "Every extension, in certificate order.", "[]";
        WARNINGS = "warnings" List, "always", "What could not be read or is odd.", "[]";
        PEM = "pem" Text, "always", "The certificate as PEM.", "\"-----BEGIN CERTIFICATE-----\\nMII...\\n-----END CERTIFICATE-----\\n\"";
    }
    san {
        SAN_DNS = "dns" Texts, "always", "DNS names.", "[\"client1.example.org\"]";
        SAN_EMAIL = "email" Texts, "always", "E-mail addresses (rfc822Name, and SmtpUTF8Mailbox of RFC 9598).", "[\"jane@example.org\"]";
        SAN_URI = "uri" Texts, "always", "URIs.", "[\"spiffe://example.org/user/test-client\"]";
        SAN_IP = "ip" Texts, "always", "IP addresses, IPv6 in RFC 5952 form; one of another length than 4 or 16 octets is in `warnings` instead.", "[\"2001:db8::1\"]";
        SAN_UPN = "upn" Texts, "always", "Microsoft user principal names (1.3.6.1.4.1.311.20.2.3).", "[\"jane@corp.example\"]";
        SAN_DIRNAME = "dirname" Texts, "always", "Directory names as RFC 4514 strings.", "[\"CN=jane\"]";
        SAN_RID = "rid" Texts, "always", "Registered IDs, OIDs.", "[\"1.2.3.4\"]";
        SAN_OTHERNAME = "othername" List, "always", "Other names that have no list of their own.", "[{\"oid\": \"1.3.6.1.5.5.7.8.5\", \"value\": \"0c0161\"}]";
    }
    othername {
        OTHERNAME_OID = "oid" Text, "always", "The name's type.", "\"1.3.6.1.5.5.7.8.5\"";
        OTHERNAME_VALUE = "value" Text, "always", "The DER of the value, lower-case hex.", "\"0c0161\"";
    }
    attribute {
        ATTRIBUTE_TYPE = "type" Text, "always", "OpenSSL's short name, or the OID.", "\"CN\"";
        ATTRIBUTE_OID = "oid" Text, "always", "The attribute's type, an OID.", "\"2.5.4.3\"";
        ATTRIBUTE_VALUE = "value" Text, "always", "The decoded value.", "\"test-client\"";
    }
    provisioner {
        PROVISIONER_TYPE = "type" Text, "always", "The kind of provisioner (`JWK`, `ACME`, ...), or its number.", "\"JWK\"";
        PROVISIONER_NAME = "name" Text, "always", "The provisioner's name.", "\"1year\"";
        PROVISIONER_CREDENTIALID = "credentialid" Text, "always", "The key or account that the provisioner used.", "\"SlOH\"";
    }
    extension {
        EXTENSION_OID = "oid" Text, "always", "The extension's OID.", "\"2.5.29.17\"";
        EXTENSION_NAME = "name" Text, "always", "OpenSSL's long name, or the OID.", "\"X509v3 Subject Alternative Name\"";
        EXTENSION_CRITICAL = "critical" Flag, "always", "The extension is critical.", "false";
        EXTENSION_VALUE = "value" Text, "always", "The DER of the value, lower-case hex.", "\"3000\"";
    }
    warning {
        WARNING_CODE = "code" Text, "always", "A stable word.", "\"negative_serial\"";
        WARNING_TEXT = "text" Text, "always", "The warning as a sentence.", "\"the serial number is negative\"";
    }
    identity {
        IDENTIFIED = "identified" Flag, "always", "A rule matched: the caller is a user.", "true";
        USER = "user" Text, "identified", "The user; not empty, at most 256 bytes, without control and invisible characters.", "\"jane\"";
        GROUPS = "groups" Texts, "identified", "The groups, each once, in the form of `user`.", "[\"staff\"]";
        IDENTITY_RULE = "rule" Integer, "identified", "The rule that matched, counted from 1.", "2";
        IDENTITY_PLACE = "place" Text, "identified", "Where that rule stands: `FILE:LINE`, `line 2` of a text, `rule 2` of a list.", "\"users.rules:5\"";
        IDENTITY_SOURCE = "source" Text, "identified", "What the rule looked at.", "\"subject.CN\"";
        IDENTITY_VALUE = "value" Text, "identified", "The value of the certificate that matched, as it was compared.", "\"Jane Doe\"";
        IDENTITY_VERIFIED = "verified" Flag, "identified", "The certificate was verified; false only by a rule with `allow_unverified`.", "true";
        REASON = "reason" Text, "not identified", "Why not: `absent` (no certificate), `unverified`, `no_match`.", "\"no_match\"";
        IDENTITY_MESSAGE = "message" Text, "not identified", "The reason as a sentence.", "\"none of the 3 rules matches\"";
    }
    explanation {
        EXPLANATION_IDENTITY = "identity" Dict, "always", "The answer.", "{\"identified\": false, \"reason\": \"absent\", \"message\": \"the client sent no certificate\"}";
        EXPLANATION_RULES = "rules" List, "always", "What came of every rule, in order.", "[]";
    }
    rule {
        RULE_RULE = "rule" Integer, "always", "The rule, counted from 1.", "1";
        RULE_PLACE = "place" Text, "always", "Where it stands, as in `identity`.", "\"users.rules:3\"";
        RULE_SOURCE = "source" Text, "always", "What it looks at.", "\"email\"";
        RULE_PATTERN = "pattern" Text, "always", "Its value as it is written.", "\"/(.+)@example\\\\.org/\"";
        RULE_OUTCOME = "outcome" Text, "always", "`matched`, `differs`, `no_value`, `left_out`, `no_user`, `unverified`, `anchor`, `not_tried`.", "\"differs\"";
        RULE_MESSAGE = "message" Text, "always", "The outcome as a sentence.", "\"no value fits\"";
        RULE_VALUES = "values" List, "always", "What came of each value that was compared.", "[]";
    }
    value {
        VALUE_TEXT = "value" Text, "always", "The value, at most 256 bytes of it, control characters escaped.", "\"joe@example.com\"";
        VALUE_OUTCOME = "outcome" Text, "always", "`fits`, `differs`, `left_out`.", "\"differs\"";
        VALUE_MESSAGE = "message" Text, "always", "The outcome as a sentence.", "\"it differs\"";
    }
    details {
        SSLVERSION = "sslversion" Text, "always", "TLS version, `TLSv1.2` or `TLSv1.3`.", "\"TLSv1.3\"";
        CIPHER = "cipher" Text, "always", "Cipher suite, by OpenSSL's name.", "\"TLS_AES_128_GCM_SHA256\"";
        SERVERNAME = "servername" Text, "always", "The name that the client asked for (SNI); empty without.", "\"www.example.org\"";
        ALPN = "alpn" Text, "always", "The negotiated application protocol (RFC 7301); empty without.", "\"http/1.1\"";
        GROUP = "group" Text, "known", "The key exchange group by its TLS name.", "\"x25519\"";
        SIGNATURESCHEME = "signaturescheme" Text, "fresh certificate", "The scheme of the client's signature, by its TLS name; absent without a certificate and when resumed.", "\"ecdsa_secp256r1_sha256\"";
        DETAILS_RESUMED = "resumed" Flag, "always", "The session was resumed.", "false";
        DETAILS_CLIENTCERT = "clientcert" Dict, "always", "Of `clientcert`: present, verified, verifyresult and, with a certificate, subject and issuer.", "{\"present\": false, \"verified\": false, \"verifyresult\": \"absent\"}";
    }
    counters {
        COUNTERS_DONE = "done" Integer, "always", "Handshakes that have ended well since the acceptor was made.", "1024";
        COUNTERS_RESUMED = "resumed" Integer, "always", "Those of them that resumed a session.", "512";
        COUNTERS_INFLIGHT = "inflight" Integer, "always", "Handshakes that are going on.", "3";
        COUNTERS_ABANDONED = "abandoned" Integer, "always", "Connections that this program closed before their handshake ended, time-outs included.", "0";
        COUNTERS_REFUSED = "refused" List, "always", "Clients that the mode did not let in, by verifycode.", "[{\"word\": \"CERT_HAS_EXPIRED\", \"number\": 2}]";
        COUNTERS_ALERTS = "alerts" List, "always", "Handshakes that the client ended with an alert, by its name (RFC 8446, 6.2).", "[{\"word\": \"unknown_ca\", \"number\": 1}]";
        COUNTERS_FAILED = "failed" List, "always", "All other handshakes that failed, by error code.", "[{\"word\": \"peer.plain_http\", \"number\": 7}]";
        COUNTERS_RELOADS = "reloads" Integer, "always", "Reloads that have ended well.", "4";
        COUNTERS_RELOADFAILURES = "reloadfailures" Integer, "always", "Reloads that failed, so that what was there before is still used.", "0";
    }
    count {
        COUNT_WORD = "word" Text, "always", "What is counted.", "\"CERT_HAS_EXPIRED\"";
        COUNT_NUMBER = "number" Integer, "always", "How often it was met.", "2";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_at_its_position() {
        assert_eq!(key::PRESENT.name(), "present");
        assert_eq!(key::PEM.row().group, "certinfo");
        assert_eq!(key::COUNT_NUMBER.index(), KEYS.len() - 1);
    }
}
