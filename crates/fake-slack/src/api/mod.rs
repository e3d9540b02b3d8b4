//! The Web API: one envelope for all methods.

mod apps;
mod args;
mod auth;
mod chat;
mod conversations;
mod people;
mod reply;
mod views;

use std::future::pending;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, Response, StatusCode};
use tokio::time::{Instant, sleep};

use crate::fault::{End, Fault};
use crate::log::Call;
use crate::shared::Shared;
use crate::world::World;
use fake_wire::listener::Cut;

use args::Args;
pub(crate) use chat::named;
use reply::{Failure, Reply};

/// Any method, called in any way that Slack takes.
pub(crate) async fn call(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path(method): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let args = Args::parse(&headers, query.as_deref().unwrap_or(""), &body);
    let logged = args.as_ref().map_or(serde_json::Value::Null, Args::logged);
    shared.calls(|calls| {
        calls.push(Call { method: method.clone(), args: logged, at: Instant::now() });
    });
    shared.has_changed();
    let fault = shared.faults(|faults| faults.take(&method));
    let answer = || {
        let reply = match &args {
            Ok(args) => answer(&shared, &method, args),
            Err(failure) => Reply::from(failure.clone()),
        };
        shared.has_changed();
        reply.into_response()
    };
    match fault {
        None => answer(),
        Some(fault) => end(fault, &cut, answer).await,
    }
}

async fn end(fault: Fault, cut: &Cut, answer: impl Fn() -> Response<Body>) -> Response<Body> {
    let genuine = fault.has_effect.then(&answer);
    sleep(fault.delay).await;
    if let Some(gate) = &fault.gate {
        gate.pass().await;
    }
    match fault.end {
        End::Genuine => genuine.unwrap_or_else(answer),
        End::Never => pending().await,
        End::Dropped => {
            cut.cut();
            pending().await
        }
        End::Answer { status, headers, body } => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            for (name, value) in headers {
                let name: axum::http::HeaderName = name.parse().expect("a header");
                response.headers_mut().insert(name, value.parse().expect("a header's value"));
            }
            response
        }
    }
}

/// What a method does. With it stands which scopes it needs: any one of them will do.
type Method = fn(&Shared, &mut World, &Args) -> Result<Reply, Failure>;

fn method(name: &str) -> Option<(auth::Needs, Method)> {
    use auth::Needs::{AppToken, Bot, Nothing};
    Some(match name {
        "api.test" => (Nothing, apps::test),
        "auth.test" => (Bot(&[]), auth::test),
        "apps.connections.open" => (AppToken, apps::open),
        "bots.info" => (Bot(&["users:read"]), people::bot),
        "chat.postEphemeral" => (Bot(&["chat:write"]), chat::ephemeral),
        "chat.postMessage" => (Bot(&["chat:write"]), chat::post),
        "chat.update" => (Bot(&["chat:write"]), chat::update),
        "conversations.info" => (Bot(conversations::READ), conversations::info),
        "conversations.members" => (Bot(conversations::READ), conversations::members),
        "conversations.replies" => (Bot(conversations::HISTORY), conversations::replies),
        "usergroups.list" => (Bot(&["usergroups:read"]), people::groups),
        "usergroups.users.list" => (Bot(&["usergroups:read"]), people::group_users),
        "users.info" => (Bot(&["users:read"]), people::user),
        "views.open" => (Bot(&[]), views::open),
        _ => return None,
    })
}

fn answer(shared: &Shared, name: &str, args: &Args) -> Reply {
    let Some((needs, method)) = method(name) else {
        return Failure::new("unknown_method").with("req_method", name).into();
    };
    shared.world(|world| {
        let done = auth::check(&world.app, needs, args).and_then(|()| method(shared, world, args));
        let reply = done.unwrap_or_else(Reply::from);
        reply.with_scopes(&world.app, needs)
    })
}
