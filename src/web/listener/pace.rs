//! How long a connection may keep us waiting.
//!
//! hyper knows one time for headers, and lets it run between requests too: a connection that a proxy keeps for its next
//! client would end after it. Here the two differ, and a client that never reads its answer has an end as well.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Response, Version};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What a connection waits for.
const FIRST: u8 = 0;
/// Headers that have begun.
const HEADERS: u8 = 1;
/// An answer of ours.
const BUSY: u8 = 2;
/// The next request.
const IDLE: u8 = 3;
/// Several requests at a time, on HTTP/2: its own pings find out who is gone.
const MANY: u8 = 4;

/// How long a connection may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the first byte, and from the first byte of a request to the end of its headers.
    pub(super) headers: Duration,
    /// For the next request, and for a client to go on reading its answer.
    pub(super) idle: Duration,
}

/// What a connection is waiting for, known to both its stream and its requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace(Arc<AtomicU8>);

impl Pace {
    /// The headers of a request are complete.
    pub(super) fn begin(&self, version: Version) {
        let phase = if version == Version::HTTP_2 { MANY } else { BUSY };
        self.0.store(phase, Ordering::Release);
    }

    /// The answer, which tells when it has gone out.
    pub(super) fn follow(&self, response: Response<Body>) -> Response<Body> {
        if self.phase() == MANY {
            return response;
        }
        let end = Answered(self.clone());
        response.map(|body| Body::new(Followed { body, _end: end }))
    }

    fn phase(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

struct Answered(Pace);

impl Drop for Answered {
    fn drop(&mut self) {
        self.0.change(BUSY, IDLE);
    }
}

struct Followed {
    body: Body,
    _end: Answered,
}

impl HttpBody for Followed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that ends when it keeps us waiting for too long.
pub(super) struct Paced<S> {
    stream: S,
    pace: Pace,
    patience: Patience,
    /// The end of the wait for something to read, and for what.
    reading: Option<(u8, Pin<Box<Sleep>>)>,
    /// The end of the wait for room to write.
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    pub(super) const fn new(stream: S, pace: Pace, patience: Patience) -> Self {
        Self { stream, pace, patience, reading: None, writing: None }
    }

    /// Whether the wait of now has lasted too long.
    fn has_waited(&mut self, context: &mut Context<'_>) -> bool {
        let phase = self.pace.phase();
        let patience = match phase {
            FIRST | HEADERS => self.patience.headers,
            IDLE => self.patience.idle,
            _ => {
                self.reading = None;
                return false;
            }
        };
        if self.reading.as_ref().is_none_or(|(of, _)| *of != phase) {
            self.reading = Some((phase, Box::pin(sleep(patience))));
        }
        self.reading.as_mut().is_some_and(|(_, end)| end.as_mut().poll(context).is_ready())
    }

    fn written<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.writing = None;
            return outcome;
        }
        let idle = self.patience.idle;
        let end = self.writing.get_or_insert_with(|| Box::pin(sleep(idle)));
        if end.as_mut().poll(context).is_ready() { Poll::Ready(Err(too_long())) } else { outcome }
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client kept us waiting")
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        let came = outcome.is_ready() && buffer.filled().len() > before;
        if came && (self.pace.change(FIRST, HEADERS) || self.pace.change(IDLE, HEADERS)) {
            // The time of the headers begins with the next read: most come in one.
            self.reading = None;
            return outcome;
        }
        // Whoever sends a byte now and then is still waiting for the rest.
        if self.has_waited(context) { Poll::Ready(Err(too_long())) } else { outcome }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        // hyper asked for the next request while the answer was being made, and may not ask again: the wait begins here.
        if self.pace.phase() == IDLE && self.has_waited(context) {
            return Poll::Ready(Err(too_long()));
        }
        self.written(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.written(context, outcome)
    }
}
