//! Everything that is called: login, keys and connector, behind one door.

mod login;
mod members;
mod openid;
mod operation;
mod place;
mod reply;
mod write;

use std::future::pending;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::fault::{End, Fault};
use crate::form;
use crate::log::Call;
use crate::shared::Shared;
use crate::world::World;
use fake_wire::listener::Cut;

use operation::Operation;
use reply::Reply;

/// Any call.
pub(crate) async fn call(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let operation = Operation::of(method.as_str(), uri.path());
    let name = operation.as_ref().map_or("", Operation::name).to_owned();
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let token = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let token = token.map(str::to_owned);
    let args = args(header(CONTENT_TYPE).unwrap_or(""), &body);
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let asked =
        Asked { token: token.clone(), query: uri.query().unwrap_or("").to_owned(), args, body };
    shared.calls(|calls| {
        let args = asked.logged();
        calls.push(Call { name: name.clone(), path, args, token, at: Instant::now() });
    });
    shared.has_changed();
    let fault = shared.faults(|faults| faults.take(&name));
    let answer = || {
        let address = shared.address.to_string();
        let reply = shared.world(|world| answer(world, &address, operation.as_ref(), &asked));
        shared.has_changed();
        reply.into_response()
    };
    match fault {
        None => answer(),
        Some(fault) => end(fault, &cut, answer).await,
    }
}

/// What came with a call.
#[derive(Clone, Debug)]
struct Asked {
    token: Option<String>,
    query: String,
    args: Value,
    body: Bytes,
}

impl Asked {
    /// Without the secret of whoever logs in.
    fn logged(&self) -> Value {
        let mut args = self.args.clone();
        if let Some(args) = args.as_object_mut() {
            args.remove("client_secret");
        }
        args
    }
}

fn args(kind: &str, body: &[u8]) -> Value {
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => {
            let pairs = std::str::from_utf8(body).ok().and_then(form::decode);
            pairs.map_or(Value::Null, Value::Object)
        }
        _ => serde_json::from_slice(body).unwrap_or_default(),
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

fn answer(world: &mut World, address: &str, operation: Option<&Operation>, asked: &Asked) -> Reply {
    let done = match operation {
        Some(operation) => obey(world, address, operation, asked),
        None => Err(Reply::new(404, json!({"message": "No HTTP resource was found."}))),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn obey(
    world: &mut World,
    address: &str,
    operation: &Operation,
    asked: &Asked,
) -> Result<Reply, Reply> {
    if operation.is_of_the_connector() {
        login::check(world, asked.token.as_deref())?;
    }
    match operation {
        Operation::Token { tenant } => login::token(world, tenant, &asked.args),
        Operation::Metadata => Ok(openid::metadata(address)),
        Operation::Keys => Ok(openid::keys(world)),
        Operation::Create => write::create(world, asked),
        Operation::Post { conversation } => write::post(world, conversation, None, asked),
        Operation::Reply { conversation, to } => write::post(world, conversation, Some(to), asked),
        Operation::Update { conversation, activity } => {
            write::update(world, conversation, activity, asked)
        }
        Operation::Member { conversation, member } => members::one(world, conversation, member),
        Operation::Members { conversation } => members::page(world, conversation, &asked.query),
    }
}
