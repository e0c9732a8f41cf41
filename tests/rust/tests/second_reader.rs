//! Reads every certificate of the tests with x509-parser, too: where both read one without
//! reservation, they have to see the same caller.

#![expect(
    clippy::unwrap_used,
    reason = "a certificate that differs ends the test"
)]

use peercert::schema::Sink;
use peercert_tests::path;
use serde_json::Value;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

fn ours(der: &[u8]) -> Value {
    let mut writer = peercert::json::Writer::default();
    writer.begin_dict();
    peercert::certinfo(der).unwrap().describe(&mut writer);
    writer.end();
    serde_json::from_str(&writer.finish()).unwrap()
}

/// What the other reader says, in our form; `None` when it has reservations of its own.
fn theirs(der: &[u8]) -> Option<Value> {
    let (_, cert) = X509Certificate::from_der(der).ok()?;
    let (mut dns, mut email, mut uri) = (Vec::new(), Vec::new(), Vec::new());
    for name in cert
        .subject_alternative_name()
        .ok()?
        .iter()
        .flat_map(|san| &san.value.general_names)
    {
        match name {
            GeneralName::DNSName(text) => dns.push(*text),
            GeneralName::RFC822Name(text) => email.push(*text),
            // A backslash escapes in our texts, so that it stands escaped itself.
            GeneralName::URI(text) => uri.push(text.replace('\\', "\\5C")),
            _ => {}
        }
    }
    let names = |name: &x509_parser::x509::X509Name<'_>| {
        let attribute = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| {
            attribute.attr_type().to_id_string()
        };
        let rdn = |rdn: &x509_parser::x509::RelativeDistinguishedName<'_>| {
            rdn.iter().map(attribute).collect::<Vec<_>>()
        };
        name.iter().map(rdn).collect::<Vec<_>>()
    };
    Some(serde_json::json!({
        "dns": dns,
        "email": email,
        "uri": uri,
        "subject": names(cert.subject()),
        "issuer": names(cert.issuer()),
        "from": cert.validity().not_before.timestamp(),
        "to": cert.validity().not_after.timestamp(),
        "ca": cert.is_ca(),
    }))
}

fn comparable(dictionary: &Value) -> Value {
    let names = |key: &str| {
        let rdns = dictionary[key].as_array().unwrap().iter();
        let oids = |rdn: &Value| -> Vec<Value> {
            let attributes = rdn.as_array().unwrap().iter();
            attributes
                .map(|attribute| attribute["oid"].clone())
                .collect()
        };
        rdns.map(oids).collect::<Vec<_>>()
    };
    serde_json::json!({
        "dns": dictionary.pointer("/san/dns"),
        "email": dictionary.pointer("/san/email"),
        "uri": dictionary.pointer("/san/uri"),
        "subject": names("subjectname"),
        "issuer": names("issuername"),
        "from": dictionary["notbeforetime"],
        "to": dictionary["notaftertime"],
        "ca": dictionary["ca"],
    })
}

#[test]
fn x509_parser_sees_the_same_caller() {
    let mut compared = 0;
    for folder in ["pki/info", "pki/live"] {
        for entry in std::fs::read_dir(path(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_none_or(|end| end != "pem") {
                continue;
            }
            let (_, pem) =
                x509_parser::pem::parse_x509_pem(&std::fs::read(&file).unwrap()).unwrap();
            if pem.label != "CERTIFICATE" {
                continue; // A revocation list lies beside the certificates that it is about.
            }
            let ours = ours(&pem.contents);
            let clean = ours["warnings"].as_array().unwrap().is_empty();
            // An RFC 9598 mailbox is an otherName to the other reader, and e-mail to us.
            let mailbox = file.ends_with("san-mailbox.pem");
            if let Some(theirs) = theirs(&pem.contents).filter(|_| clean && !mailbox) {
                assert_eq!(comparable(&ours), theirs, "{}", file.display());
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "only {compared} were compared");
}
