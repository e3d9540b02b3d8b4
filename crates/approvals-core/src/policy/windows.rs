//! The hours of the week in which something may be done.

use async_trait::async_trait;
use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::fact::FactSet;
use super::facts::Facts;
use super::provider::{FactError, FactProvider};
use crate::action::clock::Timestamp;
use crate::action::id::{FactName, NameError};

/// States whether it is now within one of some weekly windows in one time zone, and no date that is closed.
///
/// A window is open exactly while a clock on the wall there shows a time in it. So an hour that the change to
/// summer time leaves out is never open, and one that is repeated in autumn is open both times. The end is
/// not in it: a window until 16:00 is closed at 16:00. One that ends before it begins runs over midnight, and
/// belongs to the day on which it begins.
///
/// Without windows it is never open. Only the call's own time counts; the rules of the zone are those that
/// this host knew when the windows were made.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{TimeWindows, Timestamp};
///
/// let windows = TimeWindows::new("env.change_window", "UTC")?
///     .open("Mon-Thu", "09:00", "16:00")?
///     .closed("2026-12-21", "2027-01-03")?;
///
/// // Noon of two Thursdays: 2026-11-19, and 2026-12-24.
/// assert!(windows.is_open(Timestamp::from_millis(1_795_089_600_000))?);
/// assert!(!windows.is_open(Timestamp::from_millis(1_798_113_600_000))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TimeWindows {
    fact: FactName,
    zone: TimeZone,
    windows: Vec<Window>,
    closed: Vec<(Date, Date)>,
}

/// From one minute of the day until another, on days from one of the week to another.
#[derive(Clone, Copy, Debug)]
struct Window {
    first: Weekday,
    last: Weekday,
    from: u16,
    until: u16,
}

/// A window that could not be made.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::TimeWindows;
///
/// let error = TimeWindows::new("env.change_window", "UTC")?.open("Monday", "09:00", "16:00").unwrap_err();
/// assert_eq!(error.to_string(), "`Monday` names no days; write them as in `Mon-Thu` or `Sat`");
/// # Ok::<(), approvals::WindowError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// The fact has no such name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// This host knows no such zone.
    #[error(
        "this host knows no time zone `{}`; name one as in `Europe/Berlin`, and install `tzdata` if it is missing",
        .0.escape_debug()
    )]
    Zone(String),
    /// Not a day of the week, or two of them.
    #[error("`{}` names no days; write them as in `Mon-Thu` or `Sat`", .0.escape_debug())]
    Days(String),
    /// Not a time of day.
    #[error("`{}` is not a time; write it as in `09:00`, from `00:00` to `24:00`", .0.escape_debug())]
    Time(String),
    /// It would begin when it ends.
    #[error(
        "a window must begin and end at different times; a whole day is from `00:00` until `24:00`"
    )]
    Empty,
    /// Not a date.
    #[error("`{}` is not a date; write it as in `2026-12-24`", .0.escape_debug())]
    Date(String),
    /// The last date is before the first.
    #[error("the last closed date must not be before the first")]
    Backward,
}

impl TimeWindows {
    /// Windows in `zone`, an IANA name such as `Europe/Berlin`, stated as the boolean fact of this name.
    ///
    /// The zone is read from the host's time zone files, except `UTC`, which needs none.
    ///
    /// # Errors
    ///
    /// [`WindowError::Name`] and [`WindowError::Zone`].
    pub fn new(fact: &str, zone: &str) -> Result<Self, WindowError> {
        let fact = fact.parse()?;
        let zone = find(zone).ok_or_else(|| WindowError::Zone(zone.to_owned()))?;
        Ok(Self { fact, zone, windows: Vec::new(), closed: Vec::new() })
    }

    /// The same, open as well on `days` (`Mon-Thu`, `Sat`) between two times of the day (`09:00`, `16:00`).
    ///
    /// # Errors
    ///
    /// If the days or times are not written so, or are the same time.
    pub fn open(mut self, days: &str, from: &str, until: &str) -> Result<Self, WindowError> {
        let no_days = || WindowError::Days(days.to_owned());
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let first = weekday(first).ok_or_else(no_days)?;
        let last = weekday(last).ok_or_else(no_days)?;
        let minute = |text: &str| minute(text).ok_or_else(|| WindowError::Time(text.to_owned()));
        let window = Window { first, last, from: minute(from)?, until: minute(until)? };
        if window.from == MIDNIGHT {
            return Err(WindowError::Time(from.to_owned()));
        }
        if window.from == window.until {
            return Err(WindowError::Empty);
        }
        self.windows.push(window);
        Ok(self)
    }

