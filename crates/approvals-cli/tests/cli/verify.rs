//! x
use crate::specimen::Specimen;
#[test]
fn look() {
    let s = Specimen::new("look");
    for a in [&["log","verify","approvals.db"][..], &["pending"], &["log","checkpoint","approvals.db"], &["log","export","approvals.db","out"], &["show",""], &["log","verify","approvals.db","--json"]] {
        let r = s.run(a);
        eprintln!("--- {a:?} {}\n{}{}", r.status, r.out, r.err);
    }
    for i in 0..40 { eprintln!("{i} {}", String::from_utf8_lossy(&s.entry(i)).chars().take(300).collect::<String>()); if i==23 {break} }
}
