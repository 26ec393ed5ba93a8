//! The rules that the floor plan's tables stand for.

use std::collections::BTreeSet;

use crate::paths::{Named, module_of, named_in};
use crate::words::words;
use crate::{CRATES, FLOORS, GROUPS, Home, IMPURE, MOST_LINES, NOT_FOR_RULES, PURE, ROLES, Sources};

/// Every fault of `sources` as `file:line: sentence`, in the order of the files.
pub(crate) fn faults(sources: &Sources) -> Vec<String> {
    let modules: BTreeSet<Vec<String>> = sources.keys().map(|file| module_of(file)).collect();
    let mut faults = Vec::new();
    for (file, text) in sources {
        let Some(place) = Place::of_file(file) else {
            faults.push(format!(
                "{file}:1: this file has no place on the floor plan; give it one in tests/architecture.rs"
            ));
            continue;
        };
        let mut of_file: Vec<(usize, String)> = named_in(file, text)
            .iter()
            .flat_map(|named| {
                let own = own_crate(&place, named, &modules);
                let sentences = [own, walled(file, named), rules_are_pure(file, &place, named)];
                sentences.into_iter().flatten().map(|sentence| (named.line, sentence))
            })
            .chain(impure_words(file, text))
            .collect();
        of_file.sort();
        of_file.dedup();
        faults.extend(of_file.into_iter().map(|(line, sentence)| format!("{file}:{line}: {sentence}")));
    }
    faults
}

/// Every file that is longer than the plan allows.
pub(crate) fn too_long(sources: &Sources) -> Vec<String> {
    let counted = sources.iter().map(|(file, text)| (file, text.lines().count()));
    counted
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| format!("{file}: {lines} lines; split it, {MOST_LINES} are the most"))
        .collect()
}

/// Whether the lines of a `.gitignore` leave out `name` at the top of the repository.
pub(crate) fn is_ignored(name: &str, gitignore: &str) -> bool {
    let patterns = gitignore.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    patterns.map(|line| line.trim_matches('/')).any(|pattern| matches_pattern(name, pattern))
}

/// Whether `name` is `pattern`, in which a star stands for anything.
fn matches_pattern(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|after| {
            after.char_indices().map(|(at, _)| &after[at..]).chain([""]).any(|tail| matches_pattern(tail, rest))
        }),
    }
}

/// Where a file or a name stands on the floor plan.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    floor: u8,
    member: String,
    /// On floor 4: the feature, and its group counted from the top. None for `features` itself.
    feature: Option<(String, usize)>,
}

impl Place {
    fn of_file(file: &str) -> Option<Self> {
        match file {
            "src/lib.rs" | "src/main.rs" => Self::of_path(&["main".to_owned()]),
            _ if file.starts_with("migrations/") => Self::of_path(&["storage".to_owned()]),
            _ => {
                let module = module_of(file);
                let place = Self::of_path(&module)?;
                let is_unknown_folder = place.member == "features" && place.feature.is_none() && module.len() > 1;
                (!is_unknown_folder).then_some(place)
            }
        }
    }

    /// The place of a path from the crate's root.
    fn of_path(path: &[String]) -> Option<Self> {
        let member = match path.first()?.as_str() {
            "migrations" => "storage",
            other => other,
        };
        let (floor, _) = FLOORS.iter().find(|(_, members)| members.contains(&member))?;
        let feature = (member == "features").then(|| path.get(1)).flatten().and_then(|name| {
            let group = GROUPS.iter().position(|(_, members)| members.contains(&name.as_str()))?;
            Some((name.clone(), group))
        });
        Some(Self { floor: *floor, member: member.to_owned(), feature })
    }

    fn label(&self) -> String {
        match &self.feature {
            Some((name, group)) => format!("{name} (floor {}, {})", self.floor, GROUPS[*group].0),
            None => format!("{} (floor {})", self.member, self.floor),
        }
    }
}

