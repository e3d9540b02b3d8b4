//! The ten policies once more, as plain code that knows no engine and no vocabulary.

use std::time::Duration;

use approvals_core::{
    BreakGlass, Digest, Fact, Facts, Obligation, Obligations, Policy, PolicyError, Ruling, Verdict,
};

/// One of the ten.
#[derive(Debug)]
pub(super) struct ByHand {
    name: String,
    ruler: fn(&Facts<'_>) -> Option<Says>,
}

/// What a policy says; nothing where the call is not of the types that it knows.
#[derive(Clone, Copy)]
pub(super) enum Says {
    Allow,
    Deny,
    Ask(&'static [&'static str]),
    BreakGlass(&'static [&'static str]),
}

pub(super) fn policy(name: &str) -> Box<dyn Policy> {
    let ruler = match name {
        "s3-export" => s3_export,
        "cluster-role-binding" => cluster_role_binding,
        "iam-change" => iam_change,
        "service-restart" => service_restart,
        "model-deploy" => model_deploy,
        "spend" => spend,
        "bulk-email" => bulk_email,
        "schema-drop" => schema_drop,
        "secret-read" => secret_read,
        "break-glass" => break_glass,
        other => panic!("there is no policy `{other}`"),
    };
    Box::new(ByHand { name: name.to_owned(), ruler })
}

