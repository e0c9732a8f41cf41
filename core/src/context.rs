//! This file is about the context: the TLS library's form of a configuration.
//!
//! In: a validated [`Config`]. Out: [`Context`], which connections are made of. It sets everything
//! that matters, because a system's openssl.cnf may have set something else.

use crate::backend::{self, TicketKeys};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Code, Error, Result};
use crate::names::Resolved;
use crate::policy::Policy;
use crate::staple::Staple;
use crate::trace::Trace;
use crate::verify::Anchors;
use openssl::error::ErrorStack;
use openssl::ssl::{
    AlpnError, Ssl, SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions,
    SslSessionCacheMode, SslVerifyMode,
};
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::X509NameRef;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// What connections are made of.
pub(crate) struct Context {
    inner: SslContext,
    pub(crate) policy: Arc<Policy>,
    anchors: Arc<Anchors>,
    keys: Arc<TicketKeys>,
    clock: Clock,
    session_timeout: i64,
    staple: Option<Arc<Staple>>,
}

impl Context {
    /// The context of a configuration.
    pub(crate) fn new(config: &mut Config, clock: Clock) -> Result<Self> {
        let anchors = Anchors::new(&config.cas).map_err(library)?;
        let policy = Policy::new("", config.mode, config.verify_depth, anchors.digests());
        let staple = config.identity.staple(clock.now(), &mut config.warnings);
        let keys = Arc::new(TicketKeys::random().map_err(library)?);
        let inner = build(config, &policy, &keys).map_err(library)?;
        Ok(Self {
            inner,
            policy: Arc::new(policy),
            anchors: Arc::new(anchors),
            keys,
            clock,
            session_timeout: i64::from(config.session_timeout),
            staple: staple.map(Arc::new),
        })
    }

    /// A connection of the TLS library, and the trace that its callbacks write.
    pub(crate) fn connect(&self) -> Result<(Ssl, Arc<Trace>)> {
        let mut ssl = Ssl::new(&self.inner).map_err(library)?;
        ssl.set_accept_state();
        let trace = Arc::new(Trace::new(
            self.policy.clone(),
            self.anchors.clone(),
            self.clock.clone(),
            self.session_timeout,
            self.staple.clone(),
        ));
        backend::attach(&mut ssl, trace.clone(), self.keys.clone()).map_err(library)?;
        Ok((ssl, trace))
    }
}

/// The library's refusal as an error.
fn library(error: ErrorStack) -> Error {
    Error::new(
        Code::Library,
        format!("the TLS library refuses the configuration: {error}"),
    )
}

fn build(
    config: &mut Config,
    policy: &Policy,
    keys: &Arc<TicketKeys>,
) -> std::result::Result<SslContext, ErrorStack> {
    let mut builder = SslContextBuilder::new(SslMethod::tls_server())?;
    builder.clear_options(builder.options());
    backend::harden(&mut builder);
    set_protocol(&mut builder, config)?;
    set_identity(&mut builder, config)?;
    set_trust(&mut builder, config)?;
    set_sessions(&mut builder, config, policy)?;
    backend::install(&mut builder, keys)?;
    set_alpn(&mut builder, std::mem::take(&mut config.alpn));
    set_keylog(&mut builder, config.keylog.take());
    Ok(builder.build())
}

fn join(names: &[Resolved]) -> String {
    names
        .iter()
        .map(|name| name.name)
        .collect::<Vec<_>>()
        .join(":")
}

