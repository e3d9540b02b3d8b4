//! The rows about each of the ten policies.

mod break_glass;
mod bulk_email;
mod cluster_role_binding;
mod iam_change;
mod model_deploy;
mod s3_export;
mod schema_drop;
mod secret_read;
mod service_restart;
mod spend;

use super::row::Table;

/// All of them.
pub(super) static ALL: [&Table; 10] = [
    &s3_export::TABLE,
    &cluster_role_binding::TABLE,
    &iam_change::TABLE,
    &service_restart::TABLE,
    &model_deploy::TABLE,
    &spend::TABLE,
    &bulk_email::TABLE,
    &schema_drop::TABLE,
    &secret_read::TABLE,
    &break_glass::TABLE,
];
