//! This file is about the names of cipher suites, groups and signature schemes: one table each, with
//! every spelling that is in use and which TLS library knows it.
//!
//! In: a name that an operator wrote, or a number from the wire. Out: the number or the one name
//! that the dictionaries show. It may not know of contexts.

/// Where a name is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Both,
    OpenSsl,
    /// AWS-LC, and OpenSSL from 3.5 on.
    Recent,
}

impl Known {
    fn here(self) -> bool {
        match self {
            Self::Both => true,
            Self::OpenSsl => cfg!(not(awslc)),
            Self::Recent => cfg!(awslc) || openssl::version::number() >= 0x3050_0000,
        }
    }
}

/// A TLS 1.2 cipher suite: OpenSSL's name.
struct Cipher(&'static str, Known);

/// The suites for TLS 1.2, the ones that are on by default first.
static CIPHERS: &[Cipher] = &[
    Cipher("ECDHE-ECDSA-AES128-GCM-SHA256", Known::Both),
    Cipher("ECDHE-RSA-AES128-GCM-SHA256", Known::Both),
    Cipher("ECDHE-ECDSA-AES256-GCM-SHA384", Known::Both),
    Cipher("ECDHE-RSA-AES256-GCM-SHA384", Known::Both),
    Cipher("ECDHE-ECDSA-CHACHA20-POLY1305", Known::Both),
    Cipher("ECDHE-RSA-CHACHA20-POLY1305", Known::Both),
    Cipher("ECDHE-ECDSA-AES128-SHA256", Known::OpenSsl),
    Cipher("ECDHE-RSA-AES128-SHA256", Known::Both),
    Cipher("ECDHE-ECDSA-AES256-SHA384", Known::OpenSsl),
    Cipher("ECDHE-RSA-AES256-SHA384", Known::Both),
    Cipher("ECDHE-ECDSA-AES128-SHA", Known::Both),
    Cipher("ECDHE-RSA-AES128-SHA", Known::Both),
    Cipher("ECDHE-ECDSA-AES256-SHA", Known::Both),
    Cipher("ECDHE-RSA-AES256-SHA", Known::Both),
    Cipher("AES128-GCM-SHA256", Known::Both),
    Cipher("AES256-GCM-SHA384", Known::Both),
    Cipher("AES128-SHA256", Known::Both),
    Cipher("AES128-SHA", Known::Both),
    Cipher("AES256-SHA", Known::Both),
];

/// How many of [`CIPHERS`] are on by default: those with forward secrecy and an AEAD.
const DEFAULT_CIPHERS: usize = 6;

/// The suites for TLS 1.3, all on by default.
static CIPHERSUITES: &[Cipher] = &[
    Cipher("TLS_AES_128_GCM_SHA256", Known::Both),
    Cipher("TLS_AES_256_GCM_SHA384", Known::Both),
    Cipher("TLS_CHACHA20_POLY1305_SHA256", Known::Both),
];

/// A key exchange group.
pub(crate) struct Group {
    /// The name in IANA's registry, which the dictionaries show.
    name: &'static str,
    /// Other spellings; the first is the one that both libraries understand.
    aliases: &'static [&'static str],
    id: u16,
    /// OpenSSL's object number, 0 when it has none.
    #[cfg_attr(awslc, expect(dead_code, reason = "AWS-LC tells the id"))]
    nid: i32,
    known: Known,
}

static GROUPS: &[Group] = &[
    Group {
        name: "X25519MLKEM768",
        aliases: &["X25519MLKEM768"],
        id: 0x11ec,
        nid: 0,
        known: Known::Recent,
    },
    Group {
        name: "x25519",
        aliases: &["X25519"],
        id: 0x001d,
        nid: 1_034,
        known: Known::Both,
    },
    Group {
        name: "secp256r1",
        aliases: &["P-256", "prime256v1"],
        id: 0x0017,
        nid: 415,
        known: Known::Both,
    },
    Group {
        name: "secp384r1",
        aliases: &["P-384"],
        id: 0x0018,
        nid: 715,
        known: Known::Both,
    },
    Group {
        name: "secp521r1",
        aliases: &["P-521"],
        id: 0x0019,
        nid: 716,
        known: Known::Both,
    },
    Group {
        name: "x448",
        aliases: &["X448"],
        id: 0x001e,
        nid: 1_035,
        known: Known::OpenSsl,
    },
];

