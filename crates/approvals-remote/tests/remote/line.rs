//! What is between a caller and a queue: a line that loses answers, and strangers who answer instead.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A line on which answers are lost.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) address: SocketAddr,
    to: Arc<Mutex<Option<SocketAddr>>>,
    lost: Arc<Mutex<Vec<(&'static str, usize)>>>,
}

impl Line {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = Self { address, to: Arc::default(), lost: Arc::default() };
        let this = line.clone();
        tokio::spawn(async move {
            loop {
                let (caller, _) = listener.accept().await.unwrap();
                let line = this.clone();
                tokio::spawn(async move { line.carry(caller).await });
            }
        });
        line
    }

    pub(crate) fn lead_to(&self, address: SocketAddr) {
        *self.to.lock().unwrap() = Some(address);
    }

    /// So many answers to calls that end like this are lost.
    pub(crate) fn lose(&self, what: &'static str, times: usize) {
        self.lost.lock().unwrap().push((what, times));
    }

    fn loses(&self, head: &str) -> bool {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let mut lost = self.lost.lock().unwrap();
        let left = lost.iter_mut().find(|(what, left)| path.ends_with(what) && *left > 0);
        left.map(|(_, left)| *left -= 1).is_some()
    }

    async fn carry(&self, mut caller: TcpStream) {
        let Some((head, body)) = read(&mut caller).await else { return };
        let to = self.to.lock().unwrap().unwrap();
        let Ok(mut queue) = TcpStream::connect(to).await else { return };
        let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        queue.write_all(head.as_bytes()).await.unwrap();
        queue.write_all(&body).await.unwrap();
        let mut answer = Vec::new();
        let _cut = queue.read_to_end(&mut answer).await;
        if !self.loses(&head) {
            let _gone = caller.write_all(&answer).await;
        }
    }
}

/// A call, up to the end of its body.
async fn read(caller: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        if let Some(end) = end {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length:")?.trim().parse::<usize>().ok()
            });
            if bytes.len() >= end + length.unwrap_or_default() {
                return Some((head, bytes[end..].to_vec()));
            }
        }
        if caller.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Somebody who answers everything with these bytes, and again and again with those; how often, and what they were told.
#[derive(Clone, Debug)]
pub(crate) struct Stranger {
    pub(crate) address: SocketAddr,
    pub(crate) calls: Arc<AtomicUsize>,
}

impl Stranger {
    pub(crate) async fn new(answer: String, endless: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stranger = Self { address, calls: Arc::default() };
        let calls = Arc::clone(&stranger.calls);
        tokio::spawn(async move {
            loop {
                let (mut caller, _) = listener.accept().await.unwrap();
                let (answer, calls) = (answer.clone(), Arc::clone(&calls));
                tokio::spawn(async move {
                    if read(&mut caller).await.is_none() {
                        return;
                    }
                    calls.fetch_add(1, SeqCst);
                    let mut sent = caller.write_all(answer.as_bytes()).await;
                    while sent.is_ok() && !endless.is_empty() {
                        sent = caller.write_all(endless).await;
                    }
                });
            }
        });
        stranger
    }
}
