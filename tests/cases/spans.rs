//! What whoever watches a call is told of it.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use approvals::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::world::*;

/// Writes down every span and event with all its fields, a line each.
#[derive(Clone, Debug, Default)]
struct Lines {
    all: Arc<Mutex<Vec<String>>>,
    next: Arc<AtomicU64>,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Lines {
    fn add(&self, metadata: &Metadata<'_>, values: impl FnOnce(&mut Line)) {
        let mut line = Line(format!("{} {}", metadata.level(), metadata.name()));
        values(&mut line);
        self.all.lock().unwrap().push(line.0);
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("approvals")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.add(span.metadata(), |line| span.record(line));
        Id::from_u64(self.next.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        self.all.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.add(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn each_stage_has_a_span_with_ids_and_digests_and_none_has_what_people_or_agents_wrote() {
    let lines = Lines::default();
    // As long as there is one subscriber alone, tracing asks the thread that comes by first, which may have none.
    let _another = tracing::Dispatch::new(Lines::default());
    let _here = tracing::subscriber::set_default(lines.clone());
    let world = World::new(asks([ask(1, "ops")])).await;
    let secret = || {
        let call = DynamicAction::from_json("app.deploy", br#"{"token": "hunter2-argument"}"#);
        call.unwrap()
            .resource("hunter2-resource")
            .reason("hunter2-reason")
            .summary("hunter2-summary")
    };
    let context = || Context::new(agent()).intent("hunter2-intent").unwrap();
    for approves in [true, false] {
        let (inner, gate) = (world.clone(), world.gate.clone());
        let run = gate.scope(context(), async move { inner.run(secret()).await });
        let running = tokio::spawn(run);
        settle().await;
        let card = world.card();
        let ballot =
            if approves { Ballot::approve(&card) } else { Ballot::reject(&card, "hunter2-no") };
        world.vote(&identity("chat", "ann"), ballot.unwrap()).await.unwrap();
        assert_eq!(running.await.unwrap().is_ok(), approves);
        let all = lines.all.lock().unwrap().clone();
        let (id, digest) = (card.id(), card.request().action);
        let root = format!("INFO approval request={id} action=app.deploy digest={digest}");
        assert!(all.contains(&root), "{root}\n{all:#?}");
        let stages: &[&str] = if approves {
            &["describe", "rule", "ask", "wait", "start", "body", "record"]
        } else {
            &["describe", "rule", "ask", "wait"]
        };
        for stage in stages {
            let line = format!("DEBUG {stage} request={id}");
            assert!(all.contains(&line), "{line}\n{all:#?}");
        }
    }
    let all = lines.all.lock().unwrap().join("\n");
    assert!(all.contains("reason=\"rejected\""), "{all}");
    assert!(!all.contains("hunter2"), "{all}");
}
