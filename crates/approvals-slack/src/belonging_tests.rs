//! Who belongs here, and who does not.

use proptest::prelude::*;

use super::*;

fn installation(team: Option<&str>, enterprise: Option<&str>) -> Installation {
    Installation {
        team: team.map(|team| team.parse().unwrap()),
        enterprise: enterprise.map(|one| one.parse().unwrap()),
        is_org_wide: team.is_none(),
        bot_user: "U0BOT".parse().unwrap(),
        bot_id: "B0BOT".to_owned(),
        scopes: Vec::new(),
    }
}

fn sender(app: &str, team: Option<&str>, enterprise: Option<&str>) -> Sender {
    Sender {
        app: app.parse().unwrap(),
        team: team.map(|team| team.parse().unwrap()),
        enterprise: enterprise.map(|one| one.parse().unwrap()),
        is_org_wide: team.is_none(),
        user: "U0ADA".parse().unwrap(),
    }
}

fn member(team: Option<&str>, enterprise: Option<&str>, standing: Standing) -> Member {
    Member {
        team: team.map(|team| team.parse().unwrap()),
        enterprise: enterprise.map(|one| one.parse().unwrap()),
        teams: Vec::new(),
        standing,
    }
}

fn belonging<T>(
    installation: &Installation,
    teams: &[&str],
    check: impl FnOnce(Belonging<'_>) -> T,
) -> T {
    let teams = teams.iter().map(|team| team.parse().unwrap()).collect();
    check(Belonging { app: &"A0APP".parse().unwrap(), installation, teams: &teams })
}

#[test]
fn a_call_for_another_app_workspace_or_organization_is_not_for_us() {
    let in_team = installation(Some("T0US"), Some("E0US"));
    let in_all = installation(None, Some("E0US"));
    for (installed, from, is_for_us) in [
        (&in_team, sender("A0APP", Some("T0US"), None), true),
        (&in_team, sender("A0APP", Some("T0US"), Some("E0US")), true),
        (&in_team, sender("A0OTHER", Some("T0US"), None), false),
        (&in_team, sender("A0APP", Some("T0THEM"), Some("E0US")), false),
        (&in_team, sender("A0APP", None, Some("E0US")), false),
        (&in_all, sender("A0APP", None, Some("E0US")), true),
        (&in_all, sender("A0APP", Some("T0ANY"), Some("E0US")), true),
        (&in_all, sender("A0APP", None, Some("E0THEM")), false),
        (&in_all, sender("A0APP", Some("T0US"), None), false),
    ] {
        let said = belonging(installed, &[], |here| here.is_for_us(&from));
        assert_eq!(said, is_for_us, "{installed:?} {from:?}");
    }
}

#[test]
fn only_full_members_from_where_it_is_said_decide() {
    use Standing::{Bot, Deactivated, Full, Guest, Stranger};
    let in_team = installation(Some("T0US"), Some("E0US"));
    for (who, said) in [
        (member(Some("T0US"), None, Full), Ok(())),
        (member(Some("T0FRIENDS"), None, Full), Ok(())),
        (member(Some("T0THEM"), None, Full), Err(Outsider::Foreign)),
        (member(None, Some("E0US"), Full), Err(Outsider::Foreign)),
        (member(None, None, Full), Err(Outsider::Foreign)),
        (member(Some("T0US"), None, Deactivated), Err(Outsider::Deactivated)),
        (member(Some("T0US"), None, Bot), Err(Outsider::Program)),
        (member(Some("T0US"), None, Guest), Err(Outsider::Guest)),
        (member(Some("T0US"), None, Stranger), Err(Outsider::Foreign)),
    ] {
        let found = belonging(&in_team, &["T0FRIENDS"], |here| here.admits(&who));
        assert_eq!(found, said, "{who:?}");
    }
    let in_all = installation(None, Some("E0US"));
    let us = member(Some("T0ANY"), Some("E0US"), Full);
    let them = member(Some("T0ANY"), Some("E0THEM"), Full);
    assert_eq!(belonging(&in_all, &[], |here| here.admits(&us)), Ok(()));
    assert_eq!(belonging(&in_all, &[], |here| here.admits(&them)), Err(Outsider::Foreign));
}

proptest! {
    #[test]
    fn an_account_has_one_name_which_leads_back_to_it(team in "T[A-Z0-9]{1,10}", enterprise in prop::option::of("E[A-Z0-9]{1,10}"), user in "[UW][A-Z0-9]{1,10}", other in "[A-Z0-9/]{1,20}") {
        let installed = installation(Some(&team), enterprise.as_deref());
        let user: UserId = user.parse().unwrap();
        let (name, back, foreign) = belonging(&installed, &[], |here| {
            let name = here.identity("slack", &user).unwrap();
            let foreign = ChannelIdentity::new("slack", &other).unwrap();
            (name.clone(), here.user(&name), here.user(&foreign))
        });
        prop_assert_eq!(name.subject(), format!("{}/{user}", enterprise.as_deref().unwrap_or(&team)));
        prop_assert_eq!(back, Some(user));
        prop_assert!(foreign.is_none() || other.starts_with(enterprise.as_deref().unwrap_or(&team)));
    }

    #[test]
    fn a_place_names_app_installation_and_channel(channel in "[CDG][A-Z0-9]{1,10}") {
        let channel: ChannelId = channel.parse().unwrap();
        let in_team = installation(Some("T0US"), Some("E0US"));
        let in_all = installation(None, Some("E0US"));
        prop_assert_eq!(belonging(&in_team, &[], |here| here.place(&channel)), format!("A0APP/T0US/{channel}"));
        prop_assert_eq!(belonging(&in_all, &[], |here| here.place(&channel)), format!("A0APP/E0US/{channel}"));
    }
}