impl ByHand {
    pub(super) fn new(name: &str, ruler: fn(&Facts<'_>) -> Option<Says>) -> Self {
        Self { name: name.to_owned(), ruler }
    }
}

impl Policy for ByHand {
    fn digest(&self) -> Digest {
        Digest::of("policy", self.name.as_bytes())
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let says = (self.ruler)(facts).ok_or_else(|| PolicyError::new("of other types"))?;
        let ask = |names: &[&str]| -> Result<Verdict, PolicyError> {
            let obligations: Result<Vec<_>, _> =
                names.iter().map(|name| obligation(name, facts)).collect();
            Ok(Verdict::Review(Obligations::new(obligations?)))
        };
        let rules = vec!["by-hand".parse().map_err(PolicyError::new)?];
        Ok(match says {
            Says::Allow => Ruling::new(Verdict::Allow, rules, self.digest()),
            Says::Deny => Ruling::new(Verdict::Deny("no".into()), rules, self.digest()),
            Says::Ask(names) => Ruling::new(ask(names)?, rules, self.digest()),
            Says::BreakGlass(names) => {
                let listed = vec!["cluster-admin-never".parse().map_err(PolicyError::new)?];
                let security = "security".parse().map_err(PolicyError::new)?;
                let terms = BreakGlass::new(listed, security, Duration::from_secs(86_400));
                Ruling::new(ask(names)?, rules, self.digest()).by_breaking_glass(terms)
            }
        })
    }
}

fn obligation(name: &str, facts: &Facts<'_>) -> Result<Obligation, PolicyError> {
    let asked = match name {
        "dba-and-owner" => {
            let owners = text_fact(facts, "resource.owner_group").unwrap_or_default();
            Obligation::new(name).and_then(|it| it.seats("dba", 1)?.seats(owners, 1))
        }
        "one-dba" => Obligation::new(name).and_then(|it| it.seats("dba", 1)),
        _other => Obligation::new(name).and_then(|it| it.seats("people", 2)),
    };
    asked.map_err(PolicyError::new)
}

fn s3_export(call: &Facts<'_>) -> Option<Says> {
    is(call, "s3.export", &["bucket", "rows", "destination"])?;
    text(call, "bucket")?;
    text(call, "destination")?;
    let rows = integer(call, "rows")?;
    let env = text_fact(call, "env.name")?;
    let Fact::Set(labels) = call.fact("resource.labels")? else { return None };
    let is_risky = env == "prod" && labels.contains("pii") && rows > 10_000;
    Some(if is_risky { Says::Ask(&["two-data-owners"]) } else { Says::Allow })
}

fn cluster_role_binding(call: &Facts<'_>) -> Option<Says> {
    is(call, "k8s.bind-cluster-role", &["role", "subject"])?;
    text(call, "subject")?;
    let role = text(call, "role")?;
    let env = text_fact(call, "env.name")?;
    let is_never = role == "cluster-admin" && env == "prod";
    Some(if is_never { Says::Deny } else { Says::Ask(&["two-platform-sec"]) })
}

fn iam_change(call: &Facts<'_>) -> Option<Says> {
    is(call, "iam.update", &["principal", "policy"])?;
    text(call, "principal")?;
    text(call, "policy")?;
    Some(if yes(call, "env.change_window")? { Says::Ask(&["one-iam-admin"]) } else { Says::Deny })
}

fn service_restart(call: &Facts<'_>) -> Option<Says> {
    is(call, "service.restart", &["service"])?;
    text(call, "service")?;
    let env = text_fact(call, "env.name")?;
    Some(if env == "staging" { Says::Allow } else { Says::Ask(&["one-sre"]) })
}

fn model_deploy(call: &Facts<'_>) -> Option<Says> {
    is(call, "model.deploy", &["model", "version"])?;
    text(call, "model")?;
    text(call, "version")?;
    Some(if yes(call, "eval.passed")? { Says::Ask(&["one-ml-lead"]) } else { Says::Deny })
}

fn spend(call: &Facts<'_>) -> Option<Says> {
    is(call, "payments.pay", &["cents", "payee"])?;
    text(call, "payee")?;
    let cents = integer(call, "cents")?;
    let Fact::Int(hour) = *call.fact("spend.hour_cents")? else { return None };
    if cents < 1 {
        return None;
    }
    Some(match (cents > 50_000, cents > 1_000_000 || hour > 1_000_000) {
        (false, false) => Says::Allow,
        (true, false) => Says::Ask(&["one-finance"]),
        (false, true) => Says::Ask(&["two-finance-stepup"]),
        (true, true) => Says::Ask(&["one-finance", "two-finance-stepup"]),
    })
}

fn bulk_email(call: &Facts<'_>) -> Option<Says> {
    is(call, "email.send", &["external_recipients", "subject"])?;
    text(call, "subject")?;
    let outside = integer(call, "external_recipients")?;
    Some(if outside > 100 { Says::Ask(&["one-comms"]) } else { Says::Allow })
}

fn schema_drop(call: &Facts<'_>) -> Option<Says> {
    is(call, "db.drop-schema", &["database", "schema"])?;
    text(call, "database")?;
    text(call, "schema")?;
    text_fact(call, "resource.owner_group")?;
    let env = text_fact(call, "env.name")?;
    Some(Says::Ask(if env == "prod" { &["dba-and-owner"] } else { &["one-dba"] }))
}

fn secret_read(call: &Facts<'_>) -> Option<Says> {
    is(call, "secret.read", &["name"])?;
    text(call, "name")?;
    let Fact::Int(tier) = *call.fact("secret.tier")? else { return None };
    Some(match tier {
        0 => Says::Ask(&["security-stepup"]),
        1..=3 => Says::Allow,
        _none => Says::Deny,
    })
}

fn break_glass(call: &Facts<'_>) -> Option<Says> {
    if call.action().as_str() == "k8s.exec" {
        return Some(Says::Deny);
    }
    let says = cluster_role_binding(call)?;
    let is_set_aside = matches!(says, Says::Deny) && call.is_break_glass();
    let terms: &[&str] = &["incident-commander", "two-platform-sec"];
    Some(if is_set_aside { Says::BreakGlass(terms) } else { says })
}

/// Whether it is this action, with no other arguments.
fn is(call: &Facts<'_>, action: &str, arguments: &[&str]) -> Option<()> {
    let is_known = call.arguments().all(|(name, _)| arguments.contains(&name));
    (call.action().as_str() == action && is_known).then_some(())
}

fn text<'a>(call: &Facts<'a>, name: &str) -> Option<&'a str> {
    call.argument(name)?.as_str()
}

fn integer(call: &Facts<'_>, name: &str) -> Option<i64> {
    call.argument(name)?.as_i64()
}

fn text_fact<'a>(call: &Facts<'a>, name: &str) -> Option<&'a str> {
    match call.fact(name)? {
        Fact::Text(text) => Some(text),
        Fact::Bool(_) | Fact::Int(_) | Fact::Set(_) => None,
    }
}

fn yes(call: &Facts<'_>, name: &str) -> Option<bool> {
    match call.fact(name)? {
        Fact::Bool(value) => Some(*value),
        Fact::Text(_) | Fact::Int(_) | Fact::Set(_) => None,
    }
}
