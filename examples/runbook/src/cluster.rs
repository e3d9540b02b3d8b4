//! Cluster roles are bound: a narrow one with two of platform security, cluster-admin by nobody's leave.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use approvals::requires_approval;

use crate::{Failure, tell};

/// The file stands in for the cluster.
#[requires_approval(
    action = "k8s.bind-cluster-role",
    resource = "cluster-role/{role}",
    summary = "Bind {role} to {subject}",
    skip(bindings)
)]
async fn bind(bindings: &Path, role: &str, subject: &str) -> Result<String, Failure> {
    let mut file = File::options().create(true).append(true).open(bindings)?;
    writeln!(file, "{role} {subject}")?;
    Ok(format!("{subject} has {role}"))
}

pub(crate) async fn play(folder: &Path) -> Result<(), Failure> {
    let bindings = folder.join("bindings");
    let view = bind(&bindings, "view", "sa:dashboard");
    assert!(tell("The dashboard is blind: bind a role to it.", view).await);
    let admin = bind(&bindings, "cluster-admin", "sa:dashboard");
    assert!(!tell("It wants more: make it an administrator.", admin).await);
    assert_eq!(fs::read_to_string(&bindings)?, "view sa:dashboard\n");
    Ok(())
}
