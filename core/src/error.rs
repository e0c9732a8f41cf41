//! This file is about errors: one type, one table of codes.
//!
//! In: a code of the table, a message with the values, context. Out: [`Error`], which every face
//! renders in its own way. It may not know of TLS libraries or of any face.

use crate::peer::Report;
use std::fmt;
use std::sync::Arc;

/// Who must act on an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The options that the program or its operator gave.
    Config,
    /// A certificate, key, request or bundle that was handed in to be read.
    Certificate,
    /// The other end of the connection.
    Peer,
    /// The operating system: files, sockets, time-outs.
    Io,
    /// The calling program, which called in an order that is not allowed.
    State,
    /// Nobody: a fault in peercert or in the TLS library.
    Internal,
}

impl Kind {
    /// The kind as one lower-case word, the same in every language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Certificate => "certificate",
            Self::Peer => "peer",
            Self::Io => "io",
            Self::State => "state",
            Self::Internal => "internal",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $kind:ident $code:literal;)+) => {
        /// What went wrong, as a stable word of the form `area.problem`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Code {
            /// Every code there is, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The stable word, for example `config.unknown_option`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$name => $code,)+ }
            }

            /// Who must act.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Code::$name => Kind::$kind,)+ }
            }

            /// What the code means, as a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$name => concat!($($meaning,)+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// No option has this name.
    UnknownOption = Config "config.unknown_option";
    /// One option is given twice, perhaps in two spellings.
    DuplicateOption = Config "config.duplicate_option";
    /// The option's value has the wrong type.
    WrongType = Config "config.wrong_type";
    /// The option's value is not one of those that it takes.
    InvalidValue = Config "config.invalid_value";
    /// An option that is needed is not given.
    MissingOption = Config "config.missing_option";
    /// Two options exclude each other.
    ConflictingOptions = Config "config.conflicting_options";
    /// No client-certificate mode has this name.
    UnknownMode = Config "config.unknown_mode";
    /// A mode that verifies is asked for and there is no CA to verify with.
    ModeWithoutCa = Config "config.mode_without_ca";
    /// Client CAs are given and no mode that would ask for a certificate.
    CaWithoutMode = Config "config.ca_without_mode";
    /// A TLS version that is unknown or too old.
    UnsupportedVersion = Config "config.unsupported_version";
    /// The lowest TLS version is above the highest.
    VersionRange = Config "config.version_range";
    /// A cipher, group, signature algorithm or protocol name that this TLS library does not know.
    UnknownName = Config "config.unknown_name";
    /// The option belongs to a TLS library other than the one that is built in.
    UnsupportedOption = Config "config.unsupported_option";
    /// A file that an option names does not exist.
    FileNotFound = Config "config.file_not_found";
    /// A file that an option names cannot be read.
    FileUnreadable = Config "config.file_unreadable";
    /// The server's certificate cannot be read.
    BadCertificate = Config "config.bad_certificate";
    /// The server's private key cannot be read.
    BadKey = Config "config.bad_key";
    /// The private key is encrypted and no password is given.
    MissingPassword = Config "config.missing_password";
    /// The password does not open the private key.
    WrongPassword = Config "config.wrong_password";
    /// The private key does not belong to the certificate.
    KeyMismatch = Config "config.key_mismatch";
    /// A CA file holds no CA certificate.
    NoCa = Config "config.no_ca";
    /// A certificate revocation list cannot be used.
    BadCrl = Config "config.bad_crl";
    /// The certificate or key is weaker than what is accepted.
    WeakKey = Config "config.weak_key";
    /// The application to serve does not import, or is none.
    BadApplication = Config "config.bad_application";
    /// A package or program that the command needs is not installed.
    MissingPackage = Config "config.missing_package";
    /// A rule that maps certificates to users is wrong; the message says in which line.
    BadRule = Config "config.bad_rule";
    /// A setting of another TLS interface that is not offered here; the message names the option.
    NotOffered = Config "config.not_offered";
    /// The name of a virtual host is no host name, or has a wildcard where none works.
    BadHostName = Config "config.bad_host_name";
    /// The option belongs to the whole server and not to one of its hosts.
    ServerOption = Config "config.server_option";
    /// A session ticket key has neither 48 nor 80 bytes, or two share a name.
    BadTicketKey = Config "config.bad_ticket_key";

    /// The data is no certificate.
    NotACertificate = Certificate "certificate.unreadable";
    /// The data is empty.
    CertificateEmpty = Certificate "certificate.empty";
    /// The data is larger than what is read (1 MB).
    CertificateTooLarge = Certificate "certificate.too_large";
    /// The bundle cannot be read.
    BadBundle = Certificate "certificate.bad_bundle";
    /// The password does not open the bundle.
    BundlePassword = Certificate "certificate.wrong_password";
    /// The private key cannot be read.
    KeyUnreadable = Certificate "certificate.bad_key";
    /// The certificate request cannot be read or its signature is wrong.
    BadRequest = Certificate "certificate.bad_request";
    /// What should be issued cannot be: a name, date, usage or key is not possible.
    CannotIssue = Certificate "certificate.cannot_issue";
    /// The bundle is encrypted and no password is given.
    BundleNeedsPassword = Certificate "certificate.missing_password";

    /// The certificate cannot be said in the form that is asked for.
    NotExpressible = Certificate "certificate.not_expressible";

    /// The mode demands a certificate and the peer sent none.
    NoCertificate = Peer "peer.no_certificate";
    /// The peer's certificate does not verify and the mode refuses that.
    CertificateRefused = Peer "peer.certificate_refused";
    /// The peer's certificate message is larger than what is accepted (100 kB).
    PeerCertificateTooLarge = Peer "peer.certificate_too_large";
    /// The peer's certificate has a key larger than what is accepted (RSA 16,384 bits).
    PeerKeyTooLarge = Peer "peer.key_too_large";
    /// The peer's certificate cannot be read.
    PeerCertificateUnreadable = Peer "peer.certificate_unreadable";
    /// The certificate that a trusted proxy forwards cannot be read.
    ForwardedUnreadable = Peer "peer.forwarded_unreadable";
    /// What a trusted proxy forwards is larger than what is read (64 kB).
    ForwardedTooLarge = Peer "peer.forwarded_too_large";
    /// What a trusted proxy forwards is there twice, or in two forms at once.
    ForwardedAmbiguous = Peer "peer.forwarded_ambiguous";
    /// The peer spoke plain HTTP to the TLS port.
    PlainHttp = Peer "peer.plain_http";
    /// The peer did not speak TLS.
    NotTls = Peer "peer.not_tls";
    /// The peer closed or reset the connection in the middle of something.
    PeerClosed = Peer "peer.closed";
    /// The peer sent a fatal alert.
    PeerAlert = Peer "peer.alert";
    /// The peer and this server share no TLS version, cipher, group or signature algorithm.
    NothingShared = Peer "peer.nothing_shared";
    /// The peer asked for a host that this server does not have, and strict_sni is on.
    UnrecognizedName = Peer "peer.unrecognized_name";
    /// The peer broke the TLS protocol.
    Protocol = Peer "peer.protocol";

    /// A file or folder could not be read or written.
    File = Io "io.file";
    /// A file that would be written exists already; nothing is overwritten.
    FileExists = Io "io.file_exists";
    /// The address to listen on is in use, or not one of this machine.
    Address = Io "io.address";
    /// The socket failed.
    Socket = Io "io.socket";
    /// The operation did not end in time.
    Timeout = Io "io.timeout";
    /// The system has no thread to give.
    Thread = Io "io.thread";
    /// A signal interrupted the operation; it may be called again.
    Interrupted = Io "io.interrupted";

    /// The handshake has not ended yet.
    HandshakePending = State "state.handshake_pending";
    /// The web server does not hand over its TLS connection.
    NoConnection = State "state.no_connection";
    /// The TLS library that is built in, or the peer, cannot do this.
    Unsupported = State "state.unsupported";
    /// The connection is closed.
    Closed = State "state.closed";
    /// A setting cannot change any more: connections have been made of it.
    InUse = State "state.in_use";
    /// Other bytes are still on their way; those have to be written again first.
    WritePending = State "state.write_pending";
    /// A certificate has been asked for, and the client has not answered yet.
    RequestPending = State "state.request_pending";
    /// More bytes came than the connection holds; read first.
    InputFull = State "state.input_full";
    /// An argument that is needed is NULL.
    NullArgument = State "state.null_argument";
    /// An argument is not what the call takes: text that is no UTF-8, a negative descriptor.
    InvalidArgument = State "state.invalid_argument";
    /// A buffer has no room for what the call gives.
    BufferTooSmall = State "state.buffer_too_small";
    /// The connection owns no socket, or it owns one and moves its ciphertext itself.
    WrongTransport = State "state.wrong_transport";
    /// No dictionary has a key of this name.
    UnknownKey = State "state.unknown_key";
    /// The value is of another kind than the call reads.
    WrongKind = State "state.wrong_kind";

    /// The TLS library failed in a way that nobody outside can mend.
    Library = Internal "internal.tls_library";
    /// A callback of peercert panicked; the connection was refused.
    Panic = Internal "internal.panic";
}

