//! What the pages of the console show.

mod organisations;
mod people;

use serde::Serialize;

use crate::web::{Page, PageSample, samples_of};

pub use organisations::{
    NewOrganisationPage, OrganisationActPage, OrganisationLine, OrganisationPage, OrganisationsPage,
};
pub use people::{PeoplePage, PersonActPage, PersonLine, PersonPage, RolesPage};

/// Samples of all pages of the console.
#[must_use]
pub fn samples() -> Vec<PageSample> {
    let mut all = samples_of::<HomePage>();
    all.extend(samples_of::<PeoplePage>());
    all.extend(samples_of::<PersonPage>());
    all.extend(samples_of::<PersonActPage>());
    all.extend(samples_of::<RolesPage>());
    all.extend(samples_of::<OrganisationsPage>());
    all.extend(samples_of::<OrganisationPage>());
    all.extend(samples_of::<OrganisationActPage>());
    all.extend(samples_of::<NewOrganisationPage>());
    all
}

/// How everything is.
#[derive(Clone, Debug, Serialize)]
pub struct HomePage {
    /// Whether the person may change things.
    pub may_change: bool,
}

impl Page for HomePage {
    const TEMPLATE: &'static str = "pages/admin/home.html";

    fn samples() -> Vec<Self> {
        vec![Self { may_change: true }, Self { may_change: false }]
    }
}
