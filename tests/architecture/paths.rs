//! Finds every path that a file names, and spells it out from the crate's root.

use std::collections::BTreeMap;

use crate::words::{Word, words};

/// Something that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The line on which the path ends.
    pub(crate) line: usize,
    /// Whether the path starts at this crate's root; otherwise it starts at another crate or at a local name.
    pub(crate) of_this_crate: bool,
    /// The segments after the root; the last is `*` for a glob import.
    pub(crate) path: Vec<String>,
}

/// The module that the file `file` (`src/web/form.rs`) is: `web`, `form`.
pub(crate) fn module_of(file: &str) -> Vec<String> {
    let inside = file.strip_prefix("src/").unwrap_or(file);
    let mut module: Vec<String> = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let is_root = module.len() == 1 && matches!(inside, "lib.rs" | "main.rs");
    if is_root || module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    module
}

/// Everything that `text`, the content of `file`, names: imports, and paths of two or more segments wherever they stand.
pub(crate) fn named_in(file: &str, text: &str) -> Vec<Named> {
    let words = words(text);
    let mut finder = Finder { words: &words, module: module_of(file), inner: Vec::new(), depth: 0, found: Vec::new() };
    finder.run();
    let (children, written) = finder.found.into_iter().partition::<Vec<_>, _>(|found| found.declared);
    let mut local: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for child in children {
        local.insert(child.bound, child.path);
    }
    for import in written.iter().filter(|found| found.imported && found.path[0] == "crate") {
        local.insert(import.bound.clone(), import.path.clone());
    }
    written.into_iter().map(|found| found.spelled_out(&local)).collect()
}

/// A path as it is written, except that `self` and `super` are already `crate::…`.
struct Found {
    line: usize,
    path: Vec<String>,
    /// The name under which an import or declaration is known in the file; empty for other paths.
    bound: String,
    imported: bool,
    /// A child module (`mod name`), under its full path.
    declared: bool,
}

impl Found {
    /// Replaces a first segment that an import or a child module has bound in this file.
    fn spelled_out(mut self, local: &BTreeMap<String, Vec<String>>) -> Named {
        if let Some(full) = local.get(&self.path[0]) {
            self.path.splice(0..1, full.iter().cloned());
        }
        let of_this_crate = matches!(self.path[0].as_str(), "crate" | "countersign");
        if of_this_crate {
            self.path.remove(0);
        }
        Named { line: self.line, of_this_crate, path: self.path }
    }
}

struct Finder<'a> {
    words: &'a [Word],
    module: Vec<String>,
    /// Inline modules around the present word, each with the depth of its opening brace.
    inner: Vec<(String, usize)>,
    depth: usize,
    found: Vec<Found>,
}

