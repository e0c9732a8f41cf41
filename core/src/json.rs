//! This file is about a dictionary as JSON text (RFC 8259), keys in the order of the contract.
//!
//! In: a visitor's calls. Out: text.

use crate::schema::{Key, Sink};

/// The visitor that writes JSON.
#[derive(Default)]
pub struct Writer {
    text: String,
    /// For each open list or dictionary: its closing bracket, and whether it has an element yet.
    open: Vec<(char, bool)>,
    after_key: bool,
}

impl Writer {
    /// The text that was written.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }

    fn separate(&mut self) {
        if std::mem::take(&mut self.after_key) {
            return;
        }
        if let Some((_, filled)) = self.open.last_mut() {
            if std::mem::replace(filled, true) {
                self.text.push_str(", ");
            }
        }
    }

    fn quoted(&mut self, value: &str) {
        self.text.push('"');
        for c in value.chars() {
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                // U+2028 and U+2029 end a line in JavaScript; the rest would not be seen.
                c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                    self.text.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }
}

impl Sink for Writer {
    fn key(&mut self, key: Key) {
        self.separate();
        self.quoted(key.name());
        self.text.push_str(": ");
        self.after_key = true;
    }
    fn text(&mut self, value: &str) {
        self.separate();
        self.quoted(value);
    }
    fn integer(&mut self, value: i64) {
        self.separate();
        self.text.push_str(&value.to_string());
    }
    fn flag(&mut self, value: bool) {
        self.separate();
        self.text.push_str(if value { "true" } else { "false" });
    }
    fn begin_list(&mut self) {
        self.separate();
        self.text.push('[');
        self.open.push((']', false));
    }
    fn begin_dict(&mut self) {
        self.separate();
        self.text.push('{');
        self.open.push(('}', false));
    }
    fn end(&mut self) {
        if let Some((bracket, _)) = self.open.pop() {
            self.text.push(bracket);
        }
    }
}