/// What went wrong: who must act ([`Error::kind`]), a stable code, a sentence with the values, and
/// context. A refused handshake carries the report on the caller, so that it can be logged.
///
/// The message never holds key material. Control characters in it are escaped, so that it can be
/// written to a log as it is.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    message: String,
    context: Vec<(&'static str, String)>,
    report: Option<Arc<Report>>,
    problems: Vec<Error>,
}

/// What every fallible function of peercert gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with a code of the table and a sentence for the person who reads it.
    #[must_use]
    pub fn new(code: Code, message: impl AsRef<str>) -> Self {
        Self(Box::new(Inner {
            code,
            message: escape_control(message.as_ref()),
            context: Vec::new(),
            report: None,
            problems: Vec::new(),
        }))
    }

    /// Several problems as one error, under the code of the first; `None` when there are none.
    #[must_use]
    pub fn all(problems: Vec<Error>) -> Option<Self> {
        let first = problems.first()?;
        let (code, context) = (first.code(), first.0.context.clone());
        let message = if problems.len() == 1 {
            first.message().to_owned()
        } else {
            let lines: Vec<&str> = problems.iter().map(Error::message).collect();
            format!("{} problems: {}", problems.len(), lines.join("; "))
        };
        Some(Self(Box::new(Inner {
            code,
            message,
            context,
            report: None,
            problems,
        })))
    }

    /// Adds a piece of context: `option`, `path`, `alert`, `depth` and the like.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0
            .context
            .push((name, escape_control(&value.to_string())));
        self
    }

    /// The same error, its sentence begun with where it is.
    #[must_use]
    pub(crate) fn prefixed(mut self, place: &str) -> Self {
        self.0.message.insert_str(0, &escape_control(place));
        self
    }

    /// Adds the report on the peer that was refused.
    #[must_use]
    pub fn with_report(mut self, report: Arc<Report>) -> Self {
        self.0.report = Some(report);
        self
    }

    /// Who must act.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// The code of the table.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The sentence: what is wrong, where, what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Context by name, in the order in which it was added.
    #[must_use]
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }

    /// One piece of context.
    #[must_use]
    pub fn context_value(&self, name: &str) -> Option<&str> {
        self.0
            .context
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, v)| v.as_str())
    }

    /// The report on the peer whose handshake was refused.
    #[must_use]
    pub fn clientcert(&self) -> Option<&Arc<Report>> {
        self.0.report.as_ref()
    }

    /// Every problem of a configuration, each an error of its own; for any other error, itself.
    #[must_use]
    pub fn problems(&self) -> &[Error] {
        if self.0.problems.is_empty() {
            std::slice::from_ref(self)
        } else {
            &self.0.problems
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.name(), self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({:?}) {:?}",
            self.0.code.name(),
            self.0.message,
            self.0.context
        )
    }
}

impl std::error::Error for Error {}

/// `text` with control characters as `\XX` and a backslash before them left readable: what may be
/// written to a log. Line ends, too, so that one event stays one line.
#[must_use]
pub fn escape_control(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            let mut utf8 = [0; 4];
            for byte in c.encode_utf8(&mut utf8).bytes() {
                out.push_str(&format!("\\{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_area_and_problem_and_has_a_meaning() {
        for code in Code::ALL {
            let (area, problem) = code.name().split_once('.').unwrap();
            assert_eq!(area, code.kind().name(), "{}", code.name());
            assert!(!problem.is_empty() && !code.meaning().is_empty());
        }
    }

    #[test]
    fn no_two_codes_share_a_name() {
        let mut names: Vec<_> = Code::ALL.iter().map(|c| c.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn a_message_cannot_break_a_log_line() {
        let error = Error::new(Code::File, "a\nb\u{1b}[31m");
        assert_eq!(error.message(), "a\\0Ab\\1B[31m");
    }
}
