//! Tokens: what they say, whether they verify, and how they can lie.

use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RsaParameters};
use serde_json::{Value, json};

use crate::harness_tests::{Bot, get, post_card};
use crate::{FakeTeams, Interaction, Pair, SigningKey, office};

async fn click(teams: &FakeTeams) -> Interaction {
    let (thread, id) = post_card(teams).await;
    teams.click(&thread, &id, "approve", office::ADA)
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Header, claims, what is signed, and the signature.
fn parts(token: &str) -> (Value, Value, String, Vec<u8>) {
    let (text, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = text.split_once('.').unwrap();
    let json = |part: &str| serde_json::from_slice(&bytes(part)).unwrap();
    (json(header), json(claims), text.to_owned(), bytes(signature))
}

/// Whether a token is signed with the key that the service publishes under the name in its header.
async fn verifies(teams: &FakeTeams, token: &str, how: &RsaParameters) -> bool {
    let keys = get(&format!("http://{}/v1/.well-known/keys", teams.address())).await;
    let (header, _, text, signature) = parts(token);
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]);
    let Some(key) = key else { return false };
    let part = |name: &str| bytes(key[name].as_str().unwrap());
    let public = PublicKeyComponents { n: part("n"), e: part("e") };
    public.verify(how, text.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn a_token_says_what_the_service_says_and_verifies_with_the_published_key() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    for _ in 0..2 {
        click(&teams).await.send().await;
        let token = bot.token();
        let (header, claims, ..) = parts(&token);
        let kid = teams.edit(|world| world.signs_with.clone());
        assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": kid, "x5t": kid}));
        assert_eq!(claims["iss"], "https://api.botframework.com");
        assert_eq!(claims["aud"], office::BOT);
        assert_eq!(claims["serviceurl"], teams.service_url());
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["nbf"].as_u64().unwrap(), 3600);
        assert!(verifies(&teams, &token, &RSA_PKCS1_2048_8192_SHA256).await);
        teams.edit(crate::World::rotate_keys);
    }
}

#[tokio::test]
async fn openssl_finds_the_signature_good() {
    let has_openssl = Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_ok();
    if !has_openssl {
        return;
    }
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let folder = std::env::temp_dir().join(format!("fake-teams-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name);
    for der in ["first.der", "second.der"] {
        click(&teams).await.send().await;
        let (_, _, text, signature) = parts(&bot.token());
        std::fs::write(file("text"), text).unwrap();
        std::fs::write(file("signature"), signature).unwrap();
        let key = concat!(env!("CARGO_MANIFEST_DIR"), "/keys/").to_owned() + der;
        let public = Command::new("openssl")
            .args(["rsa", "-inform", "DER", "-in", &key, "-pubout", "-out"])
            .arg(file("public"))
            .output()
            .unwrap();
        assert!(public.status.success(), "{public:?}");
        let pair = teams.edit(|world| world.signing_key().pair);
        assert_eq!(std::fs::read_to_string(file("public")).unwrap(), pair.public_pem());
        let verified = Command::new("openssl")
            .args(["dgst", "-sha256", "-verify"])
            .arg(file("public"))
            .arg("-signature")
            .args([file("signature"), file("text")])
            .output()
            .unwrap();
        assert!(verified.status.success(), "{verified:?}");
        teams.edit(crate::World::rotate_keys);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_token_can_lie_in_every_part() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let how = &RSA_PKCS1_2048_8192_SHA256;
    let lie = click(&teams).await.claims(|claims| claims["aud"] = json!("another"));
    let lie = lie.header(|header| header["jku"] = json!("http://127.0.0.1:1/")).prepare();
    lie.send().await;
    let (header, claims, ..) = parts(&bot.token());
    assert_eq!(
        (&claims["aud"], &header["jku"]),
        (&json!("another"), &json!("http://127.0.0.1:1/"))
    );
    assert!(verifies(&teams, &bot.token(), how).await, "it is signed as it was sent");

    click(&teams).await.activity(|activity| activity["channelId"] = json!("webchat")).send().await;
    assert_eq!(bot.last().1["channelId"], "webchat");
    assert!(verifies(&teams, &bot.token(), how).await, "the token is not of the activity");

    let forger = SigningKey { pair: Pair::Second, ..teams.edit(|world| world.signing_key()) };
    click(&teams).await.signed_by(&forger).send().await;
    assert_eq!(parts(&bot.token()).0["kid"], forger.kid.as_str());
    assert!(!verifies(&teams, &bot.token(), how).await);

    let unknown = SigningKey::new("unknown", Pair::First);
    click(&teams).await.signed_by(&unknown).send().await;
    assert_eq!(parts(&bot.token()).0["kid"], "unknown");

    click(&teams).await.header(|header| header["alg"] = json!("RS384")).send().await;
    assert!(verifies(&teams, &bot.token(), &RSA_PKCS1_2048_8192_SHA384).await);
}

#[tokio::test]
async fn a_token_can_be_signed_by_nobody_or_with_what_is_public() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    click(&teams).await.unsigned().send().await;
    let (header, _, _, signature) = parts(&bot.token());
    assert_eq!((&header["alg"], signature.len()), (&json!("none"), 0));

    click(&teams).await.with_hs256_of_public_key().send().await;
    let (header, _, text, signature) = parts(&bot.token());
    assert_eq!(header["alg"], "HS256");
    let pem = Pair::First.public_pem();
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, pem.as_bytes());
    assert!(ring::hmac::verify(&secret, text.as_bytes(), &signature).is_ok());

    click(&teams).await.raw_token("no token".to_owned()).send().await;
    assert_eq!(bot.token(), "no token");
    click(&teams).await.without_token().send().await;
    assert!(bot.last().0.get("authorization").is_none());
    click(&teams).await.with_header("Authorization", "Bearer another").send().await;
    assert_eq!(bot.last().0.get_all("authorization").iter().count(), 2);
}

#[tokio::test]
async fn any_text_can_be_signed_as_a_token() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let key = teams.edit(|world| world.signing_key());
    let header = format!(r#"{{"alg":"RS256","alg":"none","kid":"{}"}}"#, key.kid);
    click(&teams).await.raw_token(key.token(&header, "[]")).send().await;
    let token = bot.token();
    assert_eq!(bytes(token.split('.').next().unwrap()), header.as_bytes());
    assert!(verifies(&teams, &token, &RSA_PKCS1_2048_8192_SHA256).await);
}

#[tokio::test]
async fn a_body_can_be_anything() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    click(&teams).await.body(vec![255, 0, 1]).send().await;
    assert_eq!(bot.heard.lock().unwrap()[0].1.as_ref(), [255, 0, 1]);
    let made = teams.interaction(json!({"type": "unheardOf", "serviceUrl": "http://127.0.0.1:1/"}));
    made.send().await;
    assert_eq!(bot.last().1["type"], "unheardOf");
    assert_eq!(parts(&bot.token()).1["serviceurl"], "http://127.0.0.1:1/");
}
