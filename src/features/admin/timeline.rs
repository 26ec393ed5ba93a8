//! Where things lie on the timeline of the keys.

use crate::domain::Timestamp;
use crate::keys::KeyLife;

/// How wide the timeline is, in its own units.
pub(super) const WIDTH: i64 = 1000;

/// The part of time that a timeline shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    from: i64,
    to: i64,
}

impl Window {
    /// From when the oldest of these keys was made until a little after the last thing that is known to happen.
    pub(super) fn around(lives: &[KeyLife], now: Timestamp) -> Self {
        let now = now.millis();
        let known = lives.iter().flat_map(|life| [Some(life.active_at), life.retired_at, life.removed_at]);
        let last = known.flatten().map(Timestamp::millis).max().unwrap_or(now).max(now);
        let from = lives.iter().map(|life| life.created_at.millis()).min().unwrap_or(now).min(now);
        // What is open at the end needs room to be seen.
        Self { from, to: last + ((last - from) / 8).max(60_000) }
    }

    /// Where a moment lies, at most the ends.
    pub(super) fn x(self, at: i64) -> i64 {
        let at = at.clamp(self.from, self.to);
        (at - self.from) * WIDTH / (self.to - self.from).max(1)
    }

    /// The parts of a life: what they are, where they begin and how wide they are.
    pub(super) fn spans(self, life: &KeyLife) -> Vec<(&'static str, i64, i64)> {
        let end = life.removed_at.map_or(self.to, Timestamp::millis);
        let retired = life.retired_at.map_or(end, Timestamp::millis).min(end);
        let active = life.active_at.millis().min(retired);
        let parts = [
            ("next", life.created_at.millis().min(active), active),
            ("current", active, retired),
            ("retired", retired, end),
        ];
        let drawn = parts.into_iter().map(|(state, from, to)| (state, self.x(from), self.x(to) - self.x(from)));
        drawn.filter(|(_, _, width)| *width > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Algorithm;

    fn life(created: i64, active: i64, retired: Option<i64>, removed: Option<i64>) -> KeyLife {
        let at = Timestamp::from_seconds;
        KeyLife {
            kid: "k".to_owned(),
            algorithm: Algorithm::RS256,
            created_at: at(created),
            active_at: at(active),
            retired_at: retired.map(at),
            removed_at: removed.map(at),
        }
    }

    #[test]
    fn a_life_is_drawn_in_its_parts_from_end_to_end() {
        let lives = [life(0, 100, Some(400), Some(800)), life(300, 400, None, None)];
        let window = Window::around(&lives, Timestamp::from_seconds(500));
        assert_eq!(window.spans(&lives[0]), [("next", 0, 111), ("current", 111, 333), ("retired", 444, 444)]);
        assert_eq!(window.spans(&lives[1]), [("next", 333, 111), ("current", 444, 556)]);
        assert_eq!(window.x(i64::MAX), WIDTH);
    }

    #[test]
    fn a_key_that_was_revoked_before_it_signed_was_only_published() {
        let lives = [life(0, 900, Some(300), Some(300)), life(0, 0, None, None)];
        let window = Window::around(&lives, Timestamp::from_seconds(300));
        let spans = window.spans(&lives[0]);
        assert_eq!(spans.iter().map(|(state, ..)| *state).collect::<Vec<_>>(), ["next"]);
    }

    #[test]
    fn nothing_at_all_is_a_window_as_well() {
        let window = Window::around(&[], Timestamp::from_seconds(5));
        assert_eq!(window.x(5000), 0);
    }
}
