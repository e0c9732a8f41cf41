use crate::nouns::Nouns;
pub(crate) fn write(_nouns: &Nouns) -> Vec<(String, String)> {
    Vec::new()
}
