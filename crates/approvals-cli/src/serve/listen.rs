//! Serves until the process is told to stop, and then answers what it has begun to.

use std::net::TcpListener;
use std::time::Duration;

use approvals_http::Queue;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;

use super::config::{Config, Tls};
use super::error::Unserved;

/// How long calls that are under way may take once the server is to stop.
const TO_END: Duration = Duration::from_secs(10);

/// The socket, before anything is said about it.
pub(crate) fn socket(config: &Config) -> Result<TcpListener, Unserved> {
    if config.tls.is_none() && !config.listen.ip().is_loopback() {
        return Err(Unserved::Exposed);
    }
    let failed = |source| Unserved::Listen { address: config.listen.to_string(), source };
    let listener = TcpListener::bind(config.listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

pub(crate) async fn serve(
    queue: &Queue,
    listener: TcpListener,
    tls: Option<&Tls>,
) -> Result<(), Unserved> {
    let handle = Handle::new();
    tokio::spawn(stop(handle.clone(), queue.clone()));
    let service = queue.router().into_make_service();
    let served = if let Some(Tls { certificate, key }) = tls {
        // Whoever else has chosen one has chosen this one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let files = RustlsConfig::from_pem_file(certificate, key).await.map_err(Unserved::Tls)?;
        let server = axum_server::from_tcp_rustls(listener, files).map_err(Unserved::Tls)?;
        server.handle(handle).serve(service).await
    } else {
        let failed = |source| Unserved::Listen { address: "the socket".to_owned(), source };
        axum_server::from_tcp(listener).map_err(failed)?.handle(handle).serve(service).await
    };
    served.map_err(|source| Unserved::Listen { address: "the socket".to_owned(), source })
}

/// Ends the server when the process is told to: whoever waits is answered first.
async fn stop(handle: Handle<std::net::SocketAddr>, queue: Queue) {
    told_to_stop().await;
    queue.leave();
    handle.graceful_shutdown(Some(TO_END));
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _interrupted = tokio::signal::ctrl_c() => {}
        _told = terminated.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    drop(tokio::signal::ctrl_c().await);
}
