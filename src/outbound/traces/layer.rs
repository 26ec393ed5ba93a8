//! Gathers spans as they end.

use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;
use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::{Ended, Fact};
use crate::config::TRACE;
use crate::domain::{Clock, Random};

/// Gathers spans: a layer of what hears of them.
pub struct Spans {
    queue: Sender<Ended>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    percent: u8,
}

impl fmt::Debug for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans").finish_non_exhaustive()
    }
}

/// A span that has not ended.
struct Open {
    span: Ended,
    since: Instant,
}

impl Spans {
    pub(super) fn new(queue: Sender<Ended>, (clock, random): (Arc<dyn Clock>, Arc<dyn Random>), percent: u8) -> Self {
        Self { queue, clock, random, percent }
    }

    /// Whether something is a span of a trace, and no line of the log.
    #[must_use]
    pub fn wants(metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target() == TRACE
    }

    /// Whether a span that no other holds begins a trace. What the database does for nobody's request begins none.
    fn begins(&self, name: &str) -> bool {
        let [low, high] = self.random.array::<2>();
        name != "db" && u16::from_le_bytes([low, high]) % 100 < u16::from(self.percent)
    }
}

/// What the protocol calls the kind of a span.
fn kind(name: &str) -> u8 {
    match name {
        "request" => 2,
        "db" | "mail" | "sms" | "call" => 3,
        _ => 1,
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let name = attributes.metadata().name();
        let above = span.parent().map(|parent| parent.extensions().get::<Open>().map(|open| open.span.clone()));
        let (trace, parent) = match above {
            Some(Some(parent)) => (parent.trace, Some(parent.id)),
            None if self.begins(name) => (self.random.array(), None),
            // It is part of something that is not traced, or begins nothing.
            Some(None) | None => return,
        };
        let begun = u64::try_from(self.clock.now().millis()).unwrap_or_default().saturating_mul(1_000_000);
        let (id, kind) = (self.random.array(), kind(name));
        let mut ended = Ended { trace, id, parent, name, kind, begun, until: begun, facts: Vec::new(), failed: false };
        attributes.record(&mut ended);
        span.extensions_mut().insert(Open { span: ended, since: Instant::now() });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            values.record(&mut open.span);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let open = context.span(&id).and_then(|span| span.extensions_mut().remove::<Open>());
        if let Some(Open { mut span, since }) = open {
            span.until = span.begun.saturating_add(u64::try_from(since.elapsed().as_nanos()).unwrap_or_default());
            // Full means that the collector does not keep up: then this one is lost, and nobody waits.
            let _ = self.queue.try_send(span);
        }
    }
}

impl Visit for Ended {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.facts.push((field.name(), Fact::Text(format!("{value:?}"))));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.facts.push((field.name(), Fact::Text(value.to_owned())));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.facts.push((field.name(), Fact::Number(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record_i64(field, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if field.name() == "failed" {
            self.failed = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tracing::{info, trace_span};
    use tracing_subscriber::filter::filter_fn;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::domain::Timestamp;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(1000)
        }
    }

    /// Chance that never repeats itself.
    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn gathered(percent: u8, room: usize, work: impl FnOnce()) -> Vec<Ended> {
        let (queue, mut waiting) = mpsc::channel(room);
        let chance: Arc<dyn Random> = Arc::new(Counting(0.into()));
        let layer = Spans::new(queue, (Arc::new(Still), chance), percent).with_filter(filter_fn(Spans::wants));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let mut all = Vec::new();
        while let Ok(span) = waiting.try_recv() {
            all.push(span);
        }
        all
    }

    #[test]
    fn what_a_request_asks_for_is_part_of_its_trace_and_what_nobody_asked_for_begins_none() {
        let all = gathered(100, 9, || {
            drop(trace_span!(target: TRACE, "db", "db.operation.name" = "SELECT"));
            let request = trace_span!(target: TRACE, "request", "http.response.status_code" = tracing::field::Empty, failed = tracing::field::Empty);
            request.in_scope(|| {
                drop(trace_span!(target: TRACE, "db", "db.operation.name" = "SELECT"));
                info!(email = "anna@kantoor.nl", "logged and not traced");
                drop(trace_span!("of somebody else"));
            });
            request.record("http.response.status_code", 503);
            request.record("failed", true);
        });
        assert_eq!(all.iter().map(|span| (span.name, span.kind)).collect::<Vec<_>>(), [("db", 3), ("request", 2)]);
        assert_eq!((all[0].trace, all[0].parent), (all[1].trace, Some(all[1].id)));
        assert_eq!((all[1].parent, all[1].failed, all[1].begun), (None, true, 1_000_000_000));
        assert_eq!(all[1].facts, [("http.response.status_code", Fact::Number(503))]);
        assert!(!format!("{all:?}").contains("anna"));
    }

    #[test]
    fn what_finds_no_room_is_lost_and_what_is_not_chosen_is_not_gathered() {
        let requests = |many: usize| {
            for _ in 0..many {
                trace_span!(target: TRACE, "request").in_scope(|| drop(trace_span!(target: TRACE, "db")));
            }
        };
        assert_eq!(gathered(100, 3, || requests(5)).len(), 3);
        let some = gathered(1, 100, || requests(20)).len();
        assert!(some < 10 && some % 2 == 0, "{some}");
    }
}
