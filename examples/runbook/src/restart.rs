//! A service is restarted. In production that takes one SRE.

use std::io;
use std::process::{Child, Command};

use approvals::requires_approval;

use crate::{Failure, tell};

/// A process that runs, and does not outlive the night.
struct Service(Child);

impl Service {
    fn start() -> io::Result<Self> {
        Ok(Self(Command::new("sleep").arg("600").spawn()?))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _gone = self.0.kill().and_then(|()| self.0.wait());
    }
}

#[requires_approval(
    action = "service.restart",
    resource = "service/{service}",
    summary = "Restart {service}",
    skip(process)
)]
async fn restart(service: &str, process: &mut Service) -> io::Result<String> {
    *process = Service::start()?; // the old one is stopped as it is dropped
    Ok(format!("{service} has started again"))
}

pub(crate) async fn play() -> Result<(), Failure> {
    let mut process = Service::start()?;
    let before = process.0.id();
    let call = restart("search", &mut process);
    assert!(tell("Search answers slowly: restart it.", call).await);
    assert_ne!(process.0.id(), before);
    Ok(())
}