/// How many of [`GROUPS`] are on by default, where they are known. P-521 is among them because in
/// TLS 1.2 OpenSSL takes a client's key only on a curve that is a group, too (RFC 8422, 5.1).
const DEFAULT_GROUPS: usize = 5;

impl Group {
    /// The name of the group with this number in TLS.
    pub(crate) fn by_id(id: u16) -> Option<&'static str> {
        GROUPS
            .iter()
            .find(|group| group.id == id)
            .map(|group| group.name)
    }

    /// The name of the group with this object number in OpenSSL.
    #[cfg(not(awslc))]
    pub(crate) fn by_nid(nid: i32) -> Option<&'static str> {
        GROUPS
            .iter()
            .find(|group| nid != 0 && group.nid == nid)
            .map(|group| group.name)
    }
}

/// A signature scheme (RFC 8446, 4.2.3).
struct Scheme {
    name: &'static str,
    /// OpenSSL's older spelling.
    alias: &'static str,
    id: u16,
    known: Known,
}

/// The schemes, the ones that are on by default first.
static SCHEMES: &[Scheme] = &[
    Scheme {
        name: "ed25519",
        alias: "ED25519",
        id: 0x0807,
        known: Known::Both,
    },
    Scheme {
        name: "ecdsa_secp256r1_sha256",
        alias: "ECDSA+SHA256",
        id: 0x0403,
        known: Known::Both,
    },
    Scheme {
        name: "ecdsa_secp384r1_sha384",
        alias: "ECDSA+SHA384",
        id: 0x0503,
        known: Known::Both,
    },
    Scheme {
        name: "ecdsa_secp521r1_sha512",
        alias: "ECDSA+SHA512",
        id: 0x0603,
        known: Known::Both,
    },
    Scheme {
        name: "rsa_pss_rsae_sha256",
        alias: "RSA-PSS+SHA256",
        id: 0x0804,
        known: Known::Both,
    },
    Scheme {
        name: "rsa_pss_rsae_sha384",
        alias: "RSA-PSS+SHA384",
        id: 0x0805,
        known: Known::Both,
    },
    Scheme {
        name: "rsa_pss_rsae_sha512",
        alias: "RSA-PSS+SHA512",
        id: 0x0806,
        known: Known::Both,
    },
    Scheme {
        name: "rsa_pkcs1_sha256",
        alias: "RSA+SHA256",
        id: 0x0401,
        known: Known::Both,
    },
    Scheme {
        name: "rsa_pkcs1_sha384",
        alias: "RSA+SHA384",
        id: 0x0501,
        known: Known::Both,
    },
    Scheme {
        name: "rsa_pkcs1_sha512",
        alias: "RSA+SHA512",
        id: 0x0601,
        known: Known::Both,
    },
    Scheme {
        name: "ed448",
        alias: "ED448",
        id: 0x0808,
        known: Known::OpenSsl,
    },
    Scheme {
        name: "rsa_pss_pss_sha256",
        alias: "",
        id: 0x0809,
        known: Known::OpenSsl,
    },
    Scheme {
        name: "rsa_pss_pss_sha384",
        alias: "",
        id: 0x080a,
        known: Known::OpenSsl,
    },
    Scheme {
        name: "rsa_pss_pss_sha512",
        alias: "",
        id: 0x080b,
        known: Known::OpenSsl,
    },
];

/// The name of the signature scheme with this number.
pub(crate) fn scheme_name(id: u16) -> Option<&'static str> {
    SCHEMES
        .iter()
        .find(|scheme| scheme.id == id)
        .map(|scheme| scheme.name)
}

