//! A session that goes on with more proven than it was opened with.

use crate::domain::Secret;
use crate::domain::sign_in::{Decision, Proof, decide};
use crate::features::sessions::{Lifetime, Member, facts_later, find_standing, renew_session};
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Context};

/// Adds `proof` to what the session of `member` rests on, after a factor was enrolled in it: without that the session
/// would be asked for the new factor at its next page. Decides anew under the rules of now, with the factor in `writer`.
///
/// Gives the new secret of the session, for the cookie; none when the rules do not let it go on, or it ended meanwhile.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_to_session(
    state: &AppState,
    context: &Context,
    writer: &mut Writer,
    member: &Member,
    proof: Proof,
) -> Result<Option<Secret<String>>, StorageError> {
    let session = &member.session;
    let mut evidence = session.evidence.clone();
    evidence.proofs.push(proof);
    let standing = find_standing(writer, session.account_id).await?;
    let facts = facts_later(&evidence, standing.as_ref(), None, context.now);
    let Decision::Issue(clearance) = decide(&facts) else { return Ok(None) };
    let lifetime = Lifetime::of(&state.config.sign_in);
    let chance = (context.now, state.random.as_ref());
    let renewed = renew_session(writer, clearance, session.id, lifetime, chance).await?;
    Ok(renewed.map(|renewed| renewed.secret))
}
