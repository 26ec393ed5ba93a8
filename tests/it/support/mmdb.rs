//! Writes a database of places in the `MaxMind` DB format (version 2.0).

use std::net::IpAddr;

use serde_json::{Value, json};

/// A database of this type: what is known about each network, written as `203.0.113.0/24`.
pub(crate) fn database(kind: &str, known: &[(&str, Value)]) -> Vec<u8> {
    let mut tree = vec![[Side::Nothing; 2]];
    let mut data = Vec::new();
    for (network, record) in known {
        let at = data.len();
        write(&mut data, "", record);
        insert(&mut tree, network, at);
    }
    let nodes = tree.len();
    let mut file = Vec::new();
    for side in tree.iter().flatten() {
        let value = match side {
            Side::Nothing => nodes,
            Side::Node(node) => *node,
            Side::Data(at) => nodes + 16 + at,
        };
        file.extend_from_slice(&u32::try_from(value).unwrap().to_be_bytes());
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    let about = json!({
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "database_type": kind,
        "description": { "en": "Test" }, "ip_version": 6, "languages": [], "node_count": nodes, "record_size": 32,
    });
    write(&mut file, "", &about);
    file
}

/// A record with a town and a country, by language.
pub(crate) fn town(city: &Value, country: &Value) -> Value {
    json!({ "city": { "names": city }, "country": { "names": country } })
}

/// What lies at one side of a node of the search tree.
#[derive(Clone, Copy)]
enum Side {
    Nothing,
    Node(usize),
    Data(usize),
}

fn insert(tree: &mut Vec<[Side; 2]>, network: &str, data: usize) {
    let (address, length) = network.split_once('/').unwrap();
    let length: usize = length.parse().unwrap();
    // IPv4 lies below `::/96`.
    let (bits, length) = match address.parse().unwrap() {
        IpAddr::V4(address) => (u128::from(address.to_bits()), length + 96),
        IpAddr::V6(address) => (address.to_bits(), length),
    };
    let mut node = 0;
    for depth in 0..length {
        let side = usize::from(bits >> (127 - depth) & 1 == 1);
        if depth + 1 == length {
            tree[node][side] = Side::Data(data);
            return;
        }
        node = if let Side::Node(next) = tree[node][side] {
            next
        } else {
            tree.push([Side::Nothing; 2]);
            tree[node][side] = Side::Node(tree.len() - 1);
            tree.len() - 1
        };
    }
}

const STRING: u8 = 2;
const UINT16: u8 = 5;
const UINT32: u8 = 6;
const MAP: u8 = 7;
const UINT64: u8 = 9;
const ARRAY: u8 = 11;

/// The type of a number, which goes by what it is called.
fn type_of(name: &str) -> u8 {
    match name {
        "node_count" => UINT32,
        "build_epoch" => UINT64,
        _ => UINT16,
    }
}

fn write(to: &mut Vec<u8>, name: &str, value: &Value) {
    match value {
        Value::String(text) => {
            begin(to, STRING, text.len());
            to.extend_from_slice(text.as_bytes());
        }
        Value::Number(number) => {
            // Bytes of nothing are left out.
            let bytes = number.as_u64().unwrap().to_be_bytes();
            let used = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
            begin(to, type_of(name), used.len());
            to.extend_from_slice(used);
        }
        Value::Object(all) => {
            begin(to, MAP, all.len());
            for (name, value) in all {
                write(to, name, &Value::from(name.as_str()));
                write(to, name, value);
            }
        }
        Value::Array(all) => {
            begin(to, ARRAY, all.len());
            for value in all {
                write(to, name, value);
            }
        }
        other => panic!("no such value here: {other}"),
    }
}

/// The control bytes of a value: its type, and its size in bytes or entries.
fn begin(to: &mut Vec<u8>, kind: u8, size: usize) {
    let size = u8::try_from(size).unwrap();
    let short = size.min(29);
    to.push(if kind > 7 { short } else { kind << 5 | short });
    if kind > 7 {
        to.push(kind - 7);
    }
    if size >= 29 {
        to.push(size - 29);
    }
}
