//! More is proven in a session that is open.

use crate::domain::Secret;
use crate::domain::sign_in::{Decision, Proof, decide};
use crate::features::sessions::{Lifetime, Member, Standing, facts_later, renew_session};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error};

/// Adds a proof to the session of a member: what its owner just set up counts in it from now on. `standing` is how the
/// account stands after the change. Gives the new secret of the session; none when it does not go on.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_to_session(
    state: &AppState,
    context: &Context,
    writer: &mut Writer,
    (member, standing): (&Member, &Standing),
    proof: Proof,
) -> Result<Option<Secret<String>>, Error> {
    let mut evidence = member.session.evidence.clone();
    evidence.proofs.push(proof);
    let place = (context.client_ip.network(), context.now);
    let facts = facts_later(&evidence, Some(standing), None, place);
    let Decision::Issue(clearance) = decide(&facts) else { return Ok(None) };
    let chance = (context.now, state.random.as_ref());
    let lifetime = Lifetime::of(&state.config.sign_in);
    let renewed = renew_session(writer, clearance, member.session.id, lifetime, chance).await?;
    Ok(renewed.map(|opened| opened.secret))
}