impl Finder<'_> {
    fn text(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    fn is_name(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(Word::is_name)
    }

    fn run(&mut self) {
        let mut at = 0;
        while at < self.words.len() {
            at = match self.text(at) {
                "{" => {
                    self.depth += 1;
                    at + 1
                }
                "}" => {
                    if self.inner.last().is_some_and(|(_, depth)| *depth == self.depth) {
                        self.inner.pop();
                    }
                    self.depth = self.depth.saturating_sub(1);
                    at + 1
                }
                "mod" if self.is_name(at + 1) => self.child(at + 1),
                "use" if self.is_name(at + 1) || matches!(self.text(at + 1), "::" | "{") => {
                    self.tree(at + 1, &mut Vec::new())
                }
                "extern" if self.text(at + 1) == "crate" && self.is_name(at + 2) => {
                    self.keep(at + 2, &[self.text(at + 2).to_owned()], None);
                    at + 3
                }
                _ if self.is_name(at) && self.starts_a_path(at) => self.path(at),
                _ => at + 1,
            };
        }
    }

    /// `mod name;` or `mod name {`.
    fn child(&mut self, at: usize) -> usize {
        let name = self.text(at).to_owned();
        let mut path = self.here();
        path.push(name.clone());
        let line = self.words[at].line;
        self.found.push(Found { line, path, bound: name.clone(), imported: false, declared: true });
        if self.text(at + 1) == "{" {
            self.inner.push((name, self.depth + 1));
        }
        at + 1
    }

    /// `crate` and the module around the present word.
    fn here(&self) -> Vec<String> {
        let inner = self.inner.iter().map(|(name, _)| name.clone());
        std::iter::once("crate".to_owned()).chain(self.module.iter().cloned()).chain(inner).collect()
    }

    /// Not what follows `Vec::<T>::`; but `::name` after anything else is a path from the list of crates.
    fn starts_a_path(&self, at: usize) -> bool {
        at == 0 || self.text(at - 1) != "::" || at == 1 || self.text(at - 2) != ">"
    }

    /// A path outside an import; a name alone is none.
    fn path(&mut self, mut at: usize) -> usize {
        let mut path = vec![self.text(at).to_owned()];
        while self.text(at + 1) == "::" && self.is_name(at + 2) {
            at += 2;
            path.push(self.text(at).to_owned());
        }
        if path.len() > 1 {
            self.keep(at, &path, None);
        }
        at + 1
    }

    /// One branch of a `use` tree, whose stem is `stem`; gives the position after it.
    fn tree(&mut self, mut at: usize, stem: &mut Vec<String>) -> usize {
        let rooted = stem.len();
        loop {
            match self.text(at) {
                "::" => at += 1,
                "{" => {
                    at += 1;
                    while !matches!(self.text(at), "}" | "") {
                        at = self.tree(at, stem);
                        if self.text(at) == "," {
                            at += 1;
                        }
                    }
                    at += 1;
                    break;
                }
                "*" => {
                    stem.push("*".to_owned());
                    self.keep(at, stem, Some("*"));
                    at += 1;
                    break;
                }
                _ if self.is_name(at) => {
                    // `web::{self, …}` names `web` itself.
                    if self.text(at) != "self" || stem.is_empty() {
                        stem.push(self.text(at).to_owned());
                    }
                    at += 1;
                    if self.text(at) != "::" {
                        let last = at - 1;
                        let bound = if self.text(at) == "as" {
                            at += 2;
                            self.text(at - 1).to_owned()
                        } else {
                            stem.last().cloned().unwrap_or_default()
                        };
                        self.keep(last, stem, Some(&bound));
                        break;
                    }
                }
                // Text that does not compile; the compiler says so better.
                _ => {
                    at += 1;
                    break;
                }
            }
        }
        stem.truncate(rooted);
        at
    }

    /// Keeps a path, with `self` and `super` replaced by the module they stand for.
    fn keep(&mut self, at: usize, written: &[String], bound: Option<&str>) {
        let mut path = written.to_vec();
        if matches!(path[0].as_str(), "self" | "super") {
            let mut root = self.here();
            let steps = path.iter().take_while(|segment| matches!(segment.as_str(), "self" | "super")).count();
            for step in path.drain(..steps) {
                if step == "super" && root.len() > 1 {
                    root.pop();
                }
            }
            root.append(&mut path);
            path = root;
        }
        let line = self.words[at].line;
        let imported = bound.is_some();
        self.found.push(Found { line, path, bound: bound.unwrap_or_default().to_owned(), imported, declared: false });
    }
}

#[cfg(test)]
mod tests {
    use super::named_in;

    fn paths(file: &str, text: &str) -> Vec<String> {
        let spell = |named: super::Named| {
            let root = if named.of_this_crate { "crate::" } else { "" };
            format!("{}: {root}{}", named.line, named.path.join("::"))
        };
        named_in(file, text).into_iter().map(spell).collect()
    }

    #[test]
    fn nested_imports_are_spelled_out() {
        let text = "use crate::{\n  domain::{self, Email, ids::*},\n  web::Page as _,\n};\nuse ::axum::Router;\npub(crate) use self::rules::check;";
        assert_eq!(
            paths("src/features/accounts/mod.rs", text),
            [
                "2: crate::domain",
                "2: crate::domain::Email",
                "2: crate::domain::ids::*",
                "3: crate::web::Page",
                "5: axum::Router",
                "6: crate::features::accounts::rules::check",
            ]
        );
    }

    #[test]
    fn super_counts_inline_modules() {
        let text = "use super::page;\nmod tests {\n  use super::*;\n  use super::super::state;\n}\nfn f() { super::super::mail::send() }";
        assert_eq!(
            paths("src/web/form.rs", text),
            ["1: crate::web::page", "3: crate::web::form::*", "4: crate::web::state", "6: crate::mail::send"]
        );
    }

    #[test]
    fn paths_in_expressions_macros_and_attributes_are_found() {
        let text = "#[serde(with = \"crate::web::form\")]\nfn f() -> crate::app::State { vec![<T as super::x::Y>::z(Vec::<u8>::new())] }";
        assert_eq!(
            paths("src/config/mail.rs", text),
            ["1: crate::web::form", "2: crate::app::State", "2: crate::config::x::Y"]
        );
    }

    #[test]
    fn names_bound_in_the_file_are_followed() {
        let text = "mod sessions;\nuse crate::storage as db;\nfn f() { db::open(); sessions::store::add(); url::Url::parse(x) }";
        assert_eq!(
            paths("src/features/mod.rs", text),
            [
                "2: crate::storage",
                "3: crate::storage::open",
                "3: crate::features::sessions::store::add",
                "3: url::Url::parse",
            ]
        );
    }
}
