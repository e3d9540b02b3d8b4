//! The OpenAPI document, from the routes themselves: none can be missing in it.

use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder};

use crate::access::sessions::SESSION_COOKIE;
use crate::problem::{MEDIA_TYPE, Problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "approvals",
        description = "Human approval for sensitive actions of AI agents. Every error is a problem (RFC 9457).",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem)),
    tags(
        (name = "requester", description = "Programs of agents: a token that begins with `apr_req_`"),
        (name = "reviewer", description = "People who decide: a session, or a token of OpenID Connect"),
        (name = "auditor", description = "Programs that read the log: a token that begins with `apr_aud_`"),
        (name = "open", description = "Open to everybody"),
    ),
)]
struct Frame;

/// The document without any route.
pub(crate) fn frame() -> Document {
    let mut document = Frame::openapi();
    let bearer = |description: &str| {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        SecurityScheme::Http(scheme.description(Some(description)).build())
    };
    let cookie = ApiKeyValue::with_description(
        SESSION_COOKIE,
        "Whatever changes something needs `Origin` and `X-CSRF-Token` as well",
    );
    if let Some(components) = &mut document.components {
        components.add_security_scheme("requester", bearer("A requester's token: `apr_req_…`"));
        components.add_security_scheme("auditor", bearer("An auditor's token: `apr_aud_…`"));
        components.add_security_scheme("oidc", bearer("A reviewer's token of OpenID Connect"));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
    document
}

/// Adds the problems that each route can answer with.
pub(crate) fn with_problems(mut document: Document) -> Document {
    let paths = std::mem::take(&mut document.paths.paths);
    for (path, mut item) in paths {
        // How routers spell "the rest of the path" is not how the document does.
        let path = path.replace("{*", "{");
        operations(&mut item).for_each(|operation| add_problems(&path, operation));
        document.paths.paths.insert(path, item);
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post].into_iter().flatten()
}

fn add_problems(path: &str, operation: &mut Operation) {
    let is_probe = matches!(path, "/healthz" | "/readyz");
    let is_open = operation.security.as_ref().is_none_or(Vec::is_empty);
    let reads_body = operation.request_body.is_some() || path.ends_with("/withdraw");
    let mut problems = vec![("500", "A mistake of the server."), ("503", "It cannot be had now.")];
    if !is_probe {
        problems.push(("421", "The `Host` is none of this server's."));
    }
    if !is_open {
        problems.push(("400", "The call cannot be read."));
        problems.push(("401", "Who calls is not known."));
        problems.push(("403", "This is not for whoever calls."));
        problems.push(("404", "There is no such thing, or it is somebody else's."));
        problems.push(("429", "Too much is asked."));
    }
    if reads_body {
        problems.push(("408", "The body did not come in time."));
        problems.push(("409", "It is not as it was."));
        problems.push(("413", "The body is too large."));
        problems.push(("415", "The body is no JSON."));
        problems.push(("422", "It cannot be done."));
    }
    for (status, description) in problems {
        let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
        let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, problem);
        operation.responses.responses.entry(status.to_owned()).or_insert(response.build().into());
    }
}
