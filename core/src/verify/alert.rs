//! This file is about TLS alerts (RFC 8446, section 6): numbers and names.

macro_rules! alerts {
    ($($variant:ident = $number:literal $name:literal;)+) => {
        /// A fatal alert.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Alert { $($variant,)+ }

        impl Alert {
            const ALL: &'static [Alert] = &[$(Alert::$variant,)+];

            /// The alert's number.
            pub(crate) fn number(self) -> u8 {
                match self { $(Alert::$variant => $number,)+ }
            }

            /// The alert's name in the RFC.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Alert::$variant => $name,)+ }
            }
        }
    };
}

alerts! {
    CloseNotify = 0 "close_notify";
    UnexpectedMessage = 10 "unexpected_message";
    BadRecordMac = 20 "bad_record_mac";
    RecordOverflow = 22 "record_overflow";
    HandshakeFailure = 40 "handshake_failure";
    BadCertificate = 42 "bad_certificate";
    UnsupportedCertificate = 43 "unsupported_certificate";
    CertificateRevoked = 44 "certificate_revoked";
    CertificateExpired = 45 "certificate_expired";
    CertificateUnknown = 46 "certificate_unknown";
    IllegalParameter = 47 "illegal_parameter";
    UnknownCa = 48 "unknown_ca";
    AccessDenied = 49 "access_denied";
    DecodeError = 50 "decode_error";
    DecryptError = 51 "decrypt_error";
    ProtocolVersion = 70 "protocol_version";
    InsufficientSecurity = 71 "insufficient_security";
    InternalError = 80 "internal_error";
    InappropriateFallback = 86 "inappropriate_fallback";
    UserCanceled = 90 "user_canceled";
    MissingExtension = 109 "missing_extension";
    UnsupportedExtension = 110 "unsupported_extension";
    UnrecognizedName = 112 "unrecognized_name";
    BadCertificateStatusResponse = 113 "bad_certificate_status_response";
    UnknownPskIdentity = 115 "unknown_psk_identity";
    CertificateRequired = 116 "certificate_required";
    NoApplicationProtocol = 120 "no_application_protocol";
}

impl Alert {
    /// The alert with this number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|alert| alert.number() == number)
    }
}
