//! Logs move to object storage. There is nothing personal in them, so nobody is asked.

use std::fs;
use std::path::Path;

use approvals::requires_approval;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::{Failure, tell};

#[requires_approval(
    action = "s3.export",
    resource = "s3://{bucket}",
    summary = "Move {rows} lines of {bucket} to {destination}",
    skip(file, store)
)]
async fn move_logs(
    file: &Path,
    store: &dyn ObjectStore,
    bucket: &str,
    rows: u64,
    destination: &str,
) -> Result<String, Failure> {
    store.put(&destination.into(), fs::read(file)?.into()).await?;
    fs::remove_file(file)?;
    Ok(format!("{rows} lines are in {destination}"))
}

pub(crate) async fn play(folder: &Path) -> Result<(), Failure> {
    let (disk, bucket) = (folder.join("search.log"), folder.join("bucket"));
    fs::write(&disk, "started\nslow\nstopped\n")?;
    fs::create_dir_all(&bucket)?;
    let store = LocalFileSystem::new_with_prefix(&bucket)?; // in production, another `ObjectStore`
    let call = move_logs(&disk, &store, "service-logs", 3, "2026/11/search.log");
    assert!(tell("The disk is full of logs: move them away.", call).await);
    assert_eq!(store.head(&"2026/11/search.log".into()).await?.size, 21);
    assert!(!disk.exists());
    Ok(())
}
