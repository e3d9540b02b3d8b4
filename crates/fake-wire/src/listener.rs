//! Connections that can be cut in the middle of a call.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Whether it is off, and who wants to know.
type Switch = (AtomicBool, AtomicWaker);

/// Ends one connection, without another byte.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// use fake_wire::listener::{Cuts, Cuttable};
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let cuts = Cuts::default();
/// let _for_a_server = Cuttable { listener, cuts: cuts.clone() };
/// cuts.cut(); // whatever is open
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cut(Arc<Switch>);

impl Cut {
    /// Ends it.
    pub fn cut(&self) {
        self.0.0.store(true, Ordering::SeqCst);
        self.0.1.wake();
    }

    /// What the connection has to say when it is used.
    fn check(&self, context: &Context<'_>) -> io::Result<()> {
        self.0.1.register(context.waker());
        if self.0.0.load(Ordering::SeqCst) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

/// Ends all connections.
/// [`Cut`] has an example.
#[derive(Clone, Debug, Default)]
pub struct Cuts(Arc<Mutex<Vec<Weak<Switch>>>>);

impl Cuts {
    /// Ends all that are open.
    pub fn cut(&self) {
        for cut in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if let Some(open) = cut.upgrade() {
                Cut(open).cut();
            }
        }
    }

    fn add(&self, cut: &Cut) {
        let mut cuts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cuts.retain(|cut| cut.strong_count() > 0);
        cuts.push(Arc::downgrade(&cut.0));
    }
}

/// Accepts connections that can be cut.
/// [`Cut`] has an example.
#[derive(Debug)]
pub struct Cuttable {
    /// Where connections come in.
    pub listener: TcpListener,
    /// What ends them.
    pub cuts: Cuts,
}

impl Listener for Cuttable {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let (tcp, from) = Listener::accept(&mut self.listener).await;
        let cut = Cut::default();
        self.cuts.add(&cut);
        (Stream { tcp, cut }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Cuttable>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        stream.io().cut.clone()
    }
}

/// A connection; once it is cut, it is reset.
/// [`Cut`] has an example.
#[derive(Debug)]
pub struct Stream {
    tcp: TcpStream,
    cut: Cut,
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.cut.0.0.load(Ordering::SeqCst) {
            // Where it cannot be reset, it is closed.
            drop(self.tcp.set_zero_linger());
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.cut.check(context)?;
        Pin::new(&mut self.tcp).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.cut.check(context)?;
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}
