//! This file is about the context: the TLS library's form of a configuration, for each of its hosts.
//!
//! In: a validated [`Config`]. Out: [`Context`], which connections are made of and which knows the
//! host of a name. It sets everything that matters, because a system's openssl.cnf may have set
//! something else.

use crate::backend::{self, TicketKeys};
use crate::clock::Clock;
use crate::config::{Config, HostConfig, Protocol};
use crate::error::{Code, Error, Result};
use crate::host::{Access, Host};
use crate::hostname::Hosts;
use crate::names::Resolved;
use crate::policy::Policy;
use crate::trace::Trace;
use openssl::error::ErrorStack;
use openssl::ssl::{
    AlpnError, Ssl, SslContextBuilder, SslMethod, SslMode, SslOptions, SslSessionCacheMode,
    SslVerifyMode, SslVersion,
};
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::X509NameRef;
use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// What connections are made of.
pub(crate) struct Context {
    /// Of clients that ask for no name, or for one that is not among the hosts.
    pub(crate) default: Arc<Host>,
    hosts: Hosts<Arc<Host>>,
    strict_sni: bool,
    keys: Arc<TicketKeys>,
    pub(crate) clock: Clock,
    pub(crate) session_timeout: i64,
}

impl Context {
    /// The context of a configuration; `keys` are for one that brings none.
    pub(crate) fn new(config: Config, keys: &Arc<TicketKeys>, clock: Clock) -> Result<Self> {
        let shared = Shared {
            versions: widest(&config),
            protocol: config.protocol,
            session_tickets: config.session_tickets,
            session_timeout: config.session_timeout,
            keylog: config.keylog.map(|file| Arc::new(Mutex::new(file))),
        };
        let policy = |name: &str, host: &HostConfig| {
            Policy::new(name, host.rules, host.trust.digest(), &host.crls.digest())
        };
        let own = policy("", &config.default);
        let hosts: Vec<_> = config
            .hosts
            .into_iter()
            .map(|(name, host)| {
                let policy = policy(&name.to_ascii_lowercase(), &host);
                (name, host, policy)
            })
            .collect();
        let mut access = Access {
            default: (!config.strict_sni).then(|| *own.access()),
            hosts: Hosts::default(),
        };
        for (name, _, policy) in &hosts {
            access.hosts.insert(name, *policy.access());
        }
        let access = Arc::new(access);
        let host = |config, policy| shared.host(config, policy, &access).map(Arc::new);
        let default = host(config.default, own).map_err(library)?;
        let mut by_name = Hosts::default();
        for (name, config, policy) in hosts {
            by_name.insert(&name, host(config, policy).map_err(library)?);
        }
        Ok(Self {
            default,
            hosts: by_name,
            strict_sni: config.strict_sni,
            keys: config
                .ticket_keys
                .map_or_else(|| keys.clone(), |own| Arc::new(TicketKeys::new(own))),
            clock,
            session_timeout: i64::from(config.session_timeout),
        })
    }

    /// A connection of the TLS library, and the trace that its callbacks write.
    pub(crate) fn connect(self: &Arc<Self>) -> Result<(Ssl, Arc<Trace>)> {
        let mut ssl = Ssl::new(&self.default.inner).map_err(library)?;
        ssl.set_accept_state();
        let trace = Arc::new(Trace::new(self.clone()));
        backend::attach(&mut ssl, trace.clone(), self.keys.clone()).map_err(library)?;
        Ok((ssl, trace))
    }

    /// The host of the name that a client asks for; `None` when it has to be refused.
    pub(crate) fn host(&self, name: Option<&str>) -> Option<&Arc<Host>> {
        let named = name.and_then(|name| self.hosts.find(name));
        named.or((!self.strict_sni).then_some(&self.default))
    }
}

/// What is the same for every host of a server.
struct Shared {
    /// The lowest and the highest of any host: which of them a connection is for shows later.
    versions: [SslVersion; 2],
    protocol: Protocol,
    session_tickets: bool,
    session_timeout: u32,
    keylog: Option<Arc<Mutex<File>>>,
}