fn set_protocol(
    builder: &mut SslContextBuilder,
    config: &Config,
) -> std::result::Result<(), ErrorStack> {
    let mut options = SslOptions::CIPHER_SERVER_PREFERENCE;
    options |= SslOptions::NO_RENEGOTIATION;
    #[cfg(not(awslc))]
    {
        options |= SslOptions::NO_COMPRESSION
            | SslOptions::PRIORITIZE_CHACHA
            | SslOptions::ENABLE_MIDDLEBOX_COMPAT;
    }
    builder.set_options(options);
    // Idle connections give their buffers back; a write may go out in part, from another place.
    builder.set_mode(
        SslMode::RELEASE_BUFFERS
            | SslMode::ACCEPT_MOVING_WRITE_BUFFER
            | SslMode::ENABLE_PARTIAL_WRITE,
    );
    builder.set_min_proto_version(Some(config.min_version))?;
    builder.set_max_proto_version(Some(config.max_version))?;
    builder.set_cipher_list(&join(&config.ciphers))?;
    backend::set_ciphersuites(builder, &join(&config.ciphersuites))?;
    builder.set_groups_list(&join(&config.groups))?;
    let ids: Vec<u16> = config
        .signature_algorithms
        .iter()
        .map(|scheme| scheme.id)
        .collect();
    backend::set_algorithms(builder, &ids, &join(&config.signature_algorithms))
}

fn set_identity(
    builder: &mut SslContextBuilder,
    config: &Config,
) -> std::result::Result<(), ErrorStack> {
    builder.set_certificate(&config.identity.leaf)?;
    for cert in &config.identity.chain {
        builder.add_extra_chain_cert(cert.clone())?;
    }
    builder.set_private_key(&config.identity.key)?;
    builder.check_private_key()
}

fn set_trust(
    builder: &mut SslContextBuilder,
    config: &Config,
) -> std::result::Result<(), ErrorStack> {
    // An empty store, not the library's default one: system roots never vouch for clients.
    let mut store = X509StoreBuilder::new()?;
    for ca in &config.cas {
        store.add_cert(ca.clone())?;
    }
    builder.set_cert_store(store.build());
    let mut names = Stack::new()?;
    for name in &config.ca_names {
        names.push(X509NameRef::to_owned(name)?)?;
    }
    builder.set_client_ca_list(names);
    let mut mode = if config.mode.asks() {
        SslVerifyMode::PEER
    } else {
        SslVerifyMode::NONE
    };
    if config.mode.needs_certificate() {
        mode |= SslVerifyMode::FAIL_IF_NO_PEER_CERT;
    }
    builder.set_verify(mode);
    Ok(())
}

fn set_sessions(
    builder: &mut SslContextBuilder,
    config: &Config,
    policy: &Policy,
) -> std::result::Result<(), ErrorStack> {
    builder.set_session_id_context(policy.digest())?;
    // Sessions live in tickets alone: a cache would have to be told of every change of policy.
    builder.set_session_cache_mode(SslSessionCacheMode::OFF);
    backend::set_session_timeout(builder, config.session_timeout);
    if !config.session_tickets {
        builder.set_options(SslOptions::NO_TICKET);
        #[cfg(not(awslc))]
        builder.set_num_tickets(0)?;
    }
    Ok(())
}

fn set_alpn(builder: &mut SslContextBuilder, protocols: Vec<Vec<u8>>) {
    if protocols.is_empty() {
        return;
    }
    builder.set_alpn_select_callback(move |_, offered| {
        let offered = Offers(offered);
        protocols
            .iter()
            .find_map(|own| offered.into_iter().find(|theirs| theirs == own))
            // RFC 7301, 3.2: a server that shares no protocol says so and stops.
            .ok_or(AlpnError::ALERT_FATAL)
    });
}

/// The protocols of a ClientHello: each a length byte and a name.
#[derive(Clone, Copy)]
struct Offers<'a>(&'a [u8]);

impl<'a> Iterator for Offers<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        self.0 = rest;
        Some(name)
    }
}

fn set_keylog(builder: &mut SslContextBuilder, file: Option<std::fs::File>) {
    let Some(file) = file else { return };
    let file = Mutex::new(file);
    builder.set_keylog_callback(move |_, line| {
        // A key log that cannot be written must not end connections.
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = file.write_all(format!("{line}\n").as_bytes());
    });
}
