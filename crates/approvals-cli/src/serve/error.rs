//! Why a server is not set up, or does not start, and which command helps.

use std::io;
use std::path::PathBuf;

use approvals_core::{BuildError, Denied, DeskError, NameError};
use approvals_http::{AddressError, NoRandomness, QueueError, TokensFileError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Unserved {
    #[error("there is no `{}`", .0.display())]
    NoConfig(PathBuf),
    #[error("`{}` is there already, and nothing is replaced", .0.display())]
    Exists(PathBuf),
    #[error(
        "nobody could decide here: no passkey is enrolled, and no invitation to enrol one is open"
    )]
    NoReviewer,
    #[error("the name is refused")]
    Name(#[from] NameError),
    #[error("the address is refused")]
    Address(#[from] AddressError),
    #[error("the tokens cannot be read")]
    Tokens(#[from] TokensFileError),
    #[error("a token `{0}` is there already")]
    TokenExists(String),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    #[error("the gate could not be built")]
    Gate(#[from] BuildError),
    #[error("the requests of the ledger could not be taken up again")]
    Recover(#[source] Denied),
    #[error("it was not recorded")]
    Desk(#[from] DeskError),
    #[error("the queue could not be put together")]
    Queue(#[from] QueueError),
    #[error("the certificate or its key cannot be used")]
    Tls(#[source] io::Error),
    #[error("`{address}` cannot be listened on")]
    Listen { address: String, source: io::Error },
    #[error("without TLS, a server listens on this machine only")]
    Exposed,
}

impl Unserved {
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NoConfig(_) => "make one with `approvals init`, or name it with `--config`",
            Self::Exists(_) => "take another folder, or `approvals serve` with what is there",
            Self::NoReviewer => "invite somebody with `approvals reviewers invite NAME`",
            Self::Name(_) | Self::TokenExists(_) => "choose another name",
            Self::Address(_) => "mend `url` in the configuration",
            Self::Tokens(_) => {
                "mend the file of tokens, or make tokens with `approvals tokens new`"
            }
            Self::Gate(_) => {
                "check the policy and the file of people: `approvals policy check`, `approvals people check`"
            }
            Self::Tls(_) => {
                "give PEM files under [tls]: the certificate with its chain, and its private key"
            }
            Self::Listen { .. } => {
                "see what else listens there, or change `listen` in the configuration"
            }
            Self::Exposed => {
                "add [tls] to the configuration, or let it listen on 127.0.0.1 behind a proxy that has TLS"
            }
            Self::Randomness(_) | Self::Recover(_) | Self::Desk(_) | Self::Queue(_) => "try again",
        }
    }
}
