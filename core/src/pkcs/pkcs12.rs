//! This file is about reading PKCS#12 (RFC 7292): keys and certificates in one file, behind a
//! password.
//!
//! In: the file. Out: [`Contents`], in the order of the file. It may not know which certificate
//! belongs to which key.

use super::derivation::{self, MessageDigestName, Password, Purpose};
use super::encryption::{count, decrypt, Algorithm};
use super::{Budget, Fault};
use crate::cert::der::{tag, Class, Malformed, Read, Reader};
use crate::cert::oid_named;
use openssl::memcmp;
use openssl::pkey::PKey;
use openssl::sign::Signer;

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Each as PKCS#8, not encrypted.
    pub(crate) keys: Vec<Vec<u8>>,
    /// Each once, as DER.
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// A ContentInfo (RFC 5652, 3) as far as PKCS#12 uses it.
enum Content {
    Plain(Vec<u8>),
    Encrypted(Algorithm, Vec<u8>),
}

/// MacData (RFC 7292, 4): the digest's OID, the MAC, its salt and rounds.
struct Mac {
    algorithm: Algorithm,
    value: Vec<u8>,
    salt: Vec<u8>,
    rounds: u64,
}

/// A SafeBag (RFC 7292, 4.2) that is of use here.
enum Bag {
    Key(Vec<u8>),
    SealedKey(Algorithm, Vec<u8>),
    Certificate(Vec<u8>),
}

/// Opens a file. Without a password, none and the empty one are tried, which are different here.
pub(crate) fn open(data: &[u8], password: Option<&str>) -> Result<Contents, Fault> {
    let mut budget = Budget::new();
    let (content, mac) = Reader::new(data).within(Class::Universal, tag::SEQUENCE, |file| {
        if count(file)? != 3 {
            return Err(Malformed("it is not version 3 of PKCS#12"));
        }
        let content = Content::read(file)?;
        let mac = if file.at_end() {
            None
        } else {
            Some(Mac::read(file)?)
        };
        Ok((content, mac))
    })?;
    let Content::Plain(safe) = content else {
        return Err(Fault::Unsupported("public keys".to_owned()));
    };
    let tried = match password {
        None | Some("") => vec![Password::new(""), Password::none()],
        Some(text) => vec![Password::new(text)],
    };
    for candidate in &tried {
        let opened = match &mac {
            Some(mac) if !mac.vouches(&safe, candidate, &mut budget)? => Err(Fault::WrongPassword),
            _ => unpack(&safe, candidate, &mut budget),
        };
        match opened {
            Err(Fault::WrongPassword) => {}
            other => return other,
        }
    }
    Err(match password {
        None => Fault::NeedsPassword,
        Some(_) => Fault::WrongPassword,
    })
}

fn unpack(safe: &[u8], password: &Password, budget: &mut Budget) -> Result<Contents, Fault> {
    let contents = list(safe, Content::read)?;
    let mut found = Contents::default();
    for content in contents {
        let bags = match content {
            Content::Plain(bags) => bags,
            Content::Encrypted(algorithm, data) => decrypt(&algorithm, &data, password, budget)?,
        };
        for bag in list(&bags, Bag::read)?.into_iter().flatten() {
            match bag {
                Bag::Key(key) => found.keys.push(key),
                Bag::SealedKey(algorithm, data) => {
                    found
                        .keys
                        .push(decrypt(&algorithm, &data, password, budget)?);
                }
                // Programs that add a chain to a chain write some twice.
                Bag::Certificate(der) if found.certificates.contains(&der) => {}
                Bag::Certificate(der) => found.certificates.push(der),
            }
        }
    }
    Ok(found)
}

/// The elements of a SEQUENCE OF.
fn list<T>(data: &[u8], read: impl Fn(&mut Reader<'_>) -> Read<T>) -> Read<Vec<T>> {
    Reader::new(data).within_list(tag::SEQUENCE, |items| {
        let mut all = Vec::new();
        while !items.at_end() {
            all.push(read(items)?);
        }
        Ok(all)
    })
}

impl Content {
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
        const ENCRYPTED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
        reader.within(Class::Universal, tag::SEQUENCE, |info| {
            let kind = info.value(tag::OID)?.content;
            info.within(Class::Context, 0, |content| match &*kind {
                DATA => {
                    let data = content.value(tag::OCTET_STRING)?;
                    Ok(Self::Plain(data.content.into_owned()))
                }
                ENCRYPTED_DATA => content.within(Class::Universal, tag::SEQUENCE, |data| {
                    data.value(tag::INTEGER)?;
                    let content = data.within(Class::Universal, tag::SEQUENCE, Self::encrypted)?;
                    while !data.at_end() {
                        data.any()?;
                    }
                    Ok(content)
                }),
                _ => Err(Malformed(
                    "a part is neither plain nor encrypted with a password",
                )),
            })
        })
    }

    /// EncryptedContentInfo (RFC 5652, 6.1).
    fn encrypted(fields: &mut Reader<'_>) -> Read<Self> {
        fields.value(tag::OID)?;
        let algorithm = Algorithm::read(fields)?;
        let data = fields.tagged(Class::Context, 0, tag::OCTET_STRING)?;
        Ok(Self::Encrypted(algorithm, data.content.into_owned()))
    }
}

