//! This file is about why a certificate does not verify: names, sentences, alerts.
//!
//! In: an error number in OpenSSL 3's counting (the backend translates a library that counts
//! otherwise). Out: [`VerifyCode`]. It may not know of connections.

use super::alert::Alert;

/// One reason, from one table for every TLS library.
#[derive(Clone, Copy)]
pub struct VerifyCode(&'static Row);

struct Row {
    number: i32,
    name: &'static str,
    text: &'static str,
    alert: Alert,
}

macro_rules! table {
    ($($number:literal $name:literal $text:literal $alert:ident;)+) => {
        static TABLE: &[Row] = &[$(
            Row { number: $number, name: $name, text: $text, alert: Alert::$alert },
        )+];
    };
}

// Numbers and names are those of OpenSSL's x509_vfy.h, sentences those of its
// X509_verify_cert_error_string(3), both of the 3.x series. Past 1000: reasons that only AWS-LC has.
table! {
    1 "UNSPECIFIED" "unspecified certificate verification error" BadCertificate;
    2 "UNABLE_TO_GET_ISSUER_CERT" "unable to get issuer certificate" UnknownCa;
    3 "UNABLE_TO_GET_CRL" "unable to get certificate CRL" UnknownCa;
    4 "UNABLE_TO_DECRYPT_CERT_SIGNATURE" "unable to decrypt certificate's signature" DecryptError;
    5 "UNABLE_TO_DECRYPT_CRL_SIGNATURE" "unable to decrypt CRL's signature" BadCertificate;
    6 "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY" "unable to decode issuer public key" BadCertificate;
    7 "CERT_SIGNATURE_FAILURE" "certificate signature failure" DecryptError;
    8 "CRL_SIGNATURE_FAILURE" "CRL signature failure" BadCertificate;
    9 "CERT_NOT_YET_VALID" "certificate is not yet valid" BadCertificate;
    10 "CERT_HAS_EXPIRED" "certificate has expired" CertificateExpired;
    11 "CRL_NOT_YET_VALID" "CRL is not yet valid" BadCertificate;
    12 "CRL_HAS_EXPIRED" "CRL has expired" CertificateExpired;
    13 "ERROR_IN_CERT_NOT_BEFORE_FIELD" "format error in certificate's notBefore field" BadCertificate;
    14 "ERROR_IN_CERT_NOT_AFTER_FIELD" "format error in certificate's notAfter field" BadCertificate;
    15 "ERROR_IN_CRL_LAST_UPDATE_FIELD" "format error in CRL's lastUpdate field" BadCertificate;
    16 "ERROR_IN_CRL_NEXT_UPDATE_FIELD" "format error in CRL's nextUpdate field" BadCertificate;
    17 "OUT_OF_MEM" "out of memory" BadCertificate;
    18 "DEPTH_ZERO_SELF_SIGNED_CERT" "self-signed certificate" UnknownCa;
    19 "SELF_SIGNED_CERT_IN_CHAIN" "self-signed certificate in certificate chain" UnknownCa;
    20 "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" "unable to get local issuer certificate" UnknownCa;
    21 "UNABLE_TO_VERIFY_LEAF_SIGNATURE" "unable to verify the first certificate" UnknownCa;
    22 "CERT_CHAIN_TOO_LONG" "certificate chain too long" UnknownCa;
    23 "CERT_REVOKED" "certificate revoked" CertificateRevoked;
    24 "NO_ISSUER_PUBLIC_KEY" "issuer certificate doesn't have a public key" UnknownCa;
    25 "PATH_LENGTH_EXCEEDED" "path length constraint exceeded" UnknownCa;
    26 "INVALID_PURPOSE" "unsuitable certificate purpose" UnsupportedCertificate;
    27 "CERT_UNTRUSTED" "certificate not trusted" UnknownCa;
    28 "CERT_REJECTED" "certificate rejected" BadCertificate;
    29 "SUBJECT_ISSUER_MISMATCH" "subject issuer mismatch" BadCertificate;
    30 "AKID_SKID_MISMATCH" "authority and subject key identifier mismatch" BadCertificate;
    31 "AKID_ISSUER_SERIAL_MISMATCH" "authority and issuer serial number mismatch" BadCertificate;
    32 "KEYUSAGE_NO_CERTSIGN" "key usage does not include certificate signing" BadCertificate;
    33 "UNABLE_TO_GET_CRL_ISSUER" "unable to get CRL issuer certificate" UnknownCa;
    34 "UNHANDLED_CRITICAL_EXTENSION" "unhandled critical extension" BadCertificate;
    35 "KEYUSAGE_NO_CRL_SIGN" "key usage does not include CRL signing" BadCertificate;
    36 "UNHANDLED_CRITICAL_CRL_EXTENSION" "unhandled critical CRL extension" BadCertificate;
    37 "INVALID_NON_CA" "invalid non-CA certificate (has CA markings)" BadCertificate;
    38 "PROXY_PATH_LENGTH_EXCEEDED" "proxy path length constraint exceeded" BadCertificate;
    39 "KEYUSAGE_NO_DIGITAL_SIGNATURE" "key usage does not include digital signature" BadCertificate;
    40 "PROXY_CERTIFICATES_NOT_ALLOWED" "proxy certificates not allowed, please set the appropriate flag" BadCertificate;
    41 "INVALID_EXTENSION" "invalid or inconsistent certificate extension" BadCertificate;
    42 "INVALID_POLICY_EXTENSION" "invalid or inconsistent certificate policy extension" BadCertificate;
    43 "NO_EXPLICIT_POLICY" "no explicit policy" BadCertificate;
    44 "DIFFERENT_CRL_SCOPE" "different CRL scope" BadCertificate;
    45 "UNSUPPORTED_EXTENSION_FEATURE" "unsupported extension feature" BadCertificate;
    46 "UNNESTED_RESOURCE" "RFC 3779 resource not subset of parent's resources" BadCertificate;
    47 "PERMITTED_VIOLATION" "permitted subtree violation" BadCertificate;
    48 "EXCLUDED_VIOLATION" "excluded subtree violation" BadCertificate;
    49 "SUBTREE_MINMAX" "name constraints minimum and maximum not supported" BadCertificate;
    50 "APPLICATION_VERIFICATION" "application verification failure" BadCertificate;
    51 "UNSUPPORTED_CONSTRAINT_TYPE" "unsupported name constraint type" BadCertificate;
    52 "UNSUPPORTED_CONSTRAINT_SYNTAX" "unsupported or invalid name constraint syntax" BadCertificate;
    53 "UNSUPPORTED_NAME_SYNTAX" "unsupported or invalid name syntax" BadCertificate;
    54 "CRL_PATH_VALIDATION_ERROR" "CRL path validation error" BadCertificate;
    55 "PATH_LOOP" "path loop" BadCertificate;
    56 "SUITE_B_INVALID_VERSION" "Suite B: certificate version invalid" BadCertificate;
    57 "SUITE_B_INVALID_ALGORITHM" "Suite B: invalid public key algorithm" BadCertificate;
    58 "SUITE_B_INVALID_CURVE" "Suite B: invalid ECC curve" BadCertificate;
    59 "SUITE_B_INVALID_SIGNATURE_ALGORITHM" "Suite B: invalid signature algorithm" BadCertificate;
    60 "SUITE_B_LOS_NOT_ALLOWED" "Suite B: curve not allowed for this LOS" BadCertificate;
    61 "SUITE_B_CANNOT_SIGN_P_384_WITH_P_256" "Suite B: cannot sign P-384 with P-256" BadCertificate;
    62 "HOSTNAME_MISMATCH" "hostname mismatch" BadCertificate;
    63 "EMAIL_MISMATCH" "email address mismatch" BadCertificate;
    64 "IP_ADDRESS_MISMATCH" "IP address mismatch" BadCertificate;
    65 "DANE_NO_MATCH" "no matching DANE TLSA records" BadCertificate;
    66 "EE_KEY_TOO_SMALL" "EE certificate key too weak" BadCertificate;
    67 "CA_KEY_TOO_SMALL" "CA certificate key too weak" BadCertificate;
    68 "CA_MD_TOO_WEAK" "CA signature digest algorithm too weak" BadCertificate;
    69 "INVALID_CALL" "invalid certificate verification context" BadCertificate;
    70 "STORE_LOOKUP" "issuer certificate lookup error" BadCertificate;
    71 "NO_VALID_SCTS" "Certificate Transparency required, but no valid SCTs found" BadCertificate;
    72 "PROXY_SUBJECT_NAME_VIOLATION" "proxy subject name violation" BadCertificate;
    73 "OCSP_VERIFY_NEEDED" "OCSP verification needed" BadCertificate;
    74 "OCSP_VERIFY_FAILED" "OCSP verification failed" BadCertificate;
    75 "OCSP_CERT_UNKNOWN" "OCSP unknown cert" BadCertificate;
    76 "UNSUPPORTED_SIGNATURE_ALGORITHM" "Cannot find certificate signature algorithm" BadCertificate;
    77 "SIGNATURE_ALGORITHM_MISMATCH" "subject signature algorithm and issuer public key algorithm mismatch" BadCertificate;
    78 "SIGNATURE_ALGORITHM_INCONSISTENCY" "cert info signature and signature algorithm mismatch" BadCertificate;
    79 "INVALID_CA" "invalid CA certificate" UnknownCa;
    80 "PATHLEN_INVALID_FOR_NON_CA" "Path length invalid for non-CA cert" BadCertificate;
    81 "PATHLEN_WITHOUT_KU_KEY_CERT_SIGN" "Path length given without key usage keyCertSign" BadCertificate;
    82 "KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA" "Key usage keyCertSign invalid for non-CA cert" BadCertificate;
    83 "ISSUER_NAME_EMPTY" "Issuer name empty" BadCertificate;
    84 "SUBJECT_NAME_EMPTY" "Subject name empty" BadCertificate;
    85 "MISSING_AUTHORITY_KEY_IDENTIFIER" "Missing Authority Key Identifier" BadCertificate;
    86 "MISSING_SUBJECT_KEY_IDENTIFIER" "Missing Subject Key Identifier" BadCertificate;
    87 "EMPTY_SUBJECT_ALT_NAME" "Empty Subject Alternative Name extension" BadCertificate;
    88 "EMPTY_SUBJECT_SAN_NOT_CRITICAL" "Subject empty and Subject Alt Name extension not critical" BadCertificate;
    89 "CA_BCONS_NOT_CRITICAL" "Basic Constraints of CA cert not marked critical" BadCertificate;
    90 "AUTHORITY_KEY_IDENTIFIER_CRITICAL" "Authority Key Identifier marked critical" BadCertificate;
    91 "SUBJECT_KEY_IDENTIFIER_CRITICAL" "Subject Key Identifier marked critical" BadCertificate;
    92 "CA_CERT_MISSING_KEY_USAGE" "CA cert does not include key usage extension" BadCertificate;
    93 "EXTENSIONS_REQUIRE_VERSION_3" "Using cert extension requires at least X509v3" BadCertificate;
    94 "EC_KEY_EXPLICIT_PARAMS" "Certificate public key has explicit ECC parameters" BadCertificate;
    95 "RPK_UNTRUSTED" "Raw public key untrusted, no trusted keys configured" BadCertificate;
    1001 "NAME_CONSTRAINTS_WITHOUT_SANS" "name constraints apply and the certificate has no subject alternative names" BadCertificate;
}

impl VerifyCode {
    /// The reason with this number; one that the table does not know is `UNSPECIFIED`.
    pub(crate) fn from_number(number: i32) -> Self {
        TABLE
            .iter()
            .find(|row| row.number == number)
            .map_or(Self::UNSPECIFIED, Self)
    }

    /// The reason of this name (without `X509_V_ERR_`), or with this sentence, in the wording of any
    /// OpenSSL since 1.0.
    pub(crate) fn from_words(words: &str) -> Option<Self> {
        let plain = |text: &str| text.to_ascii_lowercase().replace('-', " ");
        let wanted = plain(words);
        TABLE
            .iter()
            .find(|row| row.name.eq_ignore_ascii_case(words) || plain(row.text) == wanted)
            .map(Self)
    }

    /// A reason that nobody told.
    pub(crate) const UNSPECIFIED: Self = Self(&UNSPECIFIED);

    /// OpenSSL's number (X509_V_ERR_...).
    #[must_use]
    pub fn number(self) -> i32 {
        self.0.number
    }

    /// OpenSSL's name without `X509_V_ERR_`, for example `CERT_HAS_EXPIRED`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The reason as a sentence, in OpenSSL 3's wording.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.0.text
    }

    /// The alert that a peer expects who is refused for this.
    pub(crate) fn alert(self) -> Alert {
        self.0.alert
    }

    /// Every reason there is, in the order of the numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(Self)
    }
}