/// The rule of floors and groups, for a name of this crate.
fn own_crate(place: &Place, named: &Named, modules: &BTreeSet<Vec<String>>) -> Option<String> {
    if !named.of_this_crate || place.floor == 6 && !named.path.iter().any(|segment| segment == "features") {
        return None;
    }
    if named.path.first().is_some_and(|segment| segment == "*") {
        return Some(format!("{} may not import everything; name what it uses", place.label()));
    }
    // What is not on the plan is an item of lib.rs, such as a macro.
    let other = Place::of_path(&named.path)?;
    if place.member == other.member {
        return match (&place.feature, &other.feature) {
            (Some(own), Some((name, _))) if own.0 == *name => None,
            (Some(_), None) if named.path.len() == 1 || named.path[1] == "*" => {
                Some(format!("{} may not name features as a whole; name the one it uses", place.label()))
            }
            (Some(own), Some(theirs)) if own.1 == theirs.1 => {
                Some(format!("{} may not use its neighbour {}", place.label(), other.label()))
            }
            (Some(own), Some(theirs)) if own.1 > theirs.1 => {
                Some(format!("{} may not use {}, a group above it", place.label(), other.label()))
            }
            (_, Some(_)) => through_the_door(place, named, modules),
            _ => None,
        };
    }
    if other.floor < place.floor || place.floor == 6 && other.floor == 6 {
        return through_the_door(place, named, modules);
    }
    Some(format!("{} may not use {}", place.label(), other.label()))
}

/// Another feature is used through its `mod.rs`: `features::sessions::open`, not `features::sessions::store::…`.
fn through_the_door(place: &Place, named: &Named, modules: &BTreeSet<Vec<String>>) -> Option<String> {
    let path = &named.path;
    if path.len() < 3 || path[0] != "features" || Place::of_path(path)?.feature.is_none() {
        return None;
    }
    let feature = &path[1];
    if path[2] == "*" {
        return Some(format!("{} may not import everything of {feature}; name what it uses", place.label()));
    }
    let is_module = modules.contains(&path[..3])
        || ROLES.contains(&path[2].as_str())
        || path.len() > 3 && path[2].starts_with(char::is_lowercase);
    is_module
        .then(|| format!("{} may use {feature} only through its mod.rs, not {feature}::{}", place.label(), path[2]))
}

/// Crates that only their home may name, also when another module hands them on (`storage::sea_orm`).
fn walled(file: &str, named: &Named) -> Option<String> {
    let outside = |name: &String| {
        let (_, homes) = CRATES.iter().find(|(names, _)| names.contains(&name.as_str()))?;
        (!homes.iter().any(|home| home.holds(file))).then(|| {
            let homes: Vec<String> = homes.iter().map(Home::describe).collect();
            format!("{name} may be named only in {}", homes.join(", "))
        })
    };
    named.path.iter().find_map(outside)
}

/// A feature's rules know nothing that waits, and neither its own store nor its own pages.
fn rules_are_pure(file: &str, place: &Place, named: &Named) -> Option<String> {
    if !named.of_this_crate {
        let path = named.path.join("::");
        let impure = IMPURE.iter().find(|impure| path == **impure || path.starts_with(&format!("{impure}::")))?;
        return PURE.iter().any(|home| home.holds(file)).then(|| pure_sentence(impure));
    }
    if !Home::Role("rules").holds(file) {
        return None;
    }
    let first = named.path.first()?;
    if NOT_FOR_RULES.contains(&first.as_str()) {
        return Some(pure_sentence(first));
    }
    let (feature, _) = place.feature.as_ref()?;
    let role = named.path.get(2).filter(|_| named.path.get(1) == Some(feature))?;
    matches!(role.as_str(), "store" | "pages").then(|| pure_sentence(role))
}

/// Single words that nothing pure may name.
fn impure_words(file: &str, text: &str) -> Vec<(usize, String)> {
    if !PURE.iter().any(|home| home.holds(file)) {
        return Vec::new();
    }
    let impure = words(text).into_iter().filter(|word| IMPURE.contains(&word.text.as_str()));
    impure.map(|word| (word.line, pure_sentence(&word.text))).collect()
}

fn pure_sentence(name: &str) -> String {
    format!("{name} may not stand here: the domain and rules.rs only decide")
}

impl Home {
    fn holds(&self, file: &str) -> bool {
        match self {
            Self::Folder(folder) => {
                file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
            }
            Self::Role(role) => file
                .strip_prefix("src/features/")
                .is_some_and(|inside| inside.split('/').skip(1).any(|part| part.trim_end_matches(".rs") == *role)),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Folder(folder) => (*folder).to_owned(),
            Self::Role(role) => format!("a feature's {role}.rs"),
        }
    }
}
