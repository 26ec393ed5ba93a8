//! Which refused requests of an app stay where there are too many.

use std::collections::HashMap;
use std::hash::Hash;

/// What goes so that `most` stay of an app's refused requests, which come the newest first, each with its reason. The
/// newest of every reason stay before the second of any, so that whoever sends many for one reason hides no other.
pub(super) fn surplus<Id, Reason: Eq + Hash>(newest_first: Vec<(Id, Reason)>, most: usize) -> Vec<Id> {
    let mut seen: HashMap<Reason, usize> = HashMap::new();
    let mut ranked: Vec<(usize, Id)> = newest_first
        .into_iter()
        .map(|(id, reason)| {
            let rank = seen.entry(reason).or_default();
            *rank += 1;
            (*rank, id)
        })
        .collect();
    // A stable order: of the same rank the newest come first.
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().skip(most).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_for_one_reason_pushes_out_its_own_only() {
        let flood = (0..50).map(|id| (id, "flood"));
        let kept = [(50, "rare"), (51, "flood"), (52, "other")];
        assert_eq!(surplus(flood.chain(kept).collect(), 50), [48, 49, 51]);
    }

    #[test]
    fn whatever_comes_exactly_so_many_stay_and_the_newest_of_each_reason_among_them() {
        for count in 0..40_u32 {
            for reasons in 1..12_u32 {
                for most in [0_usize, 1, 5, 12] {
                    let all: Vec<(u32, u32)> = (0..count).map(|id| (id, (id * id + 3 * id) % reasons)).collect();
                    let gone = surplus(all.clone(), most);
                    let count = all.len();
                    assert_eq!(gone.len(), count.saturating_sub(most));
                    let mut seen = std::collections::HashSet::new();
                    let newest: Vec<u32> =
                        all.iter().filter(|(_, reason)| seen.insert(*reason)).map(|(id, _)| *id).collect();
                    if newest.len() <= most {
                        assert!(newest.iter().all(|id| !gone.contains(id)), "{all:?}");
                    }
                }
            }
        }
    }
}
