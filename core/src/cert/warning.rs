//! This file is about warnings: what is odd about a certificate, as stable words with a meaning.

macro_rules! warnings {
    ($($name:ident = $code:literal $meaning:literal;)+) => {
        /// What could not be read in a certificate, or is odd about it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Odd { $(#[doc = $meaning] $name,)+ }

        impl Odd {
            /// The stable word.
            pub(super) fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
            /// The meaning, as a sentence.
            pub(super) fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }
        }
    };
}

warnings! {
    TrailingBytes = "trailing_bytes" "bytes follow the certificate; they are not part of it";
    OddVersion = "odd_version" "the version is not 1, 2 or 3";
    NegativeSerial = "negative_serial" "the serial number is negative";
    ZeroSerial = "zero_serial" "the serial number is zero";
    LongSerial = "long_serial" "the serial number is longer than 20 octets";
    BadTime = "bad_time" "a date cannot be read";
    OddTime = "odd_time" "a date is not in the form that RFC 5280 demands";
    OddName = "odd_name" "a name holds a control character or a value that is no text";
    SignatureMismatch = "signature_mismatch" "the two signature algorithms of the certificate differ";
    BadKey = "bad_key" "the public key cannot be read";
    ExtensionsVersion = "extensions_version" "extensions stand in a certificate that is not version 3";
    DuplicateExtension = "duplicate_extension" "an extension is there more than once; the first counts, of names all";
    BadExtension = "bad_extension" "an extension cannot be read";
    BadSan = "bad_san" "a subject alternative name cannot be read";
    BadIp = "bad_ip" "an IP address has neither 4 nor 16 octets; it is listed as # and hex";
    OddSan = "odd_san" "a subject alternative name holds a control character or is not in its character set";
    UnlistedSan = "unlisted_san" "a subject alternative name is of a kind that has no list";
    EmptySan = "empty_san" "the subject alternative name extension is empty";
    UnknownKeyUsage = "unknown_key_usage" "a key usage bit has no name";
}