impl Mac {
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        reader.within(Class::Universal, tag::SEQUENCE, |fields| {
            let (algorithm, value) = fields.within(Class::Universal, tag::SEQUENCE, |info| {
                let algorithm = Algorithm::read(info)?;
                Ok((
                    algorithm,
                    info.value(tag::OCTET_STRING)?.content.into_owned(),
                ))
            })?;
            let salt = fields.value(tag::OCTET_STRING)?.content.into_owned();
            let rounds = if fields.at_end() { 1 } else { count(fields)? };
            Ok(Self {
                algorithm,
                value,
                salt,
                rounds,
            })
        })
    }

    /// The MAC is right, so that the password is.
    fn vouches(
        &self,
        safe: &[u8],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<bool, Fault> {
        let digest = match self.algorithm.oid.as_slice() {
            b"\x2b\x0e\x03\x02\x1a" => MessageDigestName::Sha1,
            b"\x60\x86\x48\x01\x65\x03\x04\x02\x04" => MessageDigestName::Sha224,
            b"\x60\x86\x48\x01\x65\x03\x04\x02\x01" => MessageDigestName::Sha256,
            b"\x60\x86\x48\x01\x65\x03\x04\x02\x02" => MessageDigestName::Sha384,
            b"\x60\x86\x48\x01\x65\x03\x04\x02\x03" => MessageDigestName::Sha512,
            other => return Err(Fault::Unsupported(oid_named(other))),
        };
        let source = (password, self.salt.as_slice(), self.rounds);
        let length = digest.digest().size();
        let key = derivation::pkcs12(Purpose::Mac, source, digest, length, budget)?;
        let mac = Signer::new(digest.digest(), &*PKey::hmac(&key)?)?.sign_oneshot_to_vec(safe)?;
        Ok(mac.len() == self.value.len() && memcmp::eq(&mac, &self.value))
    }
}

impl Bag {
    /// The next bag; `None` when it is of no use here.
    fn read(reader: &mut Reader<'_>) -> Read<Option<Self>> {
        const BAGS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01";
        reader.within(Class::Universal, tag::SEQUENCE, |bag| {
            let kind = bag.value(tag::OID)?.content;
            let found = bag.within(Class::Context, 0, |value| match kind.strip_prefix(BAGS) {
                Some([1]) => Ok(Some(Self::Key(value.any()?.encoding.to_vec()))),
                Some([2]) => {
                    let (algorithm, data) = sealed_key(value)?;
                    Ok(Some(Self::SealedKey(algorithm, data)))
                }
                Some([3]) => Ok(certificate(value)?.map(Self::Certificate)),
                _ => value.any().map(|_| None),
            })?;
            while !bag.at_end() {
                bag.any()?;
            }
            Ok(found)
        })
    }
}

/// EncryptedPrivateKeyInfo (RFC 5958, 3).
pub(super) fn sealed_key(reader: &mut Reader<'_>) -> Read<(Algorithm, Vec<u8>)> {
    reader.within(Class::Universal, tag::SEQUENCE, |fields| {
        let algorithm = Algorithm::read(fields)?;
        Ok((
            algorithm,
            fields.value(tag::OCTET_STRING)?.content.into_owned(),
        ))
    })
}

/// The certificate of a CertBag (RFC 7292, 4.2.3), if it is one of X.509.
fn certificate(reader: &mut Reader<'_>) -> Read<Option<Vec<u8>>> {
    const X509: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01";
    reader.within(Class::Universal, tag::SEQUENCE, |bag| {
        let kind = bag.value(tag::OID)?.content;
        bag.within(Class::Context, 0, |value| {
            if *kind != *X509 {
                return value.any().map(|_| None);
            }
            let der = value.value(tag::OCTET_STRING)?.content.into_owned();
            Ok(Some(der))
        })
    })
}