fn widest(config: &Config) -> [SslVersion; 2] {
    let newest = SslVersion::TLS1_3;
    let hosts = || {
        config
            .hosts
            .iter()
            .map(|(_, host)| host)
            .chain([&config.default])
    };
    let low = hosts().all(|host| host.min_version == newest);
    let high = hosts().any(|host| host.max_version == newest);
    let version = |is_3| if is_3 { newest } else { SslVersion::TLS1_2 };
    [version(low), version(high)]
}

/// The library's refusal as an error.
fn library(error: ErrorStack) -> Error {
    Error::new(
        Code::Library,
        format!("the TLS library refuses the configuration: {error}"),
    )
}

type Outcome<T> = std::result::Result<T, ErrorStack>;

impl Shared {
    fn host(&self, config: HostConfig, policy: Policy, access: &Arc<Access>) -> Outcome<Host> {
        let mut builder = SslContextBuilder::new(SslMethod::tls_server())?;
        builder.clear_options(builder.options());
        backend::harden(&mut builder);
        self.set_protocol(&mut builder)?;
        set_identity(&mut builder, &config)?;
        set_trust(&mut builder, &config)?;
        self.set_sessions(&mut builder, &policy)?;
        backend::install(&mut builder)?;
        set_alpn(&mut builder, config.alpn);
        set_keylog(&mut builder, self.keylog.clone());
        Ok(Host {
            inner: builder.build(),
            policy,
            trust: config.trust,
            staple: config.identity.staple.clone(),
            crls: config.crls,
            min_version: config.min_version,
            max_version: config.max_version,
            access: access.clone(),
        })
    }

    fn set_protocol(&self, builder: &mut SslContextBuilder) -> Outcome<()> {
        let protocol = &self.protocol;
        let [lowest, highest] = self.versions;
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
        builder.set_min_proto_version(Some(lowest))?;
        builder.set_max_proto_version(Some(highest))?;
        builder.set_cipher_list(&join(&protocol.ciphers))?;
        backend::set_ciphersuites(builder, &join(&protocol.ciphersuites))?;
        builder.set_groups_list(&join(&protocol.groups))?;
        let ids: Vec<u16> = protocol
            .signature_algorithms
            .iter()
            .map(|scheme| scheme.id)
            .collect();
        backend::set_algorithms(builder, &ids, &join(&protocol.signature_algorithms))
    }

    fn set_sessions(&self, builder: &mut SslContextBuilder, policy: &Policy) -> Outcome<()> {
        builder.set_session_id_context(policy.digest())?;
        // Sessions live in tickets alone: a cache would have to be told of every change of policy.
        builder.set_session_cache_mode(SslSessionCacheMode::OFF);
        backend::set_session_timeout(builder, self.session_timeout);
        if !self.session_tickets {
            builder.set_options(SslOptions::NO_TICKET);
            #[cfg(not(awslc))]
            builder.set_num_tickets(0)?;
        }
        Ok(())
    }
}

fn join(names: &[Resolved]) -> String {
    names
        .iter()
        .map(|name| name.name)
        .collect::<Vec<_>>()
        .join(":")
}

fn set_identity(builder: &mut SslContextBuilder, config: &HostConfig) -> Outcome<()> {
    builder.set_certificate(&config.identity.leaf)?;
    for cert in &config.identity.chain {
        builder.add_extra_chain_cert(cert.clone())?;
    }
    builder.set_private_key(&config.identity.key)?;
    builder.check_private_key()
}

fn set_trust(builder: &mut SslContextBuilder, config: &HostConfig) -> Outcome<()> {
    // An empty store, not the library's default one: system roots never vouch for clients. Those
    // who do are handed over when a chain has come.
    builder.set_cert_store(X509StoreBuilder::new()?.build());
    let mut names = Stack::new()?;
    for name in config.ca_names.iter() {
        names.push(X509NameRef::to_owned(name)?)?;
    }
    builder.set_client_ca_list(names);
    // Whether clients are really asked is set when the ClientHello has named its host. AWS-LC takes
    // no ClientHello above 16 kB from clients that will not be asked, and a ticket can be larger.
    builder.set_verify(SslVerifyMode::PEER);
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

fn set_keylog(builder: &mut SslContextBuilder, file: Option<Arc<Mutex<File>>>) {
    let Some(file) = file else { return };
    builder.set_keylog_callback(move |_, line| {
        // A key log that cannot be written must not end connections.
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = file.write_all(format!("{line}\n").as_bytes());
    });
}
