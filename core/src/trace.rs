//! This file is about what the TLS library's callbacks saw on one connection.
//!
//! In: the chain and the errors of verification, the server name, the ticket that the client wants
//! to use. Out: whether to go on, and what the report is made of. It lives on the connection and is
//! never shared between connections. It may not know of pointers, sockets or dictionaries.

use crate::cert;
use crate::clock::Clock;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::host::Host;
use crate::mode::Mode;
use crate::ticket::Ticket;
use crate::verify::alert::Alert;
use crate::verify::{Anchors, Terms, Verdict, VerifyCode, VerifyError};
use openssl::x509::{X509Ref, X509};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The largest RSA key whose signatures are checked, in bits; larger ones cost a handshake too much.
const MAX_RSA_BITS: i64 = 16_384;

/// The largest chain that goes into a ticket, in bytes of DER: a ticket holds 65,535 in all, and a
/// ClientHello that carries one should stay small.
const MAX_TICKET_CHAIN: usize = 16 * 1_024;

/// What one connection's callbacks know and have seen.
pub(crate) struct Trace {
    /// Who is asked for the host, until one is picked.
    context: Mutex<Option<Arc<Context>>>,
    /// The host that the ClientHello has named.
    host: OnceLock<Arc<Host>>,
    pub(crate) clock: Clock,
    /// Seconds for which a session may be resumed.
    session_timeout: i64,
    seen: Mutex<Seen>,
}

/// What was seen so far.
#[derive(Default)]
pub(crate) struct Seen {
    /// A whole ClientHello has come.
    pub(crate) greeted: bool,
    /// The name that the client asked for (RFC 6066, 3).
    pub(crate) server_name: Option<String>,
    /// The chain as sent in this handshake, leaf first, each DER; empty: none was sent.
    pub(crate) chain: Vec<Vec<u8>>,
    /// The leaf of it, as the library holds it.
    leaf: Option<X509>,
    reported: Vec<VerifyError>,
    /// What verification found.
    pub(crate) verdict: Option<Verdict>,
    /// The ticket of the session that the client offered and that may be used.
    pub(crate) ticket: Option<Ticket>,
    /// Why the handshake has to fail whatever the mode.
    pub(crate) fatal: Option<Error>,
}

/// What the verify callback answers.
#[derive(Clone, Copy)]
pub(crate) enum Decision {
    /// The handshake goes on; the reason is what the TLS library should remember, if there is one.
    Accept(Option<VerifyCode>),
    /// The handshake ends with this alert.
    Refuse(Alert),
}

impl Seen {
    /// Takes the chain; the leaf is let go of.
    pub(crate) fn take_chain(&mut self) -> Vec<Vec<u8>> {
        self.leaf = None;
        std::mem::take(&mut self.chain)
    }

    /// The certificate is the leaf that was verified.
    pub(crate) fn is_leaf(&self, cert: &X509Ref) -> bool {
        match (&self.leaf, self.chain.first()) {
            // While it is held here, nothing else lies there; else the encoding tells.
            (Some(leaf), Some(_)) if std::ptr::eq::<X509Ref>(&**leaf, cert) => true,
            (_, Some(leaf)) => cert.to_der().is_ok_and(|der| der == *leaf),
            _ => false,
        }
    }
}

