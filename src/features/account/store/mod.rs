//! What the account area keeps itself.

mod email_changes;

pub use email_changes::remove_old_email_changes;
pub(super) use email_changes::{
    EmailChange, add_email_change, confirm_email_change, end_email_changes_since, end_pending_email_changes,
    find_email_change, find_email_change_to_undo, find_pending_email_change, is_email_kept_for_another,
    undo_email_change,
};
