//! The tables as the console sees them: across organisations.

mod home;
mod organisations;
mod people;

pub(super) use home::{count_apps, count_open_cases, count_people, last_written};
pub(super) use organisations::{OrganisationRow, end_people_of, find_organisation_row, list_organisation_rows};
pub(super) use people::{PersonRow, Wanted, count_other_administrators, find_person, list_people};
