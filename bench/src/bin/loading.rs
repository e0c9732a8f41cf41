//! What loading costs: many client CAs or a large CRL, in an acceptor, and in the form that the same TLS
//! library has for them. What was loaded is held until the end.

use openssl::x509::store::X509StoreBuilder;
use openssl::x509::{X509Crl, X509};
use peercert::Acceptor;
use peercert_bench::{account, options, Usage};
use std::fs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *words {
        ["cas", folder] => {
            let start = Usage::now()?;
            let cas = format!("{folder}/client-cas.pem");
            let held = Acceptor::new(options(folder).set("client_ca_file", cas))?;
            account(1, start)?;
            drop(held);
        }
        ["crl", folder] => {
            let start = Usage::now()?;
            let options = options(folder)
                .set("client_ca_file", format!("{folder}/client-ca.pem"))
                .set("client_crl_file", format!("{folder}/crl.pem"));
            let held = Acceptor::new(options)?;
            account(1, start)?;
            drop(held);
        }
        ["store", folder] => {
            let before = Usage::now()?;
            let cas = X509::stack_from_pem(&fs::read(format!("{folder}/client-cas.pem"))?)?;
            // Time: adding them, and not what reading took. Memory: all that the store keeps.
            let start = Usage {
                cpu: Usage::now()?.cpu,
                ..before
            };
            let mut held = X509StoreBuilder::new()?;
            for ca in cas {
                held.add_cert(ca)?;
            }
            account(1, start)?;
            drop(held);
        }
        ["x509-crl", folder] => {
            let start = Usage::now()?;
            let held = X509Crl::from_pem(&fs::read(format!("{folder}/crl.pem"))?)?;
            account(1, start)?;
            drop(held);
        }
        _ => return Err("usage: loading cas|crl|store|x509-crl FOLDER".into()),
    }
    Ok(())
}