    /// The same, closed on these dates, the last one included: from midnight to midnight there, and in
    /// windows that begin on one of them and run over midnight.
    ///
    /// # Errors
    ///
    /// If they are no dates, or in the wrong order.
    pub fn closed(mut self, first: &str, last: &str) -> Result<Self, WindowError> {
        let date = |text: &str| date(text).ok_or_else(|| WindowError::Date(text.to_owned()));
        let (first, last) = (date(first)?, date(last)?);
        if last < first {
            return Err(WindowError::Backward);
        }
        self.closed.push((first, last));
        Ok(self)
    }

    /// Whether it is open at this moment.
    ///
    /// # Errors
    ///
    /// If the moment is none of the years that calendars have (−9999 to 9999).
    pub fn is_open(&self, at: Timestamp) -> Result<bool, FactError> {
        let moment = jiff::Timestamp::from_millisecond(at.as_millis()).map_err(FactError::new)?;
        let there = self.zone.to_datetime(moment);
        let (today, yesterday) = (there.date(), there.date().yesterday().map_err(FactError::new)?);
        let minute =
            i32::from(there.hour()).saturating_mul(60).saturating_add(there.minute().into());
        let is_in = |window: &Window| {
            let from_today = window.begins_on(today.weekday()) && window.has_today(minute);
            let from_yesterday = window.begins_on(yesterday.weekday())
                && window.has_tomorrow(minute)
                && !self.is_closed_on(yesterday);
            from_today || from_yesterday
        };
        Ok(!self.is_closed_on(today) && self.windows.iter().any(is_in))
    }

    fn is_closed_on(&self, date: Date) -> bool {
        self.closed.iter().any(|(first, last)| (*first..=*last).contains(&date))
    }
}

impl Window {
    fn begins_on(self, day: Weekday) -> bool {
        self.first.until(day) <= self.first.until(self.last)
    }

    /// Its two ends are never the same.
    fn runs_over_midnight(self) -> bool {
        self.until < self.from
    }

    /// Whether it holds this minute of the day on which it begins.
    fn has_today(self, minute: i32) -> bool {
        let end = if self.runs_over_midnight() { MIDNIGHT } else { self.until };
        (self.from.into()..end.into()).contains(&minute)
    }

    /// Whether it holds this minute of the day after.
    fn has_tomorrow(self, minute: i32) -> bool {
        self.runs_over_midnight() && minute < self.until.into()
    }
}

#[async_trait]
impl FactProvider for TimeWindows {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        Ok(FactSet::from([(self.fact.clone(), self.is_open(call.now())?.into())]))
    }
}

/// The end of a day, in minutes.
const MIDNIGHT: u16 = 24 * 60;

/// A zone by its name. Where the files are is fixed: a variable of the environment could bring other rules.
fn find(name: &str) -> Option<TimeZone> {
    const PLACES: [&str; 3] = ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];
    if name == "UTC" {
        return Some(TimeZone::UTC);
    }
    let known = PLACES.iter().find_map(|place| TimeZoneDatabase::from_dir(place).ok())?;
    known.get(name).ok().filter(|zone| !zone.is_unknown())
}

fn weekday(text: &str) -> Option<Weekday> {
    match text {
        "Mon" => Some(Weekday::Monday),
        "Tue" => Some(Weekday::Tuesday),
        "Wed" => Some(Weekday::Wednesday),
        "Thu" => Some(Weekday::Thursday),
        "Fri" => Some(Weekday::Friday),
        "Sat" => Some(Weekday::Saturday),
        "Sun" => Some(Weekday::Sunday),
        _other => None,
    }
}

/// `HH:MM` as a minute of the day.
fn minute(text: &str) -> Option<u16> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte.wrapping_sub(b'0')));
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let hour = digit(h1)?.saturating_mul(10).saturating_add(digit(h2)?);
    let minute = digit(m1)?.saturating_mul(10).saturating_add(digit(m2)?);
    let of_day = hour.saturating_mul(60).saturating_add(minute);
    (minute < 60 && of_day <= MIDNIGHT).then_some(of_day)
}

/// `YYYY-MM-DD`, and nothing that merely begins so.
fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| date.to_string() == text)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "windows_tests.rs"]
mod tests;