/// A kind of list, for [`resolve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Ciphers,
    Ciphersuites,
    Groups,
    SignatureAlgorithms,
}

/// A name in the form that this TLS library reads, and its number in TLS where that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) name: &'static str,
    pub(crate) id: u16,
}

/// The name as this TLS library reads it. `Err(true)`: another TLS library knows it.
pub(crate) fn resolve(list: List, word: &str) -> Result<Resolved, bool> {
    let same = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(word);
    let found = match list {
        List::Ciphers | List::Ciphersuites => {
            let table = if list == List::Ciphers {
                CIPHERS
            } else {
                CIPHERSUITES
            };
            table.iter().find(|c| same(c.0)).map(|c| (c.0, 0, c.1))
        }
        List::Groups => GROUPS
            .iter()
            .find(|g| same(g.name) || g.aliases.iter().any(|alias| same(alias)))
            .map(|g| (*g.aliases.first().unwrap_or(&g.name), g.id, g.known)),
        List::SignatureAlgorithms => SCHEMES
            .iter()
            .find(|s| same(s.name) || same(s.alias))
            .map(|s| (s.name, s.id, s.known)),
    };
    match found {
        Some((name, id, known)) if known.here() => Ok(Resolved { name, id }),
        Some(_) => Err(true),
        None => Err(false),
    }
}

/// The names that are on when the option is not given.
pub(crate) fn default(list: List) -> Vec<Resolved> {
    let names: Vec<&str> = match list {
        List::Ciphers => CIPHERS.iter().take(DEFAULT_CIPHERS).map(|c| c.0).collect(),
        List::Ciphersuites => CIPHERSUITES.iter().map(|c| c.0).collect(),
        List::Groups => GROUPS.iter().take(DEFAULT_GROUPS).map(|g| g.name).collect(),
        List::SignatureAlgorithms => SCHEMES.iter().map(|s| s.name).collect(),
    };
    names
        .into_iter()
        .filter_map(|name| resolve(list, name).ok())
        .collect()
}

/// Every name that this TLS library knows, for messages and documentation.
pub(crate) fn known(list: List) -> Vec<&'static str> {
    let all: Vec<&str> = match list {
        List::Ciphers => CIPHERS.iter().map(|c| c.0).collect(),
        List::Ciphersuites => CIPHERSUITES.iter().map(|c| c.0).collect(),
        List::Groups => GROUPS.iter().map(|g| g.name).collect(),
        List::SignatureAlgorithms => SCHEMES.iter().map(|s| s.name).collect(),
    };
    all.into_iter()
        .filter(|name| resolve(list, name).is_ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::ssl::{SslContextBuilder, SslMethod};

    #[test]
    fn the_library_takes_every_name_that_the_tables_say_it_knows() {
        for name in known(List::Ciphers) {
            let mut builder = SslContextBuilder::new(SslMethod::tls_server()).unwrap();
            builder
                .set_cipher_list(name)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        for name in known(List::Groups) {
            let mut builder = SslContextBuilder::new(SslMethod::tls_server()).unwrap();
            let name = resolve(List::Groups, name).unwrap().name;
            builder
                .set_groups_list(name)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        for name in known(List::Ciphersuites) {
            let mut builder = SslContextBuilder::new(SslMethod::tls_server()).unwrap();
            crate::backend::set_ciphersuites(&mut builder, name)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        for name in known(List::SignatureAlgorithms) {
            let mut builder = SslContextBuilder::new(SslMethod::tls_server()).unwrap();
            let scheme = resolve(List::SignatureAlgorithms, name).unwrap();
            crate::backend::set_algorithms(&mut builder, &[scheme.id], scheme.name)
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    #[test]
    fn a_group_has_one_name_in_every_spelling() {
        for spelling in ["P-256", "secp256r1", "PRIME256V1"] {
            assert_eq!(resolve(List::Groups, spelling).unwrap().id, 0x17);
        }
        assert_eq!(resolve(List::Groups, "P-192"), Err(false));
    }
}
