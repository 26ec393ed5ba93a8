//! Who is at the door.

mod kept;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::rules::{is_fresh, is_open, needs_touch, strong_at};
use super::store::{find_visit, touch_visit};
use crate::domain::Timestamp;
use crate::features::accounts::InstanceRole;
use crate::features::sessions::Member;
use crate::web::urls::confirm_anew;
use crate::web::{AppState, Context, Error, PageProblem, see_other};

pub use self::kept::Kept;

/// Somebody who may look around in the console, judged at this moment: an auditor or an administrator of the instance.
/// Having one is the permission to show what an administrator sees; for whom it is not, there is no such page.
#[derive(Debug)]
pub struct Auditor {
    /// Who.
    pub member: Member,
}

impl Auditor {
    /// Whoever may look around at this moment, if anybody may. It is no use of the console: what goes on by itself (a
    /// page that follows what happens) does not prolong a visit.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn find(state: &AppState, context: &Context) -> Result<Option<Self>, Error> {
        let Some(member) = Member::find(state, context).await? else { return Ok(None) };
        let used = find_visit(state.db.reading(), member.session.id).await?;
        let open = is_open(strong_at(&member.session.evidence), used, context.now);
        Ok((member.standing.account.instance_role.looks() && open).then_some(Self { member }))
    }

    /// Whether they may change things as well.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.member.standing.account.instance_role == InstanceRole::Administrator
    }

    /// Whether they proved a moment ago who they are.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        is_fresh(strong_at(&self.member.session.evidence), now)
    }

    /// Whoever looks around, if they may change something at this moment.
    #[must_use]
    pub fn into_admin(self, now: Timestamp) -> Option<InstanceAdmin> {
        (self.administers() && self.is_fresh(now)).then_some(InstanceAdmin { member: self.member })
    }
}

impl FromRequestParts<AppState> for Auditor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let context = Context::from_request_parts(parts, state).await?;
        let member = Member::from_request_parts(parts, state).await?;
        if !member.standing.account.instance_role.looks() {
            return Err(no_such_page());
        }
        let entered = async {
            let used = find_visit(state.db.reading(), member.session.id).await?;
            let open = is_open(strong_at(&member.session.evidence), used, context.now);
            // What a page fetches by itself while it follows the audit is no use.
            let follows = parts.headers.contains_key("x-follows");
            if open && !follows && needs_touch(used, context.now) {
                let mut writer = state.db.writing().await?;
                touch_visit(&mut writer, member.session.id, context.now).await?;
                writer.commit().await?;
            }
            Ok::<_, Error>(open)
        };
        match entered.await {
            Ok(true) => Ok(Self { member }),
            Ok(false) => Err(ask(&context)),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// An administrator of the instance who proved a moment ago who they are, judged at this moment. Having one is the
/// permission to change things, and to see the forms that do; for an auditor there is no such page.
#[derive(Debug)]
pub struct InstanceAdmin {
    /// Who.
    pub member: Member,
}

impl FromRequestParts<AppState> for InstanceAdmin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Administrator { auditor } = Administrator::from_request_parts(parts, state).await?;
        let context = Context::from_request_parts(parts, state).await?;
        auditor.into_admin(context.now).ok_or_else(|| ask(&context))
    }
}

/// An administrator of the instance, however long ago they proved who they are. It is for what is typed over some time:
/// it can be kept while they prove it anew, and nothing is changed with it.
#[derive(Debug)]
pub struct Administrator {
    auditor: Auditor,
}

impl Administrator {
    /// The same with the permission to change things.
    ///
    /// # Errors
    ///
    /// Where to prove anew who they are: what they typed into the form of this page is there again afterwards.
    pub fn prove(
        self,
        state: &AppState,
        context: &Context,
        typed: &[(String, String)],
    ) -> Result<InstanceAdmin, String> {
        let person = self.auditor.member.session.account_id;
        let back = || confirm_anew(&Kept::keep(state, person, &context.path, typed));
        self.auditor.into_admin(context.now).ok_or_else(back)
    }
}

impl FromRequestParts<AppState> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let auditor = Auditor::from_request_parts(parts, state).await?;
        if auditor.administers() { Ok(Self { auditor }) } else { Err(no_such_page()) }
    }
}

/// For whom a page is not, there is no such page.
fn no_such_page() -> Response {
    PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)
}

/// Asks to confirm who they are, and then leads back here; also whoever just did, in a way that opens nothing here.
fn ask(context: &Context) -> Response {
    see_other(&confirm_anew(&context.path))
}
