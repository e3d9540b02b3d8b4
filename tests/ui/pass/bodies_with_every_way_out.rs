//! Labels, chains, and closures and blocks with a `return` and a `?` of their own: control flow means what it meant.
#![deny(warnings)]

use approvals::{Denied, requires_approval};
use ui::both;

#[requires_approval(action = "text.sum")]
pub async fn sum(text: &str, limit: Option<u64>) -> Result<u64, Box<dyn std::error::Error>> {
    let parse = |part: &str| -> Option<u64> {
        let first = part.trim().split(' ').next()?;
        if first.is_empty() {
            return None;
        }
        first.parse().ok()
    };
    let mut sum = 0;
    'parts: for part in text.split(',') {
        let Some(number) = parse(part) else { continue 'parts };
        let doubled = async {
            if number == 0 {
                return Err(std::fmt::Error);
            }
            Ok(number * 2)
        };
        sum += match doubled.await {
            Ok(doubled) => doubled,
            Err(_zero) => break 'parts,
        };
        if let Some(limit) = limit
            && sum > limit
        {
            Err("too much")?;
        }
    }
    let rest = 'rest: {
        if sum > 10 {
            break 'rest 0;
        }
        1
    };
    Ok(async || -> Result<u64, std::fmt::Error> { Ok(sum + rest) }().await?)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || sum("1, 2 of these, x, 0, 9", None).await.ok()).await;
    assert_eq!(ran, Some(7));
    assert_eq!(denied, None);
    let (ran, _) = both(async || sum("1,2", Some(5)).await).await;
    assert_eq!(ran.unwrap_err().to_string(), "too much");
    let (_, denied) = both(async || sum("1,2", None).await).await;
    assert!(denied.unwrap_err().is::<Denied>());
}
