use proptest::prelude::*;

use super::*;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};
use crate::policy::fact::Fact;

const MINUTE: i64 = 60_000;

fn at(text: &str) -> Timestamp {
    Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn berlin() -> TimeWindows {
    TimeWindows::new("env.window", "Europe/Berlin").unwrap()
}

fn is_open(windows: &TimeWindows, text: &str) -> bool {
    windows.is_open(at(text)).unwrap()
}

#[test]
fn a_window_follows_the_clock_on_the_wall_in_summer_and_in_winter() {
    let windows = berlin().open("Mon-Thu", "09:00", "16:00").unwrap();
    for (moment, expected) in [
        ("2026-07-06T06:59:59.999Z", false), // Monday, two hours ahead of UTC
        ("2026-07-06T07:00:00Z", true),
        ("2026-07-06T13:59:59.999Z", true),
        ("2026-07-06T14:00:00Z", false),
        ("2026-11-16T07:59:59.999Z", false), // Monday, one hour ahead
        ("2026-11-16T08:00:00Z", true),
        ("2026-11-16T14:59:59.999Z", true),
        ("2026-11-16T15:00:00Z", false),
        ("2026-11-20T10:00:00Z", false), // Friday
    ] {
        assert_eq!(is_open(&windows, moment), expected, "{moment}");
    }
}

/// Clocks went from 02:00 to 03:00 on 2026-03-29, and from 03:00 to 02:00 on 2026-10-25, both at 01:00 UTC.
#[test]
fn an_hour_that_is_left_out_is_never_open_and_one_that_is_repeated_is_open_twice() {
    let windows = berlin().open("Sun", "02:15", "02:45").unwrap();
    let open_minutes = |midnight: &str| {
        let minutes =
            (0..1500).map(|n| Timestamp::from_millis(at(midnight).as_millis() + n * MINUTE));
        minutes.filter(|minute| windows.is_open(*minute).unwrap()).count()
    };
    assert_eq!(open_minutes("2026-03-28T23:00:00Z"), 0);
    assert_eq!(open_minutes("2026-04-04T22:00:00Z"), 30);
    assert_eq!(open_minutes("2026-10-24T22:00:00Z"), 60);
    assert!(!is_open(&windows, "2026-10-25T00:50:00Z"), "between the two");

    let until_after_the_gap = berlin().open("Sun", "02:30", "03:30").unwrap();
    assert!(!is_open(&until_after_the_gap, "2026-03-29T00:59:59Z"), "01:59");
    assert!(is_open(&until_after_the_gap, "2026-03-29T01:00:00Z"), "03:00");
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_on_which_it_begins() {
    let windows = TimeWindows::new("env.window", "UTC").unwrap();
    let windows = windows.open("Fri", "22:00", "02:00").unwrap();
    let windows = windows.closed("2026-11-27", "2026-11-27").unwrap();
    let windows = windows.closed("2026-12-05", "2026-12-05").unwrap();
    for (moment, expected) in [
        ("2026-11-20T01:00:00Z", false), // what Thursday would have begun
        ("2026-11-20T22:00:00Z", true),
        ("2026-11-21T01:59:00Z", true),
        ("2026-11-21T02:00:00Z", false),
        ("2026-11-27T22:00:00Z", false), // a Friday that is closed,
        ("2026-11-28T01:00:00Z", false), // and what it would have begun
        ("2026-12-04T23:59:00Z", true),
        ("2026-12-05T00:00:00Z", false), // a Saturday that is closed
    ] {
        assert_eq!(is_open(&windows, moment), expected, "{moment}");
    }
}

#[test]
fn what_is_not_known_for_sure_is_refused_when_windows_are_made() {
    let zone = |name: &str| TimeWindows::new("env.window", name).map(drop);
    for name in ["Europe/Atlantis", "", "Etc/Unknown", "../zoneinfo/UTC", "/etc/localtime", "CET-1"]
    {
        assert_eq!(zone(name), Err(WindowError::Zone(name.into())), "{name}");
    }
    assert_eq!(zone("Europe/Berlin").and(zone("UTC")), Ok(()));
    assert!(matches!(TimeWindows::new("Window", "UTC"), Err(WindowError::Name(_))));

    let open = |days, from, until| berlin().open(days, from, until).map(drop);
    for days in ["", "Mo", "mon", "Mon-", "Mon-Thu-Fri", "Mon,Tue", "Mon - Tue", "Mon\u{2013}Thu"] {
        assert_eq!(open(days, "09:00", "16:00"), Err(WindowError::Days(days.into())));
    }
    for time in ["9:00", "09:60", "24:01", "25:00", "0900", "09:00:00", "+9:00", "", "09:0\u{0660}"]
    {
        assert_eq!(open("Mon", time, "16:00"), Err(WindowError::Time(time.into())));
        assert_eq!(open("Mon", "09:00", time), Err(WindowError::Time(time.into())));
    }
    assert_eq!(open("Mon", "24:00", "16:00"), Err(WindowError::Time("24:00".into())));
    assert_eq!(open("Mon", "09:00", "09:00"), Err(WindowError::Empty));

    let closed = |first, last| berlin().closed(first, last).map(drop);
    for date in ["2026-02-30", "24.12.2026", "2026-12-24T00:00", "20261224", ""] {
        assert_eq!(closed(date, "2027-01-01"), Err(WindowError::Date(date.into())));
    }
    assert_eq!(closed("2027-01-01", "2026-12-24"), Err(WindowError::Backward));
}

#[test]
fn no_window_is_open_without_windows_and_no_answer_is_given_outside_of_the_calendar() {
    assert!(!is_open(&berlin(), "2026-11-16T10:00:00Z"));
    let always = berlin().open("Mon-Sun", "00:00", "24:00").unwrap();
    for millis in [i64::MIN, i64::MAX] {
        assert!(always.is_open(Timestamp::from_millis(millis)).is_err());
    }
}

#[tokio::test]
async fn the_fact_has_the_given_name_and_is_that_of_the_time_of_the_call() {
    let windows = berlin().open("Mon", "09:00", "16:00").unwrap();
    let document = br#"{"action":"iam.grant","arguments":{},"log":"example.org/t","on_behalf_of":[],"redacted":{},"requester":"agent:a","risk":"high","unbound":[]}"#;
    let document = Document::parse(document).unwrap();
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    for (moment, expected) in [("2026-11-16T08:00:00Z", true), ("2026-11-16T07:59:00Z", false)] {
        let stated = windows.facts(&Facts::new(&document, &agent, at(moment))).await.unwrap();
        let name = "env.window".parse().unwrap();
        assert_eq!(stated, FactSet::from([(name, Fact::Bool(expected))]));
    }
}

/// Whether it is open, asked minute by minute of a calendar: the zone's offset is looked up anew for each.
fn by_hand(
    spec: &[(u16, u16, u16, u16)],
    closed: Option<(i64, i64)>,
    zone: &TimeZone,
    minute: i64,
) -> bool {
    let moment = jiff::Timestamp::from_millisecond(minute * MINUTE).unwrap();
    let local = moment.as_second() + i64::from(zone.to_offset(moment).seconds());
    let (day, of_day) = (local.div_euclid(86_400), local.rem_euclid(86_400) / 60);
    let weekday = |day: i64| u16::try_from((day + 3).rem_euclid(7)).unwrap(); // 1970-01-01 was a Thursday
    let is_closed = |day: i64| closed.is_some_and(|(first, last)| first <= day && day <= last);
    spec.iter().any(|(first, last, from, until)| {
        let days: Vec<u16> = (0..7).map(|n| (first + n) % 7).collect();
        let days = &days[..=days.iter().position(|day| day == last).unwrap()];
        let length = if from < until { until - from } else { 1440 + until - from };
        (0..length).any(|n| {
            let shown = i64::from(from + n);
            let begun = day - shown / 1440;
            of_day == shown % 1440
                && days.contains(&weekday(begun))
                && !is_closed(begun)
                && !is_closed(day)
        })
    })
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

type Spec = Vec<(u16, u16, u16, u16)>;

fn spec() -> impl Strategy<Value = Spec> {
    let one = (0..7_u16, 0..7_u16, 0..1440_u16, 0..=1440_u16);
    prop::collection::vec(one.prop_filter("it is empty", |(_, _, from, until)| from != until), 0..3)
}

fn made(spec: &Spec, closed: Option<(i64, i64)>, zone: &str) -> TimeWindows {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let name = |day: u16| DAYS[usize::from(day)];
    let mut windows = TimeWindows::new("env.window", zone).unwrap();
    for (first, last, from, until) in spec {
        let days = format!("{}-{}", name(*first), name(*last));
        windows = windows.open(&days, &clock(*from), &clock(*until)).unwrap();
    }
    let date = |day: i64| at("1970-01-01T00:00:00Z").as_millis() + day * 86_400_000;
    let date =
        |day| Timestamp::from_millis(date(day)).to_string().split('T').next().unwrap().to_owned();
    match closed {
        Some((first, last)) => windows.closed(&date(first), &date(last)).unwrap(),
        None => windows,
    }
}

/// The minutes around a change of the clocks in both directions, and of an ordinary week.
fn minutes() -> impl Strategy<Value = i64> {
    let around = |text: &str| at(text).as_millis() / MINUTE;
    prop_oneof![
        Just(around("2026-03-29T01:00:00Z")),
        Just(around("2026-10-25T01:00:00Z")),
        Just(around("2026-07-08T12:00:00Z")),
    ]
}

/// Zones with summer time in both halves of the year, with half an hour of it, and without any.
const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_are_open_in_exactly_the_minutes_that_a_calendar_gives(
        spec in spec(),
        zone in prop::sample::select(&ZONES[..]),
        center in minutes(),
        closed in prop::option::of((-4..4_i64, 0..3_i64)),
    ) {
        let day = center / 1440;
        let closed = closed.map(|(first, more)| (day + first, day + first + more));
        let windows = made(&spec, closed, zone);
        for minute in (center - 3000..center + 3000).step_by(7) {
            let moment = Timestamp::from_millis(minute * MINUTE + 59_999);
            let expected = by_hand(&spec, closed, &windows.zone, minute);
            prop_assert_eq!(windows.is_open(moment).unwrap(), expected, "{}", moment);
        }
    }
}

/// Wrong windows differ from the calendar that the property above holds them against.
#[test]
fn a_window_that_ignores_the_zone_or_the_day_it_began_on_would_be_seen() {
    let spec = vec![(4, 4, 22 * 60, 2 * 60)];
    let start = at("2026-10-23T00:00:00Z").as_millis() / MINUTE;
    let differs = |windows: &TimeWindows, closed| {
        (start..start + 4000).any(|minute| {
            let moment = Timestamp::from_millis(minute * MINUTE);
            windows.is_open(moment).unwrap() != by_hand(&spec, closed, &berlin().zone, minute)
        })
    };
    let friday = start / 1440;
    assert!(!differs(&made(&spec, None, "Europe/Berlin"), None));
    assert!(differs(&made(&spec, None, "UTC"), None));
    assert!(differs(&made(&spec, None, "Europe/Berlin"), Some((friday, friday))));
    assert!(differs(&made(&vec![(4, 4, 22 * 60, 24 * 60)], None, "Europe/Berlin"), None));
}