static UNSPECIFIED: Row = Row {
    number: 1,
    name: "UNSPECIFIED",
    text: "unspecified certificate verification error",
    alert: Alert::BadCertificate,
};

impl PartialEq for VerifyCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.number == other.0.number
    }
}

impl Eq for VerifyCode {}

impl std::fmt::Debug for VerifyCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name)
    }
}

/// The reasons that the core itself finds or treats apart.
macro_rules! known {
    ($($name:ident = $number:literal;)+) => {
        #[expect(non_upper_case_globals, reason = "they read as variants of an enumeration")]
        impl VerifyCode {
            $(pub(crate) const $name: i32 = $number;)+
        }
    };
}

known! {
    UnableToGetCrl = 3;
    CertSignatureFailure = 7;
    CrlSignatureFailure = 8;
    CertNotYetValid = 9;
    CertHasExpired = 10;
    CrlNotYetValid = 11;
    CrlHasExpired = 12;
    DepthZeroSelfSigned = 18;
    UnableToGetIssuerLocally = 20;
    UnableToVerifyLeafSignature = 21;
    ChainTooLong = 22;
    Revoked = 23;
    InvalidPurpose = 26;
    Rejected = 28;
    UnableToGetCrlIssuer = 33;
    KeyUsageNoCrlSign = 35;
    DifferentCrlScope = 44;
    EeKeyTooSmall = 66;
    CaKeyTooSmall = 67;
    CaMdTooWeak = 68;
}
