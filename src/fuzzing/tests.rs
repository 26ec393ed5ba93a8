use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// How many changed inputs each parser is given for each seed.
const CHANGES: u64 = 300;

/// A sequence that looks like chance and is the same in every run.
struct Sequence(u64);

impl Sequence {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below.max(1)).unwrap()).unwrap()
    }
}

/// The input with a few bytes changed, left out, doubled, or replaced by what parsers stumble over.
fn changed(seed: &[u8], sequence: &mut Sequence) -> Vec<u8> {
    const ODD: [&[u8]; 12] =
        [b"", b"\0", b"%", b"%00", b"\xff\xfe", b"=", b"&", b".", b"\"", b"\\u0000", b"99999999999999999999", b"[[[["];
    let mut data = seed.to_vec();
    for _ in 0..=sequence.next(4) {
        let place = sequence.next(data.len() + 1);
        match sequence.next(5) {
            0 => data.truncate(place),
            1 if place < data.len() => data[place] = u8::try_from(sequence.next(256)).unwrap(),
            2 => data.extend_from_within(place.min(data.len())..),
            3 if place < data.len() => {
                data.remove(place);
            }
            _ => {
                let odd = ODD[sequence.next(ODD.len())];
                data.splice(place..place, odd.iter().copied());
            }
        }
    }
    data
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name)
}

#[test]
fn no_parser_stumbles_over_its_corpus_nor_over_what_is_made_of_it() {
    for (name, target) in targets() {
        let mut seeds = vec![Vec::new()];
        for entry in std::fs::read_dir(folder("corpus").join(name)).unwrap() {
            seeds.push(std::fs::read(entry.unwrap().path()).unwrap());
        }
        assert!(seeds.len() > 1, "{name} has no corpus");
        for (number, seed) in seeds.iter().enumerate() {
            target(seed);
            let mut sequence = Sequence(0x9E37_79B9_7F4A_7C15 ^ number as u64);
            for _ in 0..CHANGES {
                target(&changed(seed, &mut sequence));
            }
        }
    }
}

#[test]
fn every_target_has_its_file_and_no_other_is_there() {
    let known: BTreeSet<String> = targets().map(|(name, _)| (*name).to_owned()).collect();
    let files = std::fs::read_dir(folder("fuzz_targets")).unwrap();
    let files: BTreeSet<String> =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(files, known);
    let manifest = std::fs::read_to_string(folder("Cargo.toml")).unwrap();
    for name in &known {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in tests/fuzz/Cargo.toml");
        let file = std::fs::read_to_string(folder("fuzz_targets").join(format!("{name}.rs"))).unwrap();
        assert!(file.contains(&format!("run(\"{name}\"")), "{name}.rs runs another target");
    }
}
