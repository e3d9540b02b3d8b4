//! Login, and the keys that are published.

use std::time::Duration;

use crate::harness_tests::{
    ask, connect, encode, get, header, json_of, login, post_card, raw, with_token,
};
use crate::{FakeTeams, Fault, Pair, SigningKey, office};
use serde_json::Value;

#[tokio::test]
async fn a_bot_logs_in_with_its_secret() {
    let teams = FakeTeams::start().await;
    let answer = json_of(&ask(&teams, &[]).await);
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"Bearer".into(), &3599.into()));
    assert!(answer["access_token"].as_str().unwrap().len() > 20);
    let call = &teams.calls_of("token")[0];
    assert_eq!(call.args["scope"], "https://api.botframework.com/.default");
    assert!(call.args.get("client_secret").is_none(), "the log keeps no secret");
    assert!(call.path.starts_with(&format!("/{}/", office::TENANT)));
}

#[tokio::test]
async fn a_login_that_is_wrong_is_refused_as_entra_does() {
    let teams = FakeTeams::start().await;
    for (name, value, status, error, code) in [
        ("client_secret", "guessed", 401, "invalid_client", 7_000_215),
        ("client_secret", "", 401, "invalid_client", 7_000_216),
        ("client_id", "another", 400, "unauthorized_client", 700_016),
        ("grant_type", "password", 400, "unsupported_grant_type", 70003),
        ("grant_type", "", 400, "invalid_request", 900_144),
        ("scope", "https://graph.microsoft.com/.default", 400, "invalid_scope", 1_002_012),
    ] {
        let answer = ask(&teams, &[(name, value)]).await;
        let said = json_of(&answer);
        assert_eq!((answer.status, said["error"].as_str()), (status, Some(error)), "{name}");
        assert_eq!(said["error_codes"], Value::from(vec![code]));
        let description = said["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
        assert!(!description.contains("guessed"));
    }
    let body = "grant_type=client_credentials";
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let url = |tenant: &str| format!("http://{}/{tenant}/oauth2/v2.0/token", teams.address());
    let said = raw("POST", &url("nobody"), &kind, body).await.unwrap();
    assert_eq!(json_of(&said)["error_codes"][0], 90002);
    let said = raw("POST", &url("botframework.com"), &kind, body).await.unwrap();
    assert_eq!(json_of(&said)["error_codes"][0], 700_016, "bots of no tenant log in there");
}

#[tokio::test]
async fn a_secret_that_was_rotated_is_wrong_at_once() {
    let teams = FakeTeams::start().await;
    let old = teams.bot().secret;
    teams.edit(|world| world.bot.secret = "new".to_owned());
    assert_eq!(ask(&teams, &[("client_secret", &old)]).await.status, 401);
    assert_eq!(ask(&teams, &[]).await.status, 200);
}

#[tokio::test]
async fn a_token_is_good_until_it_expires_or_is_revoked() {
    let teams = FakeTeams::start().await;
    let path = format!("/{}/pagedmembers", encode(office::DEPLOYS));
    let status = async |token: &str| {
        let answer = with_token(&teams, token, ("GET", &path), &Value::Null).await.unwrap();
        (answer.status, header(&answer, "www-authenticate").map(str::to_owned))
    };
    let first = login(&teams).await;
    assert_eq!(status(&first).await.0, 200);
    assert_eq!(status("invented").await, (401, Some("Bearer".to_owned())));
    teams.edit(crate::World::revoke_tokens);
    assert_eq!(status(&first).await.0, 401);
    teams.edit(|world| world.settings.token_life = Duration::ZERO);
    let second = login(&teams).await;
    assert_ne!(first, second);
    assert_eq!(status(&second).await.0, 401, "it has expired");
    let tokens: Vec<_> = teams.calls_of("members").into_iter().map(|call| call.token).collect();
    assert_eq!(tokens.last(), Some(&Some(second)), "a test can see which one came");
    let url = format!("{}v3/conversations{path}", teams.service_url());
    assert_eq!(raw("GET", &url, &[], "").await.unwrap().status, 401);
}

#[tokio::test]
async fn the_metadata_leads_to_the_keys() {
    let teams = FakeTeams::start().await;
    let metadata = get(&teams.metadata_url()).await;
    assert_eq!(metadata["issuer"], "https://api.botframework.com");
    assert_eq!(metadata["id_token_signing_alg_values_supported"][0], "RS256");
    let keys = get(metadata["jwks_uri"].as_str().unwrap()).await;
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["e"]), (&"RSA".into(), &"AQAB".into()));
    assert_eq!(key["kid"].as_str(), Some(teams.edit(|world| world.signs_with.clone()).as_str()));
    assert_eq!(key["endorsements"][0], "msteams");
    assert_eq!((teams.calls_of("metadata").len(), teams.calls_of("keys").len()), (1, 1));
}

#[tokio::test]
async fn keys_are_rotated_added_and_hidden() {
    let teams = FakeTeams::start().await;
    let url = format!("http://{}/v1/.well-known/keys", teams.address());
    let kids = async || {
        let keys = get(&url).await;
        let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
        keys["keys"].as_array().unwrap().iter().map(kid).collect::<Vec<_>>()
    };
    let before = get(&url).await;
    teams.edit(crate::World::rotate_keys);
    let after = get(&url).await;
    assert_ne!(before["keys"][0]["kid"], after["keys"][0]["kid"]);
    assert_ne!(before["keys"][0]["n"], after["keys"][0]["n"]);
    let web = SigningKey::new("web", Pair::First).endorsed(["webchat"]);
    let bare = SigningKey { endorsements: None, ..SigningKey::new("bare", Pair::First) };
    let secret = SigningKey { is_published: false, ..SigningKey::new("hidden", Pair::First) };
    teams.edit(|world| world.keys.extend([web, bare, secret]));
    assert_eq!(kids().await[1..], ["web", "bare"]);
    let shown = get(&url).await;
    assert_eq!(shown["keys"][1]["endorsements"][0], "webchat");
    assert!(shown["keys"][2].get("endorsements").is_none());
}

#[tokio::test]
async fn keys_can_be_out_of_reach_or_elsewhere() {
    let teams = FakeTeams::start().await;
    let elsewhere = "http://127.0.0.1:1/keys";
    teams.fault("keys", Fault::status(503));
    teams.fault("keys", Fault::redirect(elsewhere));
    teams.fault("metadata", Fault::malformed());
    let url = format!("http://{}/v1/.well-known/keys", teams.address());
    assert_eq!(raw("GET", &url, &[], "").await.unwrap().status, 503);
    let redirect = raw("GET", &url, &[], "").await.unwrap();
    assert_eq!((redirect.status, header(&redirect, "location")), (302, Some(elsewhere)));
    let metadata = raw("GET", &teams.metadata_url(), &[], "").await.unwrap();
    assert!(serde_json::from_slice::<Value>(&metadata.body).is_err());
    assert_eq!(teams.calls_of("keys").len(), 2, "each of them is in the log");
    get(&url).await;
    post_card(&teams).await;
    assert_eq!(connect(&teams, ("DELETE", "/x"), &Value::Null).await.unwrap().status, 404);
}