impl Trace {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            clock: context.clock.clone(),
            session_timeout: context.session_timeout,
            context: Mutex::new(Some(context)),
            host: OnceLock::new(),
            seen: Mutex::default(),
        }
    }

    /// The ClientHello has come, with this server name: the host that the connection is for from now
    /// on, or the alert that ends it.
    pub(crate) fn greet(&self, name: Option<String>) -> std::result::Result<&Arc<Host>, Alert> {
        let mut seen = self.seen();
        if seen.greeted && seen.server_name != name {
            // A second ClientHello, which answers a HelloRetryRequest, asks for the same (RFC 8446,
            // 4.1.2).
            return Err(Alert::IllegalParameter);
        }
        seen.greeted = true;
        let mut context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(context) = context.take() {
            let Some(host) = context.host(name.as_deref()) else {
                let asked = name.map_or("no name".to_owned(), |name| format!("the name {name:?}"));
                seen.fatal.get_or_insert_with(|| {
                    let message = format!("the client asked for {asked}, which is no host of this server (strict_sni)");
                    Error::new(Code::UnrecognizedName, message).with("alert", Alert::UnrecognizedName.name())
                });
                return Err(Alert::UnrecognizedName);
            };
            let _ = self.host.set(host.clone());
        }
        seen.server_name = name;
        self.host.get().ok_or(Alert::InternalError)
    }

    /// The host that the connection is for; `None` before its ClientHello.
    pub(crate) fn host(&self) -> Option<&Arc<Host>> {
        self.host.get()
    }

    /// The OCSP response for the host's certificate, while it is fresh.
    pub(crate) fn staple(&self) -> Option<&[u8]> {
        let staple = self.host()?.staple.as_ref()?;
        staple.fresh(self.clock.now()).then(|| staple.der())
    }

    /// The mode that holds; nobody is asked before the ClientHello.
    pub(crate) fn mode(&self) -> Mode {
        self.host()
            .map_or(Mode::None, |host| host.policy.rules.mode)
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in the chain that the client sent, before it is verified. An error ends the handshake
    /// in every mode.
    pub(crate) fn begin<'a>(
        &self,
        leaf: &X509Ref,
        sent: impl Iterator<Item = &'a X509Ref>,
    ) -> Result<()> {
        let unreadable = |error: openssl::error::ErrorStack| {
            Error::new(
                Code::PeerCertificateUnreadable,
                format!("the client's certificate: {error}"),
            )
        };
        let mut chain = vec![leaf.to_der().map_err(unreadable)?];
        for (at, cert) in sent.enumerate() {
            // The libraries hand over the leaf as the first of those that were sent, too.
            if at > 0 || !std::ptr::eq(cert, leaf) {
                chain.push(cert.to_der().map_err(unreadable)?);
            }
        }
        let mut largest = 0;
        for der in &chain {
            // What cannot be told to the application is not let in. The size of a key is read by us,
            // because AWS-LC reads no key that is too large.
            let bits = cert::rsa_bits(der).map_err(|error| {
                Error::new(
                    Code::PeerCertificateUnreadable,
                    format!(
                        "a certificate of the client cannot be read: {}",
                        error.message()
                    ),
                )
            })?;
            largest = largest.max(bits.unwrap_or(0));
        }
        let mut seen = self.seen();
        seen.chain = chain;
        seen.leaf = Some(leaf.to_owned());
        seen.reported.clear();
        if largest > MAX_RSA_BITS {
            return Err(Error::new(
                Code::PeerKeyTooLarge,
                format!("the client's chain has an RSA key of {largest} bits; at most {MAX_RSA_BITS} are accepted"),
            ));
        }
        Ok(())
    }

    /// Takes in one error of the library's verification.
    pub(crate) fn report(&self, depth: i32, code: VerifyCode) {
        let error = VerifyError {
            depth: u32::try_from(depth).unwrap_or(0),
            code,
        };
        let mut seen = self.seen();
        // A chain of hostile certificates must not make the list grow without end.
        if seen.reported.len() < 64 && !seen.reported.contains(&error) {
            seen.reported.push(error);
        }
    }

    /// Settles the verdict on the chain that the library built, and what the mode makes of it.
    pub(crate) fn conclude(
        &self,
        host: &Host,
        chain: &[&X509Ref],
        accepted: bool,
        anchors: &Anchors,
    ) -> Decision {
        let mut seen = self.seen();
        let reported = std::mem::take(&mut seen.reported);
        let terms = Terms {
            rules: &host.policy.rules,
            anchors,
            crls: &host.crls,
            now: self.clock.now(),
        };
        let verdict = Verdict::settle(reported, chain, accepted, &terms);
        let first = verdict.errors.first().map(|error| error.code);
        seen.verdict = Some(verdict);
        match first {
            Some(code) if self.mode().needs_verified() => Decision::Refuse(code.alert()),
            other => Decision::Accept(other),
        }
    }

    /// Ends the handshake whatever the mode.
    pub(crate) fn fail(&self, error: Error) {
        self.seen().fatal.get_or_insert(error);
    }

    /// The ticket of a session that the client offers: true when that session may be used.
    pub(crate) fn offered(&self, bytes: &[u8]) -> bool {
        let Some(host) = self.host() else {
            return false;
        };
        let mode = host.policy.rules.mode;
        let ticket = Ticket::decode(bytes)
            .filter(|ticket| ticket.usable(&host.policy, self.clock.now()))
            // A certificate counts only where one is asked for.
            .filter(|ticket| ticket.anchor.is_none() || mode.asks())
            .filter(|ticket| ticket.anchor.is_some() || !mode.needs_certificate());
        let usable = ticket.is_some();
        self.seen().ticket = ticket;
        usable
    }

    /// What a new ticket has to say; `None` when this connection gets none.
    pub(crate) fn ticket(&self, resumed: bool) -> Option<Vec<u8>> {
        let seen = self.seen();
        if resumed {
            return seen.ticket.as_ref().map(Ticket::encode);
        }
        let host = self.host()?;
        let verified = match (seen.chain.first(), &seen.verdict) {
            (None, None) if !host.policy.rules.mode.needs_certificate() => None,
            (Some(_), Some(verdict)) if verdict.ok() && !self.chain_too_large(&seen) => {
                Some((verdict.anchor?, verdict.holds_until()))
            }
            _ => return None,
        };
        let ticket = Ticket::new(
            &host.policy,
            self.clock.now(),
            self.session_timeout,
            verified,
        );
        Some(ticket.encode())
    }

    /// The session must not be resumed: nothing of it goes into a ticket.
    pub(crate) fn wants_no_ticket(&self) -> bool {
        let seen = self.seen();
        self.chain_too_large(&seen) || seen.verdict.as_ref().is_some_and(|verdict| !verdict.ok())
    }

    fn chain_too_large(&self, seen: &Seen) -> bool {
        seen.chain.iter().map(Vec::len).sum::<usize>() > MAX_TICKET_CHAIN
    }
}
