//! A round: one ledger, generations of processes that are killed, and a last one that is not.

use approvals::Trail;
use approvals::log::{Checkpoint, Vkey};
use approvals_sqlite::{OpenError, SqliteLog, verify};

use crate::journal::{self, Line};
use crate::judge::{Breach, Standings, judge, standings, unfinished};
use crate::killer::{Moment, start_and_kill, start_and_wait};
use crate::random::Random;
use crate::site::{NewSite, ORIGIN, Site};
use crate::tally::Tally;
use crate::watched::Bug;
use crate::worker::Task;

/// How many pairs of processes are killed over one ledger, which they all read whole when they open it.
const GENERATIONS: u32 = 10;

/// What some rounds brought to light.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) breaches: Vec<Breach>,
    pub(crate) tally: Tally,
}

/// Whole rounds, until there were so many kills. A breach ends the test.
pub(crate) fn rounds(random: &mut Random, kills: u32) -> Tally {
    let mut found = Found::default();
    while found.tally.kills < kills {
        let site = NewSite::new();
        let mut round = Round::new(site.0.clone(), None);
        for generation in 0..GENERATIONS {
            round.generation(generation, random, &mut found);
        }
        round.end(&mut found);
        let errors = || std::fs::read_to_string(site.0.errors()).unwrap_or_default();
        assert_eq!(found.breaches, [], "{}\n{}", errors(), found.tally);
    }
    found.tally
}

/// Rounds over a ledger with a planted bug, until there is a breach as `wanted`, or so many kills.
pub(crate) fn rounds_with(
    bug: Bug,
    random: &mut Random,
    kills: u32,
    wanted: impl Fn(&Breach) -> bool,
) -> Found {
    let mut found = Found::default();
    while found.tally.kills < kills {
        let site = NewSite::new();
        let mut round = Round::new(site.0.clone(), Some(bug));
        for generation in 0..GENERATIONS {
            round.generation(generation, random, &mut found);
            if found.breaches.iter().any(&wanted) {
                return found;
            }
        }
    }
    found
}

/// One ledger, and what was seen of it so far.
#[derive(Debug)]
struct Round {
    site: Site,
    bug: Option<Bug>,
    trail: Trail,
    /// How many events the trail has.
    read: u64,
    /// The heads that were seen between the generations.
    seen: Vec<Checkpoint>,
}

impl Round {
    fn new(site: Site, bug: Option<Bug>) -> Self {
        Self { site, bug, trail: Trail::new(ORIGIN), read: 0, seen: Vec::new() }
    }

    fn task(&self, who: u32, generation: Option<u32>) -> Task {
        Task { site: self.site.clone(), who, generation, bug: self.bug }
    }

    /// Kills two processes, and looks at what they left before anybody repairs it.
    fn generation(&mut self, generation: u32, random: &mut Random, found: &mut Found) {
        let pair = [2 * generation, 2 * generation + 1];
        let tasks = pair.map(|who| (self.task(who, Some(generation)), Moment::random(random)));
        start_and_kill(&tasks);
        let lines = self.look(found);
        for who in pair {
            found.tally.kill(&lines, who);
        }
    }

    /// Lets two processes make every call once more, to the end, and verifies everything.
    fn end(&mut self, found: &mut Found) {
        let last = 2 * GENERATIONS;
        start_and_wait(&[last, last + 1].map(|who| self.task(who, None)));
        let lines = self.look(found);
        let ledger = standings(&self.trail);
        found.breaches.extend(unfinished(&ledger));
        found.tally.round(&lines, &ledger, last);

        let vkey = Vkey::new(ORIGIN, approvals::Signer::public_key(&self.site.keys().log)).unwrap();
        match verify(self.site.ledger(), Some(&vkey), &self.seen) {
            Ok(report) => assert_eq!(report.head.checkpoint.size(), self.read),
            Err(error) => found.breaches.push(Breach::Ledger(error.to_string())),
        }
    }

    /// The journal, held against the ledger.
    fn look(&mut self, found: &mut Found) -> Vec<Line> {
        let lines = journal::read(&self.site.journal());
        let ledger = match self.read_ledger() {
            Ok(()) => standings(&self.trail),
            Err(problem) => {
                found.breaches.push(Breach::Ledger(problem));
                Standings::new()
            }
        };
        found.breaches.extend(judge(&lines, &ledger));
        lines
    }

    /// Reads what is new in the ledger, and checks it.
    fn read_ledger(&mut self) -> Result<(), String> {
        let log = match SqliteLog::open_read_only(self.site.ledger()) {
            Ok(log) => log,
            // They were killed before they had made one.
            Err(OpenError::NotALedger { .. } | OpenError::File { .. }) if self.seen.is_empty() => {
                return Ok(());
            }
            Err(error) => return Err(error.to_string()),
        };
        for entry in log.events(self.read) {
            let entry = entry.map_err(|error| error.to_string())?;
            self.trail.read(&entry).map_err(|error| error.to_string())?;
            self.read = entry.index + 1;
        }
        let head = log.newest().map_err(|error| error.to_string())?;
        self.seen.push(head.checkpoint);
        Ok(())
    }
}
