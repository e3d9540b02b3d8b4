//! Attacks on whom the program takes its user for, and on what it says of policies.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use approvals_core::Keyring;

use crate::program::{approvals_in, folder};
use crate::specimen::Specimen;
use crate::story;

/// A specimen with the keys of its log, and a file of people in `crew/` that makes the user of this test u:boss.
fn ready(name: &str) -> Specimen {
    let specimen = Specimen::new(name);
    let (keys, crew) = (specimen.folder.join("keys"), specimen.folder.join("crew"));
    fs::create_dir(&keys).unwrap();
    fs::create_dir(&crew).unwrap();
    fs::set_permissions(&crew, PermissionsExt::from_mode(0o755)).unwrap();
    let Keyring { log, recorder, grant, .. } = story::keys();
    for (name, key) in [("log.pem", log), ("recorder.pem", recorder), ("grant.pem", grant)] {
        fs::write(keys.join(name), key.to_pem().unwrap().as_bytes()).unwrap();
        fs::set_permissions(keys.join(name), PermissionsExt::from_mode(0o600)).unwrap();
    }
    let user = rustix::process::geteuid().as_raw();
    let people = format!(
        "version = 1\n[person.\"u:boss\"]\nkind = \"human\"\ngroups = [\"ops\"]\nidentities = [\"os:uid:{user}\"]\n"
    );
    fs::write(crew.join("people.toml"), people).unwrap();
    fs::set_permissions(crew.join("people.toml"), PermissionsExt::from_mode(0o644)).unwrap();
    specimen
}

const STOP: [&str; 8] = [
    "stop",
    "--everything",
    "--keys",
    "keys",
    "--people",
    "crew/people.toml",
    "--reason",
    "it is on fire",
];

#[test]
fn a_file_of_people_that_belongs_to_somebody_else_is_refused() {
    let specimen = ready("attack-owner");
    specimen.run(&STOP).ok();
    for theirs in ["crew/people.toml", "crew"] {
        // Only root can give a file away.
        if chown(specimen.folder.join(theirs), Some(65_534), None).is_ok() {
            specimen.run(&STOP).refused(2, &format!("`{theirs}` belongs to somebody else"));
            chown(specimen.folder.join(theirs), Some(0), None).unwrap();
        }
    }
    specimen.run(&STOP).ok();
}

#[test]
fn a_file_of_people_that_everybody_can_replace_is_refused() {
    let specimen = ready("attack-folder");
    let crew = specimen.folder.join("crew");
    for mode in [0o777, 0o757, 0o775] {
        fs::set_permissions(&crew, PermissionsExt::from_mode(mode)).unwrap();
        specimen.run(&STOP).refused(2, "others than its owner can write `crew`");
    }
    // Below the sticky bit they can add files, and rename their own.
    fs::set_permissions(&crew, PermissionsExt::from_mode(0o1777)).unwrap();
    specimen.run(&STOP).ok();
}

#[test]
fn a_link_to_a_file_of_people_is_as_good_as_each_folder_on_the_way() {
    let specimen = ready("attack-link");
    let (open, link) = (specimen.folder.join("open"), specimen.folder.join("crew/link.toml"));
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
    symlink("../crew/people.toml", open.join("people.toml")).unwrap();
    symlink("../open/people.toml", &link).unwrap();
    let stop = STOP.map(|word| if word == "crew/people.toml" { "crew/link.toml" } else { word });
    specimen.run(&stop).ok();
    fs::set_permissions(&open, PermissionsExt::from_mode(0o777)).unwrap();
    specimen.run(&stop).refused(2, "others than its owner can write `crew/../open`");
    fs::remove_file(&link).unwrap();
    symlink("link.toml", &link).unwrap();
    specimen.run(&stop).refused(2, "cannot be read");
}

#[test]
fn a_rule_that_no_longer_stops_anything_is_told_as_a_difference() {
    let policy = |conditions: &str| {
        format!(
            r#"version = 1
default = "deny"
[action."pay.send"]
args = {{ cents = "integer", who = "integer", "who gt 0 and args.cents" = "integer?" }}
[[rule]]
id = "pays"
action = "pay.send"
effect = "allow"
[[rule]]
id = "large"
action = "pay.send"
when = [{conditions}]
effect = "deny"
"#
        )
    };
    let folder = folder("attack-diff");
    let old = r#"{ field = "args.who", gt = 0 }, { field = "args.cents", exists = true }"#;
    fs::write(folder.join("old.toml"), policy(old)).unwrap();
    let new = r#"{ field = "args.who gt 0 and args.cents", exists = true }"#;
    fs::write(folder.join("new.toml"), policy(new)).unwrap();
    let ran = approvals_in(&folder, ["policy", "diff", "old.toml", "new.toml"]);
    assert!(!ran.out.contains("both policies say the same"), "{}", ran.out);
}
