//! This file is about a dictionary as a tree of values.
//!
//! In: a visitor's calls. Out: [`Value`], which C programs walk and tests compare.

use crate::schema::{Key, Sink};

/// A value of the dictionary. A dictionary keeps the order of its keys. `T` is how texts are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<T = String> {
    /// True or false.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(T),
    /// A list.
    List(Vec<Value<T>>),
    /// A dictionary.
    Dict(Vec<(Key, Value<T>)>),
}

impl<T: AsRef<str>> Value<T> {
    /// The value under a key; `None` when this is no dictionary or has no such key.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Dict(entries) => entries
                .iter()
                .find(|(k, _)| k.name() == name)
                .map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text, when this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_ref()),
            _ => None,
        }
    }

    /// The flag, when this is one.
    #[must_use]
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, when this is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements, when this is a list; else none.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Hands this value to another visitor.
    pub fn visit(&self, sink: &mut impl Sink) {
        match self {
            Self::Flag(value) => sink.flag(*value),
            Self::Integer(value) => sink.integer(*value),
            Self::Text(value) => sink.text(value.as_ref()),
            Self::List(items) => {
                sink.begin_list();
                items.iter().for_each(|item| item.visit(sink));
                sink.end();
            }
            Self::Dict(entries) => {
                sink.begin_dict();
                for (key, value) in entries {
                    sink.key(*key);
                    value.visit(sink);
                }
                sink.end();
            }
        }
    }
}

/// The visitor that builds a [`Value`].
pub struct Builder<T = String> {
    open: Vec<(Option<Key>, Value<T>)>,
    pending: Option<Key>,
    root: Option<Value<T>>,
}

impl<T> Default for Builder<T> {
    fn default() -> Self {
        Self {
            open: Vec::new(),
            pending: None,
            root: None,
        }
    }
}

impl<T> Builder<T> {
    /// What was built; `None` when nothing was visited.
    #[must_use]
    pub fn finish(self) -> Option<Value<T>> {
        self.root
    }

    fn put(&mut self, key: Option<Key>, value: Value<T>) {
        match (self.open.last_mut(), key) {
            (Some((_, Value::Dict(entries))), Some(key)) => entries.push((key, value)),
            (Some((_, Value::List(items))), _) => items.push(value),
            _ => self.root = Some(value),
        }
    }

    fn leaf(&mut self, value: Value<T>) {
        let key = self.pending.take();
        self.put(key, value);
    }
}

impl<T: for<'a> From<&'a str>> Sink for Builder<T> {
    fn key(&mut self, key: Key) {
        self.pending = Some(key);
    }
    fn text(&mut self, value: &str) {
        self.leaf(Value::Text(value.into()));
    }
    fn integer(&mut self, value: i64) {
        self.leaf(Value::Integer(value));
    }
    fn flag(&mut self, value: bool) {
        self.leaf(Value::Flag(value));
    }
    fn begin_list(&mut self) {
        self.open
            .push((self.pending.take(), Value::List(Vec::new())));
    }
    fn begin_dict(&mut self) {
        self.open
            .push((self.pending.take(), Value::Dict(Vec::new())));
    }
    fn end(&mut self) {
        if let Some((key, value)) = self.open.pop() {
            self.put(key, value);
        }
    }
}
