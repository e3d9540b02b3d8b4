//! Calls over HTTP, byte for byte as they are wanted.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer: status, headers with small names, body.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let patience = std::time::Duration::from_secs(5);
/// let nobody = fake_wire::http::post("http://127.0.0.1:1/", &[], b"", patience).await;
/// assert!(nobody.is_err(), "nobody listens there");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A call to be made.
/// [`Response`] has an example.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// Where to.
    pub url: &'a str,
    /// The headers besides those that every call has.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

/// Posts to an `http` address, and waits for the whole answer.
pub async fn post(
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
    patience: Duration,
) -> io::Result<Response> {
    call(Request { method: "POST", url, headers, body }, patience).await
}

/// Calls an `http` address, and waits for the whole answer.
pub async fn call(request: Request<'_>, patience: Duration) -> io::Result<Response> {
    let Request { method, url, headers, body } = request;
    let rest = url.strip_prefix("http://").ok_or_else(|| wrong("only http is spoken here"))?;
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("a string takes everything");
    }
    head.push_str("\r\n");
    let talk = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(&[head.as_bytes(), body].concat()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        parse(&answer).ok_or_else(|| wrong("the answer is no HTTP"))
    };
    tokio::time::timeout(patience, talk)
        .await
        .map_err(|_elapsed| io::Error::from(io::ErrorKind::TimedOut))?
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn parse(answer: &[u8]) -> Option<Response> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = &answer[end + 4..];
    let is_chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    Some(Response {
        status,
        body: if is_chunked { unchunked(body)? } else { body.to_vec() },
        headers,
    })
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let length =
            usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length)?);
        rest = rest.get(end + 4 + length..)?;
    }
}
