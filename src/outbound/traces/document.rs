//! Spans as OTLP writes them in JSON (opentelemetry.io, "OTLP Specification", section "JSON Protobuf Encoding").

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Ended, Fact};

/// One message with these spans.
pub(super) fn of(service: &str, spans: &[Ended]) -> Value {
    json!({
        "resourceSpans": [{
            "resource": {
                "attributes": [
                    attribute("service.name", &Fact::Text(service.to_owned())),
                    attribute("service.version", &Fact::Text(env!("CARGO_PKG_VERSION").to_owned())),
                ],
            },
            "scopeSpans": [{
                "scope": { "name": "countersign" },
                "spans": spans.iter().map(span).collect::<Vec<_>>(),
            }],
        }],
    })
}

fn span(span: &Ended) -> Value {
    let mut shown = json!({
        "traceId": hex(&span.trace),
        "spanId": hex(&span.id),
        "name": span.name,
        "kind": span.kind,
        // Numbers of 64 bits are texts.
        "startTimeUnixNano": span.begun.to_string(),
        "endTimeUnixNano": span.until.to_string(),
        "attributes": span.facts.iter().map(|(name, fact)| attribute(name, fact)).collect::<Vec<_>>(),
        "status": if span.failed { json!({ "code": 2 }) } else { json!({}) },
    });
    if let Some(parent) = &span.parent {
        shown["parentSpanId"] = json!(hex(parent));
    }
    shown
}

fn attribute(name: &str, fact: &Fact) -> Value {
    let value = match fact {
        Fact::Text(text) => json!({ "stringValue": text }),
        Fact::Number(number) => json!({ "intValue": number.to_string() }),
    };
    json!({ "key": name, "value": value })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_the_protocol_says() {
        let ended = Ended {
            trace: [1; 16],
            id: [0xab; 8],
            parent: Some([2; 8]),
            name: "db",
            kind: 3,
            begun: 1_700_000_000_000_000_000,
            until: 1_700_000_000_000_000_001,
            facts: vec![("db.operation.name", Fact::Text("SELECT".to_owned())), ("rows", Fact::Number(2))],
            failed: true,
        };
        let document = of("countersign", &[ended.clone(), Ended { parent: None, failed: false, ..ended }]);
        let spans = &document["resourceSpans"][0]["scopeSpans"][0]["spans"];
        assert_eq!(spans[0]["traceId"], "01".repeat(16));
        assert_eq!((&spans[0]["spanId"], &spans[0]["parentSpanId"]), (&json!("ab".repeat(8)), &json!("02".repeat(8))));
        assert_eq!(spans[0]["endTimeUnixNano"], "1700000000000000001");
        assert_eq!(spans[0]["attributes"][1], json!({ "key": "rows", "value": { "intValue": "2" } }));
        assert_eq!((&spans[0]["status"], &spans[1]["status"]), (&json!({ "code": 2 }), &json!({})));
        assert!(spans[1].get("parentSpanId").is_none());
    }
}
